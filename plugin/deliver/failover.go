package deliver

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/telemetry"
)

// An unhealthy endpoint is left alone for unhealthyInitial, and twice as long after each probe that
// fails, up to unhealthyMax: a flush that probes in vain can lose the time of a request by it.
const (
	unhealthyInitial = 30 * time.Second
	unhealthyMax     = 5 * time.Minute
)

// Endpoint is one of several endpoints of the same environment.
type Endpoint struct {
	// Sender makes single attempts at the endpoint.
	Sender
	// Name is what messages call it beside its number, such as its host.
	Name string
}

// FailoverOptions configure a Failover.
type FailoverOptions struct{ Shared }

// Failover is a Sender before those of several endpoints of one environment, in order of
// preference. It sends to the first healthy one. Each has a circuit, which opens when the endpoint
// fails by a fault of its own (Verdict.Health): the endpoint is unhealthy, and the same Send goes
// on with the next if the time for a request is left. When its pause is over, one Send makes a
// probe while the others go on using what works. The first success closes the circuit.
//
// When all are unhealthy, each Send asks them in turn without regard to the pauses: first the one
// that was not asked for longest, which is the preferred one among equals. So each is asked as
// often as any other, and the first to come back is found. A Retry-After holds for its endpoint
// alone, and for all together only as long as none may be asked.
//
// Send never sleeps. Without permission to wait it asks no unhealthy endpoint after another, so
// that a Send in an outage holds Fluent Bit's engine for one request. Safe for concurrent use; its
// memory is fixed.
type Failover struct {
	shared Shared

	mu        sync.Mutex
	endpoints []member
	current   int    // the best healthy one, when there was one
	attempts  uint64 // to all
}

// member is an Endpoint and what is known about it.
type member struct {
	next    Sender
	name    string
	circuit circuit
	asked   uint64 // the number of its last attempt, among those to all
}

// NewFailover returns a Failover over endpoints, all of them healthy. There can be up to 64.
func NewFailover(endpoints []Endpoint, o FailoverOptions) *Failover {
	f := &Failover{shared: o.filled()}
	for i, e := range endpoints {
		// One sequence for all causes: an endpoint that is down for long can fail in several ways.
		pauses := probePauses(unhealthyInitial, unhealthyMax)
		f.endpoints = append(f.endpoints, member{
			next:    e.Sender,
			name:    fmt.Sprintf("endpoint %d (%s)", i+1, e.Name),
			circuit: newCircuit(0, func(Kind) backoff.BackOff { return pauses }),
		})
	}
	return f
}

// Send returns the first verdict that is not the fault of an endpoint, or else the one of the
// endpoint that is most likely to recover by itself.
func (f *Failover) Send(ctx context.Context, payload *batch.Payload, wait bool) Verdict {
	if ctx.Err() != nil { // no request is made, so no endpoint is to blame
		return f.endpoints[0].next.Send(ctx, payload, wait)
	}
	var (
		asked uint64 // one bit per endpoint
		best  Verdict
	)
	for first := true; first || f.timeLeft(ctx); first = false {
		i, p, ok := f.choose(asked, wait)
		if !ok {
			break
		}
		v := f.try(ctx, i, p, payload, wait)
		if v.Health != Unhealthy {
			return v
		}
		asked |= 1 << i
		if first || (best.Kind == Misconfigured || best.NotAPI) && v.Kind == Transient {
			best = v
		}
	}
	return f.conclude(best)
}

// timeLeft reports whether a useful request can follow.
func (f *Failover) timeLeft(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Until(deadline) >= f.shared.least())
}

// choose returns the endpoint to ask next, other than those that this Send has asked.
func (f *Failover) choose(asked uint64, wait bool) (int, pass, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	found := -1
	for i := range f.endpoints {
		e := &f.endpoints[i]
		if asked>>i&1 != 0 {
			continue
		}
		if !e.circuit.open || e.circuit.due(now) {
			return i, f.enter(i, now), true
		}
		if found < 0 || e.before(&f.endpoints[found], now) {
			found = i
		}
	}
	if found >= 0 && asked != 0 {
		if c := &f.endpoints[found].circuit; !wait || c.probing || now.Before(c.quiet) {
			found = -1
		}
	}
	if found < 0 {
		return 0, pass{}, false
	}
	return found, f.enter(found, now), true
}

