package deliver

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cenkalti/backoff/v4"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/telemetry"
)

// script is a Sender that gives one verdict after the other, the last one for ever, each after some time.
type script struct {
	verdicts []Verdict
	takes    time.Duration
	sent     int
}

func (s *script) Send(ctx context.Context, _ *batch.Payload, _ bool) Verdict {
	v := s.verdicts[min(s.sent, len(s.verdicts)-1)]
	s.sent++
	sleep(ctx, s.takes)
	return v
}

var payload = &batch.Payload{Body: []byte(`[{"content":"a"},{"content":"b"}]`), ContentType: "application/json; charset=utf-8", RawBytes: 33, Records: 2}

func constant(pause time.Duration) func() backoff.BackOff {
	return func() backoff.BackOff { return backoff.NewConstantBackOff(pause) }
}

func TestRetrier(t *testing.T) {
	var (
		accepted  = Verdict{Kind: Accepted, Reason: ReasonAccepted}
		transient = Verdict{Kind: Transient, Reason: ReasonServerError}
		mistake   = Verdict{Kind: Misconfigured, Reason: ReasonToken}
		held      = Verdict{Kind: Transient, Reason: ReasonThrottled, Blocked: true}
	)
	for _, c := range []struct {
		name     string
		verdicts []Verdict
		takes    time.Duration
		pause    time.Duration
		wait     bool
		kind     Kind
		attempts int
		elapsed  time.Duration
	}{
		{"returns at once what is accepted", []Verdict{accepted}, 0, time.Second, true, Accepted, 1, 0},
		{"retries a transient verdict", []Verdict{transient, transient, accepted}, 0, time.Second, true, Accepted, 3, 2 * time.Second},
		{"retries what somebody may fix meanwhile", []Verdict{mistake, mistake, accepted}, 0, time.Second, true, Accepted, 3, 2 * time.Second},
		{"does not try that again unless it is asked for", []Verdict{mistake, accepted}, 0, time.Second, true, Misconfigured, 1, 0},
		{"makes one attempt at what somebody has to fix on the engine thread", []Verdict{mistake, accepted}, 0, time.Second, false, Misconfigured, 1, 0},
		{"returns at once what was blocked to the end", []Verdict{transient, held, accepted}, 0, time.Second, true, Transient, 1, time.Second},
		{"does not try again what is too large", []Verdict{{Kind: TooLarge}}, 0, time.Second, true, TooLarge, 1, 0},
		{"does not try again what the data is to blame for", []Verdict{{Kind: Rejected}}, 0, time.Second, true, Rejected, 1, 0},
		{"stops at the first verdict that is not transient", []Verdict{transient, {Kind: Rejected}, accepted}, 0, time.Second, true, Rejected, 2, time.Second},
		{"makes one attempt and never sleeps on the engine thread", []Verdict{transient, accepted}, 0, time.Second, false, Transient, 1, 0},
		{"gives up when the next pause leaves no time for an attempt", []Verdict{transient}, 0, 4 * time.Second, true, Transient, 5, 16 * time.Second},
		{"counts the time of the attempts too", []Verdict{transient}, 9 * time.Second, time.Second, true, Transient, 2, 19 * time.Second},
		{"uses the time to the last second", []Verdict{transient}, 0, 19 * time.Second, true, Transient, 2, 19 * time.Second},
		{"stops when the plugin stops", []Verdict{{Kind: Transient, Reason: ReasonStopping}}, 0, time.Second, true, Transient, 1, 0},
		{"stops when the pauses say so", []Verdict{transient}, 0, backoff.Stop, true, Transient, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var counters telemetry.Counters
				next := &script{verdicts: c.verdicts, takes: c.takes}
				retrier := NewRetrier(next, RetryOptions{Pauses: constant(c.pause), Misconfigured: !strings.Contains(c.name, "asked for"), Shared: Shared{Counters: &counters}})
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				defer cancel()
				began := time.Now()
				v := retrier.Send(ctx, payload, c.wait)
				sent := c.attempts
				if v.Blocked {
					sent++ // it was given to the breaker, which kept it
				}
				if v.Kind != c.kind || v.Attempts != c.attempts || next.sent != sent {
					t.Errorf("%s after %d attempts, %d sent; want %s after %d", v.Kind, v.Attempts, next.sent, c.kind, c.attempts)
				}
				if took := time.Since(began); took != c.elapsed {
					t.Errorf("took %s, want %s", took, c.elapsed)
				}
				if n := counters.Get(telemetry.Retries); n != uint64(sent-1) {
					t.Errorf("%d retries counted", n)
				}
			})
		})
	}
}

func TestRetrier_WakesUpWhenItsContextIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &script{verdicts: []Verdict{{Kind: Transient}}}
		retrier := NewRetrier(next, RetryOptions{Pauses: constant(time.Hour)})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		began := time.Now()
		if v := retrier.Send(ctx, payload, true); v.Kind != Transient || time.Since(began) != 3*time.Second {
			t.Errorf("%s after %s", v.Kind, time.Since(began))
		}
	})
}

func TestRetrier_MakesNoSecondAttemptAfterTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		next := &script{verdicts: []Verdict{{Kind: Transient}}, takes: time.Minute}
		retrier := NewRetrier(next, RetryOptions{Pauses: constant(0)})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if v := retrier.Send(ctx, payload, true); v.Attempts != 1 {
			t.Errorf("%d attempts", v.Attempts)
		}
	})
}

