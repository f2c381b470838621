package deliver

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestPace_LeastIsTwiceTheTimeOfSlowAnswers(t *testing.T) {
	var p Pace
	expect := func(want time.Duration) {
		t.Helper()
		if got := p.Least(15 * time.Second); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	expect(time.Second)
	p.Observe(10 * time.Millisecond)
	expect(time.Second)
	p.Observe(4 * time.Second)
	expect(8 * time.Second)
	p.Observe(9 * time.Second)
	expect(15 * time.Second)
	for range 40 {
		p.Observe(10 * time.Millisecond)
	}
	expect(time.Second)
	if got := p.Least(300 * time.Millisecond); got != 300*time.Millisecond {
		t.Errorf("%s with a shorter timeout", got)
	}
}

func TestPace_NoAttemptIsBegunThatTheDeadlineWouldCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := new(Pace)
		pace.Observe(5 * time.Second)
		next := &script{verdicts: []Verdict{isDown}}
		retrier := NewRetrier(next, RetryOptions{Pauses: constant(4 * time.Second), Shared: Shared{Pace: pace}})
		began := time.Now()
		retrier.Send(inTime(t, 20*time.Second), payload, true)
		if took := time.Since(began); took != 8*time.Second {
			t.Errorf("attempts went on for %s, want 8s: ten seconds are to be left", took)
		}

		breaker := NewBreaker(&site{verdict: Verdict{Kind: Transient, Reason: ReasonThrottled, RetryAfter: time.Hour}}, BreakerOptions{Patience: time.Hour, Shared: Shared{Pace: pace}})
		breaker.Send(t.Context(), payload, true)
		began = time.Now()
		if v := breaker.Send(inTime(t, 20*time.Second), payload, true); !v.Blocked || time.Since(began) != 10*time.Second {
			t.Errorf("%+v after %s", v, time.Since(began))
		}
	})
}

func TestClient_ObservesThePaceOfDecisions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := new(Pace)
		status := 503
		client := newClient(t, ClientOptions{URL: "https://x.example", Transport: answersAfter(3*time.Second, &status), Shared: Shared{Pace: pace}})
		client.Send(context.Background(), payload, true)
		if got := pace.Least(time.Minute); got != time.Second {
			t.Errorf("a transient failure counts: %s", got)
		}
		for _, status = range []int{400, 204} {
			pace.slow.Store(0)
			client.Send(context.Background(), payload, true)
			if got := pace.Least(time.Minute); got != 6*time.Second {
				t.Errorf("%s after %d", got, status)
			}
		}
	})
}