// before reports which of two unhealthy endpoints is asked first.
func (e *member) before(other *member, now time.Time) bool {
	a, b := &e.circuit, &other.circuit
	switch quiet := now.Before(a.quiet); {
	case a.probing != b.probing:
		return b.probing
	case quiet != now.Before(b.quiet):
		return !quiet
	case quiet:
		return a.quiet.Before(b.quiet)
	}
	return e.asked < other.asked
}

func (f *Failover) enter(i int, now time.Time) pass {
	f.attempts++
	f.endpoints[i].asked = f.attempts
	return f.endpoints[i].circuit.enter(now)
}

// try makes one attempt, and notes in the verdict which endpoint it is about.
func (f *Failover) try(
	ctx context.Context, i int, p pass, payload *batch.Payload, wait bool,
) (v Verdict) {
	defer func() { f.leave(i, p, &v) }() // after a panic, too: the health in v is unknown then
	return f.endpoints[i].next.Send(ctx, payload, wait)
}

// leave draws the conclusion from an attempt.
func (f *Failover) leave(i int, p pass, v *Verdict) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e, now := &f.endpoints[i], time.Now()
	since := e.circuit.since
	v.Endpoint = i + 1
	switch e.circuit.leave(p, *v, v.Health, false, now) {
	case opened:
		f.logUnhealthy(e, v)
	case reclosed:
		f.logHealthy(i, now.Sub(since))
	case probeFailed:
		f.logProbe(e, v)
	}
	if v.Message != "" {
		v.Message = telemetry.OneLine(e.name+": "+v.Message, MaxMessage)
	}
}

func (f *Failover) logUnhealthy(e *member, v *Verdict) {
	to := "no other endpoint is healthy"
	if best := f.move(); best >= 0 {
		to = "sending to " + f.endpoints[best].name
	}
	f.shared.Log.Warn(e.key("unhealthy"), "%s is unhealthy, %s: %s", e.name, to, v.Message)
}

func (f *Failover) logHealthy(i int, took time.Duration) {
	e, to := &f.endpoints[i], ""
	if f.move() == i {
		to = "; sending to it"
	}
	f.shared.Log.Info(e.key("healthy"), "%s is healthy again after "+
		"%s%s", e.name, took.Round(time.Second), to)
}

// logProbe repeats what somebody has to fix, which would be forgotten while another endpoint works.
func (f *Failover) logProbe(e *member, v *Verdict) {
	say := f.shared.Log.Debug
	if v.Kind == Misconfigured {
		say = f.shared.Log.Warn
	}
	say("deliver.failover "+v.Key(), "%s is still unhealthy: %s", e.name, v.Message)
}

// key returns another key for each change: two lines that belong together are logged, and neither
// of them is folded.
func (e *member) key(what string) string {
	return fmt.Sprint("deliver.failover ", what, " ", e.circuit.epoch, " ", e.name)
}

// move returns the best healthy endpoint, -1 if there is none, and counts it when that is another
// one than before.
func (f *Failover) move() int {
	for i := range f.endpoints {
		if f.endpoints[i].circuit.open {
			continue
		}
		if i != f.current {
			f.current = i
			f.shared.Counters.Add(telemetry.EndpointMoves, 1)
		}
		return i
	}
	return -1
}

// conclude turns the verdict about one endpoint into one about all of them, for the stages before.
func (f *Failover) conclude(v Verdict) Verdict {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	v.RetryAfter = maxRetryAfter
	for i := range f.endpoints {
		c := &f.endpoints[i].circuit
		if !c.open { // there was no time to ask it, and nothing has to be fixed first
			v.Kind = Transient
		}
		v.RetryAfter = min(v.RetryAfter, max(0, c.quiet.Sub(now))) // 0 for a healthy one
	}
	return v
}
