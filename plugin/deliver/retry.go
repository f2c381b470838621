package deliver

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v4"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/telemetry"
)

const (
	defaultRetryInitial = 500 * time.Millisecond
	defaultRetryMax     = 10 * time.Second
	// defaultPatience is the default of the flush deadline.
	defaultPatience = 25 * time.Second
)

// RetryOptions says how a Retrier waits.
type RetryOptions struct {
	// Initial is the longest pause before the second attempt (0 is 500 ms); the bound doubles from then on up to Max (0 is 10 s).
	Initial, Max time.Duration
	// Timeout is that of one attempt; 0 is 15 s.
	Timeout time.Duration
	// Pace tells how much time must be left after a pause; nil is one second, or Timeout if that is less.
	Pace *Pace
	// Environment says that a mistake that somebody has to mend is tried again like trouble of the moment, for a sender that goes on
	// until somebody has. Without it that is the end.
	Environment bool
	// Pauses makes the sequence of pauses of one Send; nil is FullJitter(Initial, Max).
	Pauses func() backoff.BackOff
	// Counters counts the retries; nil counts nothing that anybody sees.
	Counters *telemetry.Counters
	// Log tells of the first retry of a Send, under the key of its verdict, so that what is told of the whole flush later is
	// folded with it, and of further ones at level debug; nil prints nothing.
	Log *telemetry.Log
}

// Retrier is a Sender that tries another one again as long as the moment is to blame, or the environment if so asked, and time is left. The
// flush deadline is the deadline of the context it is given; without one it would go on for ever. The pauses here are those of
// one payload; what the whole instance has to wait for (Retry-After, an outage, a mistake to be mended) is the business of a
// Gate behind it. Safe for concurrent use.
type Retrier struct {
	next     Sender
	timeout  time.Duration
	pace     *Pace
	mistakes bool // are tried again, too
	pauses   func() backoff.BackOff
	counters *telemetry.Counters
	log      *telemetry.Log
}

// NewRetrier returns a Retrier around next.
func NewRetrier(next Sender, o RetryOptions) *Retrier {
	if o.Initial <= 0 {
		o.Initial = defaultRetryInitial
	}
	if o.Max <= 0 {
		o.Max = defaultRetryMax
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Pauses == nil {
		o.Pauses = func() backoff.BackOff { return FullJitter(o.Initial, o.Max) }
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
	return &Retrier{next: next, timeout: o.Timeout, pace: o.Pace, mistakes: o.Environment, pauses: o.Pauses, counters: o.Counters, log: o.Log}
}

// Send returns the first verdict that another attempt cannot change, or the last one when the next pause does not fit before
// the deadline or a Gate held the payload back to the end. Without wait it makes exactly one attempt.
func (r *Retrier) Send(ctx context.Context, payload *batch.Payload, wait bool) Verdict {
	var pauses backoff.BackOff
	told := "" // the kind of trouble that was told last
	for attempts := 0; ; {
		verdict := r.next.Send(ctx, payload, wait)
		if !verdict.Blocked {
			attempts++
		}
		verdict.Attempts = attempts
		again := verdict.Kind == Transient && verdict.Reason != ReasonStopping || verdict.Kind == Misconfigured && r.mistakes
		if !again || verdict.Blocked || !wait {
			return verdict
		}
		if pauses == nil {
			pauses = r.pauses()
		}
		pause := pauses.NextBackOff()
		if pause == backoff.Stop || !r.fits(ctx, pause) {
			return verdict
		}
		told = r.tell(attempts, told, &verdict)
		if !sleep(ctx, pause) {
			return verdict
		}
		r.counters.Add(telemetry.Retries, 1)
	}
}

// tell says that another attempt follows, and returns the kind of trouble that has been told by then. What somebody has to mend is told
// at once, though it may have come after something else.
func (r *Retrier) tell(attempts int, told string, v *Verdict) string {
	switch {
	case attempts > 1 && (v.Kind != Misconfigured || v.Key() == told):
		r.log.Debug("deliver.retry", "attempt %d failed, the next one follows: %s", attempts, v.Message)
	case v.Kind == Misconfigured:
		r.log.Error(v.Key(), "%s; nothing is lost while it is tried again", v.Message)
	default:
		r.log.Warn(v.Key(), "%s", v.Message)
	}
	if v.Kind == Misconfigured || attempts == 1 {
		told = v.Key()
	}
	return told
}

// fits reports whether a useful attempt can follow a pause.
func (r *Retrier) fits(ctx context.Context, pause time.Duration) bool {
	if ctx.Err() != nil {
		return false
	}
	deadline, ok := ctx.Deadline()
	return !ok || pause <= time.Until(deadline)-r.pace.Least(r.timeout)
}

// FullJitter returns pauses drawn evenly from 0 to a bound that starts at initial and doubles up to limit: what spreads the
// clients of a recovering server best. The library draws from interval*(1-f) to interval*(1+f), so f = 1 around half the bound is just that.
func FullJitter(initial, limit time.Duration) backoff.BackOff {
	return backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(initial/2),
		backoff.WithMaxInterval(limit/2),
		backoff.WithRandomizationFactor(1),
		backoff.WithMultiplier(2),
		backoff.WithMaxElapsedTime(0),
	)
}

// sleep reports whether it slept to the end; false when ctx ended first.
func sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
