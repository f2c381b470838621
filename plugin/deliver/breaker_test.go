package deliver

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/telemetry"
)

// site is a destination that fails until it recovers. It notes when it was asked, and by how many at once.
type site struct {
	mu      sync.Mutex
	verdict Verdict
	takes   time.Duration
	asked   []time.Time
	at      int // at once, now
	most    int // at once, ever
}

func (s *site) Send(ctx context.Context, _ *batch.Payload, _ bool) Verdict {
	s.mu.Lock()
	s.asked = append(s.asked, time.Now())
	s.at++
	s.most = max(s.most, s.at)
	v, takes := s.verdict, s.takes
	s.mu.Unlock()
	sleep(ctx, takes)
	s.mu.Lock()
	s.at--
	s.mu.Unlock()
	return v
}

func (s *site) becomes(v Verdict) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.verdict, s.most = v, 0
}

func (s *site) requests() []time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]time.Time(nil), s.asked...)
}

var (
	isAccepted  = Verdict{Health: Healthy, Kind: Accepted, Reason: ReasonAccepted}
	isDown      = Verdict{Health: Unhealthy, Kind: Transient, Reason: ReasonServerError, Message: "down"}
	isThrottled = Verdict{Health: Healthy, Kind: Transient, Reason: ReasonThrottled, Message: "throttled"}
	isMistaken  = Verdict{Health: Healthy, Kind: Misconfigured, Reason: ReasonToken, Message: "the token is wrong"}
)

// inTime returns a context like that of a flush.
func inTime(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestBreaker_OpensAfterWhatAsksForAPause(t *testing.T) {
	for _, c := range []struct {
		name     string
		verdicts []Verdict
		closed   bool
	}{
		{"not when payloads are taken", []Verdict{isAccepted, isAccepted}, false},
		{"not after a failure", []Verdict{isDown}, false},
		{"not after two failures", []Verdict{isDown, isDown}, false},
		{"after three in a row", []Verdict{isDown, isDown, isDown}, true},
		{"not when one in between was taken", []Verdict{isDown, isDown, isAccepted, isDown, isDown}, false},
		{"not when one in between was rejected", []Verdict{isDown, isDown, {Kind: Rejected}, isDown}, false},
		{"after being throttled", []Verdict{isThrottled}, true},
		{"after a full queue", []Verdict{{Kind: Transient, Reason: ReasonQueueFull}}, true},
		{"after a Retry-After", []Verdict{{Kind: Transient, Reason: ReasonServerError, RetryAfter: time.Second}}, true},
		{"after a mistake in the environment", []Verdict{isMistaken}, true},
		{"not after rejections", []Verdict{{Kind: Rejected}, {Kind: TooLarge}, {Kind: Rejected}}, false},
		{"not when the plugin stops", []Verdict{{Reason: ReasonStopping}, {Reason: ReasonStopping}, {Reason: ReasonStopping}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var counters telemetry.Counters
			breaker := NewBreaker(&script{verdicts: append(c.verdicts, isAccepted)}, BreakerOptions{Shared: Shared{Counters: &counters}})
			for range c.verdicts {
				breaker.Send(t.Context(), payload, false)
			}
			if v := breaker.Send(t.Context(), payload, false); v.Blocked != c.closed {
				t.Errorf("then %+v", v)
			}
			if n := counters.Get(telemetry.BreakerOpened); (n == 1) != c.closed {
				t.Errorf("closed %d times", n)
			}
		})
	}
}

func TestBreaker_OpenAnswersAtOnceOnTheEngineThread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{verdict: isThrottled}
		breaker := NewBreaker(s, BreakerOptions{Initial: time.Second})
		for range 5 {
			began := time.Now()
			v := breaker.Send(inTime(t, time.Minute), payload, false)
			if v.Reason != ReasonThrottled || v.Message != "throttled" || time.Since(began) != 0 {
				t.Errorf("%+v after %s", v, time.Since(began))
			}
		}
		if n := len(s.requests()); n != 1 {
			t.Errorf("%d requests", n)
		}
		time.Sleep(2 * time.Second)
		if v := breaker.Send(inTime(t, time.Minute), payload, false); v.Blocked || len(s.requests()) != 2 {
			t.Errorf("after the pause: %+v, %d requests", v, len(s.requests()))
		}
	})
}

func TestBreaker_SendsOneProbeAtATimeInAnOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const outage, longest = 5 * time.Minute, 10 * time.Second
		s := &site{verdict: isThrottled, takes: 300 * time.Millisecond}
		breaker := NewBreaker(s, BreakerOptions{Initial: 500 * time.Millisecond, Max: longest, Patience: 25 * time.Second})
		breaker.Send(t.Context(), payload, true)
		s.becomes(isDown)
		closed := time.Now()

		var workers sync.WaitGroup
		done := make(chan struct{})
		for range 8 { // as Fluent Bit does: a flush that is given back is followed by another
			workers.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
					breaker.Send(ctx, payload, true)
					cancel()
				}
			})
		}
		time.Sleep(outage)
		asked := s.requests()[1:]
		if s.most != 1 {
			t.Errorf("%d probes at once", s.most)
		}
		var last time.Time
		for i, at := range asked {
			if at.Sub(closed) > time.Minute && i > 0 && at.Sub(last) < longest*8/10 {
				t.Errorf("probe %d came %s after the one before", i, at.Sub(last))
			}
			last = at
		}
		if n := len(asked); n < 20 || n > 45 {
			t.Errorf("%d probes in %s", n, outage)
		}

		s.becomes(isAccepted)
		time.Sleep(longest*12/10 + time.Second)
		if n := len(s.requests()) - len(asked); n < 8 {
			t.Errorf("%d requests after the recovery", n)
		}
		close(done)
		workers.Wait()
	})
}

