package deliver

import (
	"context"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v4"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/telemetry"
)

const (
	// failuresToClose is how many requests in a row may fail by the moment's fault before nobody else tries. A single
	// failure among many workers is no reason to stop them all; a throttled request is.
	failuresToClose = 3
	// What the environment is to blame for is mended by people: probes come slower than for the moment's fault.
	environmentInitial = 2 * time.Second
	environmentMax     = 30 * time.Second
	// probeJitter spreads the probes of many machines by this part of the pause, up and down.
	probeJitter = 0.2
	// impatience is for how long a Send waits in an outage older than Patience.
	impatience = time.Second
	// worthTelling is the shortest outage whose end is told.
	worthTelling = 5 * time.Second
)

// GateOptions says how a Gate holds back.
type GateOptions struct {
	// Initial is the pause before the first probe (0 is 500 ms); it doubles from then on up to Max (0 is 10 s). A server
	// that asks for more by Retry-After gets it. For the environment's fault the pauses go from 2 s to 30 s, whatever these say.
	Initial, Max time.Duration
	// Patience is how old an outage may grow before a Send stops waiting up to its deadline: in an older one it waits for a second
	// at most, since all the chunks that queue up for a worker wait one after the other when Fluent Bit stops. 0 is 25 s.
	Patience time.Duration
	// Timeout is that of one attempt, 0 is 15 s.
	Timeout time.Duration
	// Pace tells how much time must be left for a request; nil is one second, or Timeout if that is less.
	Pace *Pace
	// Counters counts how often the gate closed; nil counts nothing that anybody sees.
	Counters *telemetry.Counters
	// Log tells when the destination takes logs again; nil prints nothing.
	Log *telemetry.Log
}

// Gate is a Sender that stands before another one, one for all the workers of an instance. While the destination takes
// payloads it lets everything through. After an answer that asks for silence, a mistake in the environment, or three
// failures in a row it closes: one probe at a time goes out, each after a longer pause, and everybody else waits here, which
// holds Fluent Bit's worker back instead of the destination being hammered. The first probe that gets through opens it.
//
// Without leave to wait (on Fluent Bit's engine thread) Send answers at once with the verdict that closed the gate, marked as Held.
// Safe for concurrent use; its memory is fixed.
type Gate struct {
	next     Sender
	pause    time.Duration // Initial and Max of the moment's fault
	longest  time.Duration
	patience time.Duration
	timeout  time.Duration
	pace     *Pace
	counters *telemetry.Counters
	log      *telemetry.Log

	mu       sync.Mutex
	changed  chan struct{} // closed, and made anew, whenever a waiting Send should look again
	failures int           // in a row, while open
	closed   bool
	probing  bool                     // a probe is under way
	since    time.Time                // when it closed
	until    time.Time                // before that no probe goes out
	cause    Verdict                  // of the last probe, or of what closed it
	pauses   map[Kind]backoff.BackOff // of this outage
}

// NewGate returns an open gate before next.
func NewGate(next Sender, o GateOptions) *Gate {
	if o.Initial <= 0 {
		o.Initial = defaultRetryInitial
	}
	if o.Max <= 0 {
		o.Max = defaultRetryMax
	}
	if o.Patience <= 0 {
		o.Patience = defaultPatience
	}
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
	return &Gate{
		next: next, pause: o.Initial, longest: o.Max, patience: o.Patience, timeout: o.Timeout, pace: o.Pace,
		counters: o.Counters, log: o.Log, changed: make(chan struct{}), pauses: make(map[Kind]backoff.BackOff),
	}
}

// Send waits until the gate lets it through, and passes the payload on.
func (g *Gate) Send(ctx context.Context, payload *batch.Payload, wait bool) (v Verdict) {
	probe, held := g.enter(ctx, wait)
	if held != nil {
		return *held
	}
	defer func() { g.leave(v, probe) }() // after a panic, too: v is the moment's fault then
	return g.next.Send(ctx, payload, wait)
}

// enter returns when the caller may send, and whether it is the probe; or a verdict when it may not.
func (g *Gate) enter(ctx context.Context, wait bool) (probe bool, held *Verdict) {
	came := time.Now()
	for {
		g.mu.Lock()
		now := time.Now()
		if !g.closed {
			g.mu.Unlock()
			return false, nil
		}
		if !g.probing && !now.Before(g.until) {
			g.probing = true
			g.mu.Unlock()
			return true, nil
		}
		changed, last, cause := g.changed, g.last(ctx, came, now), g.cause
		wake := last
		if !g.probing && g.until.Before(last) {
			wake = g.until
		}
		g.mu.Unlock()

		cause.Blocked, cause.Attempts = true, 0
		if !wait || !now.Before(last) {
			return false, &cause
		}
		timer := time.NewTimer(wake.Sub(now))
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false, &cause
		}
		timer.Stop()
	}
}

// last is when a Send that came at a time stops waiting.
func (g *Gate) last(ctx context.Context, came, now time.Time) time.Time {
	last := came.Add(defaultPatience)
	if deadline, ok := ctx.Deadline(); ok {
		last = deadline.Add(-g.pace.Least(g.timeout))
	}
	if limit := came.Add(impatience); now.Sub(g.since) > g.patience && limit.Before(last) {
		return limit
	}
	return last
}

// leave draws the conclusion from a request that was let through.
func (g *Gate) leave(v Verdict, probe bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if probe {
		g.probing = false
		defer g.notify()
	}
	switch {
	case v.Reason == ReasonStopping:
	case v.Kind != Transient && v.Kind != Misconfigured: // the destination works, whatever it thinks of the payload
		g.failures = 0
		if probe {
			g.open(now)
		}
	case g.closed && !probe:
		// It began before the gate closed, and tells nothing new but a longer wish for silence.
		if asked := now.Add(v.RetryAfter); v.RetryAfter > 0 && asked.After(g.until) {
			g.until = asked
			g.notify()
		}
	default:
		g.failures++
		if probe || v.Kind == Misconfigured || v.Reason == ReasonThrottled || v.Reason == ReasonQueueFull || v.RetryAfter > 0 || g.failures >= failuresToClose {
			g.close(v, now)
		}
	}
}

func (g *Gate) open(now time.Time) {
	if took := now.Sub(g.since); took >= worthTelling {
		g.log.Info("deliver.gate", "the destination takes logs again after %s", took.Round(time.Second))
	}
	g.closed, g.cause = false, Verdict{}
	clear(g.pauses)
}

func (g *Gate) close(v Verdict, now time.Time) {
	if !g.closed {
		g.counters.Add(telemetry.BreakerOpened, 1)
		g.since = now
	}
	pauses, known := g.pauses[v.Kind]
	if !known { // one sequence each, so that causes in turn do not begin anew every time
		pauses = g.probePauses(v.Kind)
		g.pauses[v.Kind] = pauses
	}
	g.closed, g.cause = true, v
	g.until = now.Add(max(pauses.NextBackOff(), v.RetryAfter))
}

// notify wakes everybody who waits.
func (g *Gate) notify() {
	close(g.changed)
	g.changed = make(chan struct{})
}

// probePauses are the pauses between probes. Unlike those of a Retrier they have a floor, so that the number of probes in an
// outage has a ceiling.
func (g *Gate) probePauses(kind Kind) backoff.BackOff {
	initial, longest := g.pause, g.longest
	if kind == Misconfigured {
		initial, longest = environmentInitial, environmentMax
	}
	return backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(initial),
		backoff.WithMaxInterval(longest),
		backoff.WithRandomizationFactor(probeJitter),
		backoff.WithMultiplier(2),
		backoff.WithMaxElapsedTime(0),
	)
}
