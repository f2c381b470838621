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
	// failureTolerance is how many failures in a row leave the breaker closed. One failure among many
	// workers is no reason to stop them all; a throttled request is.
	failureTolerance = 2
	// People fix what is misconfigured, so its probes are slower than those of a transient failure.
	misconfiguredInitial = 2 * time.Second
	misconfiguredMax     = 30 * time.Second
	// impatience is how long a Send waits in an outage older than Patience.
	impatience = time.Second
	// worthLogging is the shortest outage whose end is logged.
	worthLogging = 5 * time.Second
)

// BreakerOptions configure a Breaker.
type BreakerOptions struct {
	Shared
	// Initial is the pause before the first probe (0 is DefaultRetryInitial). It doubles up to Max
	// (0 is DefaultRetryMax). A server that asks for more by Retry-After gets it. The pauses after a
	// misconfigured verdict go from 2 s to 30 s, whatever these say.
	Initial, Max time.Duration
	// Patience is the age of an outage from which on a Send waits for a second at most, and no
	// longer up to its deadline: all the chunks that queue up for a worker wait one after the other
	// when Fluent Bit stops. 0 is 25 s.
	Patience time.Duration
}

// Breaker is the circuit breaker before a Sender, one for all the workers of an instance. Closed,
// it lets everything through. After an answer that asks for a pause, a misconfigured verdict, or
// three failures in a row it opens: one probe at a time goes out, each after a longer pause, and
// everybody else waits here. That holds Fluent Bit's workers back, and keeps requests off the
// destination. The first probe that gets through closes it.
//
// Without permission to wait (on Fluent Bit's engine thread) Send returns at once with the verdict
// that opened it, marked as Blocked. Safe for concurrent use; its memory is fixed.
type Breaker struct {
	next     Sender
	patience time.Duration
	shared   Shared

	mu      sync.Mutex
	circuit circuit
	changed chan struct{} // closed, and made anew, whenever a waiting Send should look again
}

// NewBreaker returns a closed breaker before next.
func NewBreaker(next Sender, o BreakerOptions) *Breaker {
	if o.Initial <= 0 {
		o.Initial = DefaultRetryInitial
	}
	if o.Max <= 0 {
		o.Max = DefaultRetryMax
	}
	if o.Patience <= 0 {
		o.Patience = DefaultFlushDeadline
	}
	pauses := func(kind Kind) backoff.BackOff {
		if kind == Misconfigured {
			return probePauses(misconfiguredInitial, misconfiguredMax)
		}
		return probePauses(o.Initial, o.Max)
	}
	return &Breaker{
		next: next, patience: o.Patience, shared: o.filled(),
		circuit: newCircuit(failureTolerance, pauses), changed: make(chan struct{}),
	}
}

// Send waits until the breaker lets it through, and passes the payload on.
func (b *Breaker) Send(ctx context.Context, payload *batch.Payload, wait bool) (v Verdict) {
	p, blocked := b.enter(ctx, wait)
	if blocked != nil {
		return *blocked
	}
	defer func() { b.leave(p, v) }() // after a panic, too: v is transient then
	return b.next.Send(ctx, payload, wait)
}

// enter returns when the caller may send, or with a verdict when it may not.
func (b *Breaker) enter(ctx context.Context, wait bool) (pass, *Verdict) {
	came := time.Now()
	for {
		b.mu.Lock()
		now := time.Now()
		if !b.circuit.open || b.circuit.due(now) {
			p := b.circuit.enter(now)
			b.mu.Unlock()
			return p, nil
		}
		changed, last, blocked := b.changed, b.last(ctx, came, now), b.circuit.cause
		wake := last
		if !b.circuit.probing && b.circuit.until.Before(last) {
			wake = b.circuit.until
		}
		b.mu.Unlock()

		blocked.Blocked, blocked.Attempts = true, 0
		if !wait || !now.Before(last) {
			return pass{}, &blocked
		}
		timer := time.NewTimer(wake.Sub(now))
		select {
		case <-changed:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return pass{}, &blocked
		}
		timer.Stop()
	}
}

// last returns when a Send that came at a time stops waiting.
func (b *Breaker) last(ctx context.Context, came, now time.Time) time.Time {
	last := came.Add(DefaultFlushDeadline)
	if deadline, ok := ctx.Deadline(); ok {
		last = deadline.Add(-b.shared.least())
	}
	if limit := came.Add(impatience); now.Sub(b.circuit.since) > b.patience && limit.Before(last) {
		return limit
	}
	return last
}

// leave draws the conclusion from a request that was let through.
func (b *Breaker) leave(p pass, v Verdict) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now, since := time.Now(), b.circuit.since
	what := b.circuit.leave(p, v, availability(v), isSevere(v), now)
	switch what {
	case opened:
		b.shared.Counters.Add(telemetry.BreakerOpened, 1)
	case reclosed:
		if took := now.Sub(since); took >= worthLogging {
			b.shared.Log.Info("deliver.breaker", "the destination accepts logs again after "+
				"%s", took.Round(time.Second))
		}
	}
	if p.probe || what != unchanged {
		close(b.changed)
		b.changed = make(chan struct{})
	}
}

// availability returns whether the destination takes payloads, whatever it thinks of this one.
func availability(v Verdict) Health {
	switch {
	case v.Reason == ReasonStopping:
		return HealthUnknown
	case v.Kind == Transient || v.Kind == Misconfigured:
		return Unhealthy
	}
	return Healthy
}

// isSevere reports whether one such failure is enough to hold everybody back.
func isSevere(v Verdict) bool {
	return v.Kind == Misconfigured || v.RetryAfter > 0 ||
		v.Reason == ReasonThrottled || v.Reason == ReasonQueueFull
}