func TestBreaker_FirstSuccessfulProbeReleasesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger := &recorder{}
		s := &site{verdict: isMistaken, takes: time.Millisecond}
		breaker := NewBreaker(s, BreakerOptions{Shared: Shared{Log: telemetry.NewLog(logger, nil, 0)}})
		breaker.Send(t.Context(), payload, true)
		var workers sync.WaitGroup
		for range 10 {
			workers.Go(func() {
				if v := breaker.Send(inTime(t, time.Minute), payload, true); v.Kind != Accepted && v.Kind != Misconfigured {
					t.Errorf("%+v", v)
				}
			})
		}
		time.Sleep(5 * time.Second) // one probe fails
		s.becomes(isAccepted)
		workers.Wait()
		if v := breaker.Send(t.Context(), payload, false); v.Kind != Accepted {
			t.Errorf("%+v", v)
		}
		if n := len(s.requests()); n != 12 {
			t.Errorf("%d requests, want the first, ten of the workers and the last", n)
		}
		if len(logger.lines) != 1 || !strings.Contains(logger.lines[0], "accepts logs again after") {
			t.Errorf("logged %q", logger.lines)
		}
	})
}

func TestBreaker_WaitsForRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asking := isThrottled
		asking.RetryAfter = 7 * time.Second
		s := &site{verdict: asking}
		breaker := NewBreaker(s, BreakerOptions{Initial: time.Millisecond})
		breaker.Send(t.Context(), payload, true)
		s.becomes(isAccepted)
		began := time.Now()
		if v := breaker.Send(inTime(t, 25*time.Second), payload, true); v.Kind != Accepted || time.Since(began) != 7*time.Second {
			t.Errorf("%+v after %s", v, time.Since(began))
		}
	})
}

func TestBreaker_WaitingSendGivesUpBeforeItsDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asking := isThrottled
		asking.RetryAfter = 10 * time.Minute
		breaker := NewBreaker(&site{verdict: asking}, BreakerOptions{Max: 10 * time.Second, Patience: 25 * time.Second})
		breaker.Send(t.Context(), payload, true)
		for i, want := range []time.Duration{24 * time.Second, time.Second, time.Second} {
			began := time.Now()
			v := breaker.Send(inTime(t, 25*time.Second), payload, true)
			if !v.Blocked || time.Since(began) != want {
				t.Errorf("the flush %d: %+v after %s, want %s: an outage older than a flush is waited for less", i+1, v, time.Since(began), want)
			}
			time.Sleep(2 * time.Second)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		began := time.Now()
		if v := breaker.Send(ctx, payload, true); !v.Blocked || time.Since(began) != time.Second {
			t.Errorf("cancelled: %+v after %s", v, time.Since(began))
		}
	})
}

func TestBreaker_SurvivesAPanicOfAProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{verdict: isThrottled}
		breaker := NewBreaker(s, BreakerOptions{})
		breaker.Send(t.Context(), payload, true)
		breaker.next = senderFunc(func() Verdict { panic("out of cheese") })
		func() {
			defer func() { _ = recover() }()
			breaker.Send(inTime(t, time.Minute), payload, true)
		}()
		breaker.next = s
		s.becomes(isAccepted)
		if v := breaker.Send(inTime(t, time.Minute), payload, true); v.Kind != Accepted {
			t.Errorf("%+v", v)
		}
	})
}

type senderFunc func() Verdict

func (f senderFunc) Send(context.Context, *batch.Payload, bool) Verdict { return f() }

func TestBreaker_SuccessThatBeganBeforeItOpenedDoesNotCloseIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{verdict: isAccepted, takes: 2 * time.Second}
		breaker := NewBreaker(s, BreakerOptions{Initial: 10 * time.Second})
		go breaker.Send(t.Context(), payload, true)
		synctest.Wait()
		s.mu.Lock()
		s.verdict, s.takes = isThrottled, 0
		s.mu.Unlock()
		breaker.Send(t.Context(), payload, true)
		time.Sleep(3 * time.Second)
		if v := breaker.Send(t.Context(), payload, false); !v.Blocked {
			t.Errorf("%+v", v)
		}
	})
}

