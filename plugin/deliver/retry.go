package deliver

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v4"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/telemetry"
)

// RetryOptions configure a Retrier. Its log lines are the first retry of a Send, under the key of
// its verdict, so that the line about the whole flush is folded with it, and further retries at
// level debug.
type RetryOptions struct {
	Shared
	// Initial is the longest pause before the second attempt (0 is DefaultRetryInitial); the bound
	// doubles up to Max (0 is DefaultRetryMax).
	Initial, Max time.Duration
	// Misconfigured retries a misconfigured verdict like a transient one, for a sender that goes on
	// until somebody has fixed the cause. Without it Send returns it at once.
	Misconfigured bool
	// Pauses makes the sequence of pauses of one Send; nil is FullJitter(Initial, Max).
	Pauses func() backoff.BackOff
}

// Retrier is a Sender that retries another one as long as the verdict is transient (or, if so
// asked, misconfigured) and time is left. The flush deadline is the deadline of the context;
// without one it would go on for ever. The pauses here are those of one payload. What the whole
// instance has to wait for (Retry-After, an outage, a mistake that somebody has to fix) is the
// business of a Breaker behind it. Safe for concurrent use.
type Retrier struct {
	next          Sender
	shared        Shared
	misconfigured bool
	pauses        func() backoff.BackOff
}

// NewRetrier returns a Retrier around next.
func NewRetrier(next Sender, o RetryOptions) *Retrier {
	if o.Initial <= 0 {
		o.Initial = DefaultRetryInitial
	}
	if o.Max <= 0 {
		o.Max = DefaultRetryMax
	}
	if o.Pauses == nil {
		o.Pauses = func() backoff.BackOff { return FullJitter(o.Initial, o.Max) }
	}
	return &Retrier{next: next, shared: o.filled(), misconfigured: o.Misconfigured, pauses: o.Pauses}
}

// Send returns the first verdict that another attempt cannot change, or the last one when the next
// pause does not fit before the deadline or a Breaker blocked the payload to the end. Without wait
// it makes exactly one attempt.
func (r *Retrier) Send(ctx context.Context, payload *batch.Payload, wait bool) Verdict {
	var pauses backoff.BackOff
	logged := "" // the key of the last verdict that was logged
	for attempts := 0; ; {
		verdict := r.next.Send(ctx, payload, wait)
		if !verdict.Blocked {
			attempts++
		}
		verdict.Attempts = attempts
		if !r.retries(&verdict) || verdict.Blocked || !wait {
			return verdict
		}
		if pauses == nil {
			pauses = r.pauses()
		}
		pause := pauses.NextBackOff()
		if pause == backoff.Stop || !r.fits(ctx, pause) {
			return verdict
		}
		logged = r.log(attempts, logged, &verdict)
		if !sleep(ctx, pause) {
			return verdict
		}
		r.shared.Counters.Add(telemetry.Retries, 1)
	}
}

// retries reports whether another attempt can change a verdict.
func (r *Retrier) retries(v *Verdict) bool {
	switch v.Kind {
	case Transient:
		return v.Reason != ReasonStopping
	case Misconfigured:
		return r.misconfigured
	}
	return false
}

// log logs that another attempt follows, and returns the key of the last verdict that was logged.
// What somebody has to fix is logged at once, even if it came after something else.
func (r *Retrier) log(attempts int, logged string, v *Verdict) string {
	switch {
	case attempts > 1 && (v.Kind != Misconfigured || v.Key() == logged):
		r.shared.Log.Debug("deliver.retry", "attempt %d failed; retrying: %s", attempts, v.Message)
	case v.Kind == Misconfigured:
		r.shared.Log.Error(v.Key(), "%s; nothing is lost while it is retried", v.Message)
	default:
		r.shared.Log.Warn(v.Key(), "%s", v.Message)
	}
	if v.Kind == Misconfigured || attempts == 1 {
		logged = v.Key()
	}
	return logged
}

// fits reports whether a useful attempt can follow a pause.
func (r *Retrier) fits(ctx context.Context, pause time.Duration) bool {
	if ctx.Err() != nil {
		return false
	}
	deadline, ok := ctx.Deadline()
	return !ok || pause <= time.Until(deadline)-r.shared.least()
}
