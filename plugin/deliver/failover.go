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

const (
	// An endpoint that fails is set aside, at first for asideInitial, and for twice as long after each probe that fails up to asideMax: a
	// flush that probes in vain can lose a request's time by it. Both differ by probeJitter.
	asideInitial = 30 * time.Second
	asideMax     = 5 * time.Minute
)

// Endpoint is one of several endpoints that lead to the same environment.
type Endpoint struct {
	// Sender makes single attempts at the endpoint.
	Sender
	// Name is what messages call it beside its number, such as its host.
	Name string
}

// FailoverOptions says how a Failover uses its time, and whom it tells.
type FailoverOptions struct {
	// Timeout is that of one attempt, 0 is 15 s.
	Timeout time.Duration
	// Pace tells how much time must be left to go on to another endpoint; nil is one second, or Timeout if that is less.
	Pace *Pace
	// Counters counts the moves; nil counts nothing that anybody sees.
	Counters *telemetry.Counters
	// Log tells of moves, there and back, and what is wrong with an endpoint that is not used for it; nil prints nothing.
	Log *telemetry.Log
}

// Failover is a Sender that stands before those of several endpoints of one environment, in the order of preference. It sends to
// the first that works. One that fails by a fault of its own (standingOf) is set aside for some time, and the same Send goes on with the
// next if the time for a request is left. When the time aside is over, one Send makes a probe of it while the others go on using
// what works; the first answer brings it back.
//
// When all are set aside, each Send asks them in turn whatever their time: the one first that was not asked for longest, which is the
// preferred one among equals. So each is asked as often as any other, and the first to come back is found. What a server asks for by
// Retry-After holds for that endpoint alone, and for all together only as long as none may be asked.
//
// Send never sleeps. Without leave to wait it asks none that is set aside beside another, so that a Send in an outage holds Fluent Bit's
// engine for one request. Safe for concurrent use; its memory is fixed.
type Failover struct {
	timeout  time.Duration
	pace     *Pace
	counters *telemetry.Counters
	log      *telemetry.Log

	mu      sync.Mutex
	doors   []door
	current int    // the best that worked, when one did
	asked   uint64 // attempts
}

// door is an endpoint and what is known of it.
type door struct {
	next Sender
	name string

	aside   bool      // since it failed
	since   time.Time // when that was
	until   time.Time // before that no probe is made of it
	silent  time.Time // before that the server wants no request
	probing bool      // a probe is under way
	asked   uint64    // the number of the last attempt, among those of all
	changes int       // of aside: what began before the last one tells nothing new
	pauses  backoff.BackOff
}

// NewFailover returns a Failover over doors, none of which is set aside. There can be up to 64.
func NewFailover(doors []Endpoint, o FailoverOptions) *Failover {
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Pace == nil {
		o.Pace = new(Pace)
	}
	if o.Counters == nil {
		o.Counters = new(telemetry.Counters)
	}
	if o.Log == nil {
		o.Log = telemetry.NewLog(nil, nil, 0)
	}
	f := &Failover{timeout: o.Timeout, pace: o.Pace, counters: o.Counters, log: o.Log}
	for i, d := range doors {
		f.doors = append(f.doors, door{next: d.Sender, name: fmt.Sprintf("endpoint %d (%s)", i+1, d.Name)})
	}
	return f
}

// Send returns the first verdict that is not the fault of an endpoint, or else that of the endpoint from which most is to be hoped.
func (f *Failover) Send(ctx context.Context, payload *batch.Payload, wait bool) Verdict {
	if ctx.Err() != nil { // no request comes of it, which is nobody's fault
		return f.doors[0].next.Send(ctx, payload, wait)
	}
	var (
		asked uint64 // a bit an endpoint
		best  Verdict
	)
	for first := true; first || f.timeLeft(ctx); first = false {
		a, ok := f.choose(asked, wait)
		if !ok {
			break
		}
		v := f.try(ctx, a, payload, wait)
		if standingOf(v) != fails {
			return v
		}
		asked |= 1 << a.index
		if first || (best.Kind == Misconfigured || best.NotAPI) && v.Kind == Transient { // which can pass by itself
			best = v
		}
	}
	return f.inSum(best)
}

// timeLeft reports whether a useful request can follow.
func (f *Failover) timeLeft(ctx context.Context) bool {
	deadline, ok := ctx.Deadline()
	return ctx.Err() == nil && (!ok || time.Until(deadline) >= f.pace.Least(f.timeout))
}

// attempt is one at an endpoint.
type attempt struct {
	index   int
	changes int
	probe   bool
}

// choose says which endpoint to ask, beside those that this Send has asked.
func (f *Failover) choose(asked uint64, wait bool) (attempt, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	found := -1
	for i := range f.doors {
		d := &f.doors[i]
		if asked>>i&1 != 0 {
			continue
		}
		if !d.aside || !d.probing && !now.Before(d.until) {
			return f.take(i, now), true
		}
		if found < 0 || d.before(&f.doors[found], now) {
			found = i
		}
	}
	if found >= 0 && asked != 0 {
		if d := &f.doors[found]; !wait || d.probing || now.Before(d.silent) {
			found = -1
		}
	}
	if found < 0 {
		return attempt{}, false
	}
	return f.take(found, now), true
}

