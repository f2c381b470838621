package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptrace"
	"sync/atomic"
)

// phase is how far a request got. It tells a server that cannot be reached from one that does not
// answer. Safe for concurrent use: net/http reports from goroutines of its own.
type phase struct {
	reached atomic.Int32 // an index of phaseNames
	reused  atomic.Bool  // the connection had been used before
	proxy   atomic.Int32 // proxyAsked and so on, for a connection made for this request

	via     string // the proxy, "" if there is none
	relayed bool   // the proxy reads and repeats the request
	agent   string // the User-Agent of the request, for the CONNECT
}

// How far the way through a proxy got.
const (
	proxyAsked     = iota + 1 // for TLS, or to connect to the server
	proxyConnected            // by its own account
	proxyPaged                // the same, but the answer announces a web page, such as a login
)

var phaseNames = [...]string{"connecting", "sending", "waiting for the response"}

type phaseKey struct{}

// phaseOf returns the phase of the request that a context belongs to, or one that nobody reads.
func phaseOf(ctx context.Context) *phase {
	if p, ok := ctx.Value(phaseKey{}).(*phase); ok {
		return p
	}
	return new(phase)
}

// watch returns a context for the request, which reports to p.
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

// ended returns the error of a request that ended on our side, by one of the errors of Ended.
func (p *phase) ended(by error) *Error {
	e := &Error{Cause: endCause(by), Err: fmt.Errorf("%w while %s", by, p)}
	if p.reached.Load() == 0 && errors.Is(by, ErrAttemptTimeout) {
		switch p.proxy.Load() {
		case proxyAsked:
			e.Cause = ProxyTimeout
		case proxyPaged:
			e.Cause = ProxyMaybeLoginPage
		}
	}
	return e
}

func (p *phase) String() string {
	reached := p.reached.Load()
	if p.via != "" && (reached == 0 || p.relayed) {
		return phaseNames[reached] + " through the proxy " + p.via
	}
	return phaseNames[reached]
}
