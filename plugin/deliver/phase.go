package deliver

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptrace"
	"sync/atomic"
)

// phase is how far an attempt got, to tell a server that cannot be reached from one that does not answer.
type phase struct {
	reached atomic.Int32
	reused  atomic.Bool  // the connection
	proxy   atomic.Int32 // proxyAsked and so on, for a connection made for this attempt
	way     way          // nil is straight
	agent   string       // the User-Agent of the request, for the one to the proxy
}

// How far the way through a proxy got.
const (
	proxyAsked     = iota + 1 // for TLS, or to connect to the server
	proxyConnected            // by its own account
	proxyPaged                // the same, but the answer announces a page, as that of a login does
)

type phaseKey struct{}

// phaseOf is the phase of the attempt that a context belongs to, or one that nobody looks at.
func phaseOf(ctx context.Context) *phase {
	if p, ok := ctx.Value(phaseKey{}).(*phase); ok {
		return p
	}
	return new(phase)
}

var phases = [...]string{"connecting", "sending", "waiting for the answer"}

func (p *phase) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(context.WithValue(ctx, phaseKey{}, p), &httptrace.ClientTrace{
		GotConn: func(got httptrace.GotConnInfo) {
			p.reached.Store(1)
			p.reused.Store(got.Reused)
		},
		WroteRequest: func(wrote httptrace.WroteRequestInfo) {
			if wrote.Err == nil {
				p.reached.Store(2)
			}
		},
	})
}

// ended is the error of an attempt that something else ended than an answer.
func (p *phase) ended(by error) error {
	proxy := p.proxy.Load()
	switch {
	case p.reached.Load() > 0 || !errors.Is(by, errAttemptTimeout):
		return fmt.Errorf("%w while %s", by, p)
	case proxy == proxyAsked:
		return fmt.Errorf("%w: %v while %s", errProxySilent, by, p)
	case proxy == proxyPaged:
		return fmt.Errorf("%w: %v while %s", errProxyPage, by, p)
	}
	return fmt.Errorf("%w while %s", by, p)
}

func (p *phase) String() string {
	reached := p.reached.Load()
	if p.way != nil && p.way.Via() != "" && (reached == 0 || p.way.Relayed()) {
		return phases[reached] + " through the proxy " + p.way.Via()
	}
	return phases[reached]
}
