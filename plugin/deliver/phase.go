package deliver

import (
	"context"
	"net/http/httptrace"
	"sync/atomic"
)

// phase is how far an attempt got, to tell a server that cannot be reached from one that does not answer.
type phase struct {
	reached atomic.Int32
	reused  atomic.Bool // the connection
	way     way         // nil is straight
	agent   string      // the User-Agent of the request, for the one to the proxy
}

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
	p.reached.Store(0)
	p.reused.Store(false)
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

func (p *phase) String() string {
	reached := p.reached.Load()
	if p.way != nil && p.way.Via() != "" && (reached == 0 || p.way.Relayed()) {
		return phases[reached] + " through the proxy " + p.way.Via()
	}
	return phases[reached]
}
