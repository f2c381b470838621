package deliver

import (
	"context"
	"time"

	"github.com/cenkalti/backoff/v4"
)

// probeJitter spreads the probes of many machines by this part of the pause, up and down.
const probeJitter = 0.2

// FullJitter returns pauses drawn evenly from 0 to a bound that starts at initial and doubles up to
// limit: what spreads the clients of a recovering server best. The library draws from
// interval*(1-f) to interval*(1+f), so f = 1 around half the bound is just that.
func FullJitter(initial, limit time.Duration) backoff.BackOff {
	return doubling(initial/2, limit/2, 1)
}

// probePauses returns the pauses between the probes of a circuit. Unlike those of a Retrier they
// have a floor, so that the number of probes in an outage has a ceiling.
func probePauses(initial, limit time.Duration) backoff.BackOff {
	return doubling(initial, limit, probeJitter)
}

func doubling(initial, limit time.Duration, jitter float64) backoff.BackOff {
	return backoff.NewExponentialBackOff(
		backoff.WithInitialInterval(initial),
		backoff.WithMaxInterval(limit),
		backoff.WithRandomizationFactor(jitter),
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