func TestBreaker_AlternatingCausesDoNotSpeedProbesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down, missing := isDown, Verdict{Kind: Misconfigured, Reason: ReasonURL}
		s := &site{verdict: isThrottled}
		breaker := NewBreaker(s, BreakerOptions{})
		for {
			if len(s.requests())%2 == 0 {
				s.becomes(down)
			} else {
				s.becomes(missing)
			}
			if time.Since(s.first(t, breaker)) > 10*time.Minute {
				break
			}
			time.Sleep(100 * time.Millisecond)
			breaker.Send(t.Context(), payload, false)
		}
		if n := len(s.requests()); n > 70 {
			t.Errorf("%d probes in ten minutes", n)
		}
	})
}

// first makes the first request if there was none, and returns when it was.
func (s *site) first(t *testing.T, breaker *Breaker) time.Time {
	if len(s.requests()) == 0 {
		breaker.Send(t.Context(), payload, false)
	}
	return s.requests()[0]
}

func TestBreaker_WakesWaitersWhenItClosesOrItsPauseChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asking := isThrottled
		asking.RetryAfter = 5 * time.Second
		s := &site{verdict: asking}
		breaker := NewBreaker(s, BreakerOptions{})
		breaker.Send(t.Context(), payload, true)
		s.becomes(isAccepted)
		s.mu.Lock()
		s.takes = 100 * time.Millisecond
		s.mu.Unlock()
		began := time.Now()
		var workers sync.WaitGroup
		for range 5 {
			workers.Go(func() {
				if v := breaker.Send(inTime(t, 25*time.Second), payload, true); v.Kind != Accepted {
					t.Errorf("%+v", v)
				}
			})
		}
		workers.Wait()
		if took := time.Since(began); took != 5200*time.Millisecond {
			t.Errorf("all are through after %s, want the pause, the probe and one more request", took)
		}
	})
}

func TestBreaker_RequestUnderWayCanOnlyProlongThePause(t *testing.T) {
	for asks, want := range map[time.Duration]time.Duration{2 * time.Second: 10 * time.Second, 20 * time.Second: 21 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			late := isThrottled
			late.RetryAfter = asks
			s := &site{verdict: late, takes: time.Second}
			breaker := NewBreaker(s, BreakerOptions{})
			go breaker.Send(t.Context(), payload, true)
			synctest.Wait()
			asking := isThrottled
			asking.RetryAfter = 10 * time.Second
			s.mu.Lock()
			s.verdict, s.takes = asking, 0
			s.mu.Unlock()
			breaker.Send(t.Context(), payload, true)
			s.becomes(isAccepted)
			began := time.Now()
			if v := breaker.Send(inTime(t, time.Minute), payload, true); v.Kind != Accepted || time.Since(began) != want {
				t.Errorf("%+v after %s, want %s", v, time.Since(began), want)
			}
		})
	}
}

// TestBreaker_LateFailureAfterARecovery: requests that began before an outage fail after its end.
func TestBreaker_LateFailureAfterARecovery(t *testing.T) {
	asks := isDown
	asks.RetryAfter = time.Minute
	for _, c := range []struct {
		name    string
		late    Verdict
		blocked bool
	}{
		{"timeouts", isSilent, false}, {"throttled", isThrottled, true}, {"a full queue", isFull, true},
		{"a Retry-After", asks, true}, {"misconfigured", isMistaken, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &site{verdict: c.late, takes: 10 * time.Second}
				breaker := NewBreaker(s, BreakerOptions{Initial: time.Second})
				for range 16 {
					go breaker.Send(t.Context(), payload, true)
				}
				synctest.Wait()
				s.slows(0)
				s.becomes(isThrottled)
				breaker.Send(t.Context(), payload, false)
				time.Sleep(2 * time.Second)
				s.becomes(isAccepted)
				if v := breaker.Send(t.Context(), payload, false); v.Blocked {
					t.Fatalf("the breaker did not close: %+v", v)
				}
				time.Sleep(8 * time.Second)
				synctest.Wait()
				v := breaker.Send(t.Context(), payload, false)
				if v.Blocked != c.blocked || v.Blocked && v.Reason != c.late.Reason {
					t.Errorf("then %+v", v)
				}
			})
		})
	}
}

func TestBreaker_NewOutageBeginsWithShortPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{verdict: isThrottled}
		breaker := NewBreaker(s, BreakerOptions{Initial: time.Second, Max: time.Minute})
		for range 2 {
			s.becomes(isThrottled)
			for range 6 { // the pauses grow
				breaker.Send(inTime(t, time.Hour), payload, true)
				time.Sleep(2 * time.Minute)
			}
			s.becomes(isAccepted)
			if v := breaker.Send(inTime(t, time.Hour), payload, true); v.Kind != Accepted {
				t.Fatalf("%+v", v)
			}
		}
		s.becomes(isThrottled)
		breaker.Send(t.Context(), payload, true)
		s.becomes(isAccepted)
		began := time.Now()
		if v := breaker.Send(inTime(t, time.Hour), payload, true); v.Kind != Accepted || time.Since(began) > 1200*time.Millisecond {
			t.Errorf("%+v after %s", v, time.Since(began))
		}
	})
}