// before tells which of two that are set aside is to be asked first.
func (d *door) before(other *door, now time.Time) bool {
	switch silent := now.Before(d.silent); {
	case d.probing != other.probing:
		return other.probing
	case silent != now.Before(other.silent):
		return !silent
	case silent:
		return d.silent.Before(other.silent)
	}
	return d.asked < other.asked
}

func (f *Failover) take(i int, now time.Time) attempt {
	d := &f.doors[i]
	f.asked++
	d.asked = f.asked
	a := attempt{index: i, changes: d.changes, probe: d.aside && !d.probing && !now.Before(d.until)}
	d.probing = d.probing || a.probe
	return a
}

// try makes one attempt, and says in the verdict which endpoint it is about.
func (f *Failover) try(ctx context.Context, a attempt, payload *batch.Payload, wait bool) (v Verdict) {
	defer func() { f.leave(a, &v) }() // after a panic, too: v tells nothing then
	return f.doors[a.index].next.Send(ctx, payload, wait)
}

// leave draws the conclusion from an attempt.
func (f *Failover) leave(a attempt, v *Verdict) {
	f.mu.Lock()
	defer f.mu.Unlock()
	d, now, standing := &f.doors[a.index], time.Now(), standingOf(*v)
	v.Endpoint = a.index + 1
	if a.probe {
		d.probing = false
	}
	switch {
	case standing == unknown, a.changes != d.changes:
	case standing == works && d.aside:
		f.bringBack(a.index, now)
	case standing == fails && !d.aside:
		f.setAside(a.index, v, now)
	case standing == fails && a.probe:
		d.until = now.Add(d.pauses.NextBackOff())
		f.tellOfProbe(d, v)
	}
	if asked := now.Add(v.RetryAfter); standing == fails && d.aside && asked.After(d.silent) {
		d.silent = asked
		if asked.After(d.until) {
			d.until = asked
		}
	}
	if v.Message != "" {
		v.Message = telemetry.OneLine(d.name+": "+v.Message, MaxMessage)
	}
}

func (f *Failover) setAside(i int, v *Verdict, now time.Time) {
	d := &f.doors[i]
	d.pauses = asidePauses()
	d.aside, d.since, d.until = true, now, now.Add(d.pauses.NextBackOff())
	d.changes++
	to := "no other works"
	if best := f.move(); best >= 0 {
		to = "sending to " + f.doors[best].name
	}
	f.log.Warn(d.key("fails"), "%s fails, %s: %s", d.name, to, v.Message)
}

// tellOfProbe says what somebody has to mend, which would be forgotten while all is well by way of another.
func (f *Failover) tellOfProbe(d *door, v *Verdict) {
	say := f.log.Debug
	if v.Kind == Misconfigured {
		say = f.log.Warn
	}
	say("deliver.failover "+v.Key(), "%s still fails: %s", d.name, v.Message)
}

func (f *Failover) bringBack(i int, now time.Time) {
	d := &f.doors[i]
	took := now.Sub(d.since).Round(time.Second)
	d.aside, d.silent = false, time.Time{}
	d.changes++
	to := ""
	if f.move() == i {
		to = ": sending to it"
	}
	f.log.Info(d.key("answers"), "%s answers again after %s%s", d.name, took, to)
}

// key is another one for each change, since it is told in two lines that stand together: none of them is folded.
func (d *door) key(what string) string {
	return fmt.Sprint("deliver.failover ", what, " ", d.changes, " ", d.name)
}

// move counts it when another endpoint is the best that works now, and returns that; -1 if none works.
func (f *Failover) move() int {
	for i := range f.doors {
		if f.doors[i].aside {
			continue
		}
		if i != f.current {
			f.current = i
			f.counters.Add(telemetry.EndpointMoves, 1)
		}
		return i
	}
	return -1
}

// inSum makes the verdict about the endpoint that was asked one about all of them, for whoever stands before.
func (f *Failover) inSum(v Verdict) Verdict {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := time.Now()
	v.RetryAfter = maxRetryAfter
	for i := range f.doors {
		d := &f.doors[i]
		if !d.aside { // there was no time to ask it, and nothing has to be mended first
			v.Kind = Transient
		}
		v.RetryAfter = min(v.RetryAfter, max(0, d.silent.Sub(now))) // none of one that is not set aside
	}
	return v
}

// asidePauses are the times for which an endpoint is set aside in a row.
func asidePauses() backoff.BackOff {
	return backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(asideInitial),
		backoff.WithMaxInterval(asideMax),
		backoff.WithRandomizationFactor(probeJitter),
		backoff.WithMultiplier(2),
		backoff.WithMaxElapsedTime(0),
	)
}
