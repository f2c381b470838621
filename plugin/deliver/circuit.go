package deliver

import (
	"time"

	"github.com/cenkalti/backoff/v4"
)

// circuit is the state machine of a circuit breaker for one destination. Closed, it lets requests
// through. It opens after failures, and then lets one probe at a time through, each after a longer
// pause (half open); the first one that succeeds closes it.
//
// It has no clock, no lock and no sender: the owner passes the time, serializes the calls, and
// decides what a verdict says about the destination. Its memory is fixed.
type circuit struct {
	// tolerance is how many failures in a row do not open it.
	tolerance int
	// newPauses returns the pauses between the probes of one outage, for one cause. Causes can share
	// them.
	newPauses func(Kind) backoff.BackOff

	open     bool
	probing  bool      // a probe is under way
	epoch    int       // changes of open; a request keeps the epoch in which it began
	failures int       // in a row, while closed
	since    time.Time // when it opened
	until    time.Time // no probe before
	quiet    time.Time // the server wants no request before; never later than until
	cause    Verdict   // of the last probe, or of what opened it
	// pauses are those that newPauses returned. They begin anew with each outage, not with each
	// change of the cause.
	pauses map[Kind]backoff.BackOff
}

func newCircuit(tolerance int, newPauses func(Kind) backoff.BackOff) circuit {
	return circuit{tolerance: tolerance, newPauses: newPauses, pauses: make(map[Kind]backoff.BackOff)}
}

// pass is the permission to make one request.
type pass struct {
	epoch int
	probe bool
}

// change is what a request did to a circuit.
type change int

const (
	unchanged   change = iota
	opened             // closed -> open
	reclosed           // open -> closed
	probeFailed        // still open, with a new pause
	prolonged          // still open, because the server asked for more time
)

// due reports whether a probe may be made.
func (c *circuit) due(now time.Time) bool { return c.open && !c.probing && !now.Before(c.until) }

// enter begins a request. It is a probe if one is due. Whether an open circuit lets other requests
// through is the owner's decision.
func (c *circuit) enter(now time.Time) pass {
	p := pass{epoch: c.epoch, probe: c.due(now)}
	c.probing = c.probing || p.probe
	return p
}

// leave ends a request with its verdict. health is what the verdict says about the destination of
// this circuit; severe opens it although fewer than tolerance failures came before.
//
// A request that began before the last change says little about the present: many late timeouts
// must not open a circuit that just closed. A severe failure opens it all the same: a server that
// throttles or asks for a pause means every request from now on.
func (c *circuit) leave(
	p pass, v Verdict, health Health, severe bool, now time.Time,
) (what change) {
	if p.probe {
		c.probing = false
	}
	switch {
	case health == HealthUnknown:
	case p.epoch != c.epoch:
		if severe && health == Unhealthy && !c.open {
			c.trip(v, now)
			what = opened
		}
	case health == Healthy:
		c.failures = 0
		if c.open {
			c.close()
			what = reclosed
		}
	case c.open && p.probe:
		c.pause(v, now)
		what = probeFailed
	case !c.open:
		c.failures++
		if severe || c.failures > c.tolerance {
			c.trip(v, now)
			what = opened
		}
	}
	if health == Unhealthy && c.open && c.prolong(now.Add(v.RetryAfter)) && what == unchanged {
		what = prolonged
	}
	return what
}

// trip opens the circuit.
func (c *circuit) trip(v Verdict, now time.Time) {
	c.open, c.since = true, now
	c.epoch++
	c.pause(v, now)
}

func (c *circuit) close() {
	c.open, c.failures, c.quiet, c.cause = false, 0, time.Time{}, Verdict{}
	c.epoch++
	for _, p := range c.pauses {
		p.Reset()
	}
}

func (c *circuit) pause(v Verdict, now time.Time) {
	pauses, known := c.pauses[v.Kind]
	if !known {
		pauses = c.newPauses(v.Kind)
		c.pauses[v.Kind] = pauses
	}
	c.cause, c.until = v, now.Add(pauses.NextBackOff())
}

// prolong keeps the circuit quiet until a time, and reports whether that puts off the next probe.
func (c *circuit) prolong(until time.Time) bool {
	if until.After(c.quiet) {
		c.quiet = until
	}
	if !until.After(c.until) {
		return false
	}
	c.until = until
	return true
}