func TestRetrier_LogsTheFirstRetryAndOthersAtDebugLevel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger := &recorder{}
		next := &script{verdicts: []Verdict{{Kind: Transient}, {Kind: Transient}, {Kind: Accepted}}}
		retrier := NewRetrier(next, RetryOptions{Shared: Shared{Log: telemetry.NewLog(logger, nil, 0)}})
		retrier.Send(t.Context(), payload, true)
		if !slices.Equal(logger.levels, []telemetry.Level{telemetry.LevelWarn, telemetry.LevelDebug}) {
			t.Errorf("logged at %v", logger.levels)
		}
	})
}

// TestRetrier_LogsAMisconfiguredVerdictAtOnce, and only once: a server that is restarted with another certificate.
func TestRetrier_LogsAMisconfiguredVerdictAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger := &recorder{}
		cut, mistake := Verdict{Kind: Transient, Reason: ReasonNetwork}, Verdict{Kind: Misconfigured, Reason: ReasonCertificate}
		next := &script{verdicts: []Verdict{cut, cut, mistake, mistake, cut, mistake, {Kind: Accepted}}}
		retrier := NewRetrier(next, RetryOptions{Misconfigured: true, Shared: Shared{Log: telemetry.NewLog(logger, nil, time.Nanosecond)}})
		retrier.Send(t.Context(), payload, true)
		const warn, failed, debug = telemetry.LevelWarn, telemetry.LevelError, telemetry.LevelDebug
		if want := []telemetry.Level{warn, debug, failed, debug, debug, debug}; !slices.Equal(logger.levels, want) {
			t.Errorf("logged at %v, want %v", logger.levels, want)
		}
	})
}

type recorder struct {
	levels []telemetry.Level
	lines  []string
}

func (r *recorder) Enabled(telemetry.Level) bool { return true }
func (r *recorder) Log(level telemetry.Level, text string) {
	r.levels = append(r.levels, level)
	r.lines = append(r.lines, text)
}

func TestFullJitter_IsEvenFromZeroToABoundThatDoubles(t *testing.T) {
	const initial, limit, rounds = 100 * time.Millisecond, 400 * time.Millisecond, 4000
	bounds := []time.Duration{initial, 2 * initial, 4 * initial, 4 * initial, 4 * initial}
	for step, bound := range bounds {
		var low, high, sum time.Duration = time.Hour, 0, 0
		for range rounds {
			pauses := FullJitter(initial, limit)
			for range step {
				pauses.NextBackOff()
			}
			pause := pauses.NextBackOff()
			low, high, sum = min(low, pause), max(high, pause), sum+pause
		}
		mean := sum / rounds
		if low > bound/50 || high > bound+1 || high < bound-bound/50 || mean < bound*45/100 || mean > bound*55/100 {
			t.Errorf("step %d: %s to %s, mean %s; want 0 to %s", step, low, high, mean, bound)
		}
	}
}

func TestFullJitter_NeverStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pauses := FullJitter(time.Second, 10*time.Second)
		for range 100 {
			time.Sleep(time.Hour)
			if pauses.NextBackOff() == backoff.Stop {
				t.Fatal("stopped")
			}
		}
	})
}

// transportFunc is a transport without a network.
type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// hang takes the request and never answers.
func hang(r *http.Request) (*http.Response, error) {
	defer r.Body.Close()
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestRetrier_AttemptsAndFlushesEndInTime(t *testing.T) {
	for _, c := range []struct {
		name     string
		deadline time.Duration
		reason   Reason
		attempts int
		elapsed  time.Duration
	}{
		{"an attempt ends with its timeout", 10500 * time.Millisecond, ReasonTimeout, 1, 10 * time.Second},
		{"a flush ends with its deadline", 15 * time.Second, ReasonDeadline, 2, 15 * time.Second},
		{"a flush shorter than an attempt ends with its deadline", time.Second, ReasonDeadline, 1, time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, ClientOptions{URL: "https://x.example", Transport: transportFunc(hang), Shared: Shared{Timeout: 10 * time.Second}})
				retrier := NewRetrier(client, RetryOptions{Pauses: constant(0)})
				ctx, cancel := context.WithTimeout(t.Context(), c.deadline)
				defer cancel()
				began := time.Now()
				v := retrier.Send(ctx, payload, true)
				if v.Kind != Transient || v.Reason != c.reason || v.Attempts != c.attempts || time.Since(began) != c.elapsed {
					t.Errorf("%s, %s after %d attempts and %s: %s", v.Kind, v.Reason, v.Attempts, time.Since(began), v.Message)
				}
			})
		})
	}
}

func TestClient_CloseEndsRequestsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		client := newClient(t, ClientOptions{URL: "https://x.example", Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
			requests.Add(1)
			return hang(r)
		})})
		retrier := NewRetrier(client, RetryOptions{})
		time.AfterFunc(2*time.Second, client.Close)
		began := time.Now()
		if v := retrier.Send(t.Context(), payload, true); v.Reason != ReasonStopping || time.Since(began) != 2*time.Second {
			t.Errorf("%s after %s", v.Reason, time.Since(began))
		}
		client.Close()
		if v := retrier.Send(t.Context(), payload, true); v.Reason != ReasonStopping || requests.Load() != 1 {
			t.Errorf("%s, %d requests after Close", v.Reason, requests.Load())
		}
	})
}

func newClient(t *testing.T, o ClientOptions) *Client {
	t.Helper()
	client, err := NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// answersAfter is a transport that takes some time for an answer without a body.
func answersAfter(takes time.Duration, status *int) http.RoundTripper {
	return transportFunc(func(r *http.Request) (*http.Response, error) {
		defer r.Body.Close()
		_, _ = io.Copy(io.Discard, r.Body)
		sleep(r.Context(), takes)
		return &http.Response{StatusCode: *status, Header: http.Header{}, Body: http.NoBody}, r.Context().Err()
	})
}
