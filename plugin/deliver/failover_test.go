package deliver

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/telemetry"
)

// spoken is a Logger that keeps what is printed, with the first letter of its level.
type spoken struct {
	mu    sync.Mutex
	lines []string
}

func (r *spoken) Enabled(telemetry.Level) bool { return true }

func (r *spoken) Log(level telemetry.Level, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, "?ewidt"[level:level+1]+" "+text)
}

// take gives the lines since it was last called, without those of level debug.
func (r *spoken) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := slices.DeleteFunc(r.lines, func(line string) bool { return line[0] == 'd' })
	r.lines = nil
	return lines
}

// failover is a Failover over sites, all of which work.
type failover struct {
	*Failover
	sites    []*site
	counters telemetry.Counters
	said     spoken
}

func newFailover(n int, change ...func(*FailoverOptions)) *failover {
	f := new(failover)
	var endpoints []Endpoint
	for i := range n {
		f.sites = append(f.sites, &site{verdict: isAccepted})
		endpoints = append(endpoints, Endpoint{f.sites[i], fmt.Sprint("ag", i+1)})
	}
	o := FailoverOptions{Shared: Shared{Counters: &f.counters, Log: telemetry.NewLog(&f.said, nil, 0)}}
	for _, c := range change {
		c(&o)
	}
	f.Failover = NewFailover(endpoints, o)
	return f
}

// slows makes it take its time.
func (s *site) slows(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takes = d
}

// send sends one payload with the time of a flush.
func (f *failover) send(t *testing.T) Verdict {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 25*time.Second)
	defer cancel()
	return f.Send(ctx, payload, true)
}

// asked is how often each was asked since asked was last called.
func (f *failover) asked() (counts []int) {
	for _, s := range f.sites {
		s.mu.Lock()
		counts = append(counts, len(s.asked))
		s.asked = nil
		s.mu.Unlock()
	}
	return counts
}

func (f *failover) wantAsked(t *testing.T, counts ...int) {
	t.Helper()
	if got := f.asked(); !slices.Equal(got, counts) {
		t.Errorf("asked %v, want %v", got, counts)
	}
}

func (f *failover) wantSaid(t *testing.T, begins ...string) {
	t.Helper()
	if got := f.said.take(); !slices.EqualFunc(got, begins, strings.HasPrefix) {
		t.Errorf("said %q, want %q", got, begins)
	}
}

var (
	isFull      = Verdict{Health: Unhealthy, Kind: Transient, Reason: ReasonQueueFull, Status: 503, Message: "full"}
	isUntrusted = Verdict{Health: Unhealthy, Kind: Misconfigured, Reason: ReasonCertificate, Message: "not trusted"}
	isUnknown   = Verdict{Health: Unhealthy, Kind: Misconfigured, Reason: ReasonHostUnknown, Message: "no such host"}
	isSilent    = Verdict{Health: Unhealthy, Kind: Transient, Reason: ReasonTimeout, Message: "no answer"}
)

func asksFor(d time.Duration) Verdict {
	return Verdict{Kind: Transient, Reason: ReasonServerError, Health: Unhealthy, Status: 503, RetryAfter: d, Message: "later"}
}

func TestFailover_AsksNoOtherWhileTheFirstIsHealthy(t *testing.T) {
	f := newFailover(3)
	for range 5 {
		if v := f.send(t); v.Kind != Accepted || v.Endpoint != 1 {
			t.Errorf("%+v", v)
		}
	}
	f.wantAsked(t, 5, 0, 0)
	f.wantSaid(t)
}

func TestFailover_LogsEachMove(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		for range 3 {
			f.sites[0].becomes(isFull)
			f.send(t)
			f.wantSaid(t, "w endpoint 1 (ag1) is unhealthy, sending to endpoint 2 (ag2): full")
			f.sites[0].becomes(isAccepted)
			time.Sleep(unhealthyInitial * 13 / 10)
			f.send(t)
			f.wantSaid(t, "i endpoint 1 (ag1) is healthy again after")
		}
	})
}

func TestFailover_NextEndpointTakesOverWithinTheSameSend(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		f.sites[0].becomes(isFull)
		if v := f.send(t); v.Kind != Accepted || v.Endpoint != 2 {
			t.Errorf("%+v", v)
		}
		f.wantAsked(t, 1, 1)
		f.wantSaid(t, "w endpoint 1 (ag1) is unhealthy, sending to endpoint 2 (ag2): full")
		time.Sleep(unhealthyInitial * 8 / 10 * 9 / 10)
		f.send(t)
		f.wantAsked(t, 0, 1) // it is left in peace
		f.sites[0].becomes(isAccepted)
		time.Sleep(unhealthyInitial)
		for range 3 {
			if v := f.send(t); v.Kind != Accepted || v.Endpoint != 1 {
				t.Errorf("%+v", v)
			}
		}
		f.wantAsked(t, 3, 0)
		f.wantSaid(t, "i endpoint 1 (ag1) is healthy again after 52s; sending to it")
		if n := f.counters.Get(telemetry.EndpointMoves); n != 2 {
			t.Errorf("%d moves", n)
		}
	})
}

func TestFailover_StaysForWhatIsNoFaultOfAnEndpoint(t *testing.T) {
	for _, v := range []Verdict{
		{Kind: Misconfigured, Reason: ReasonToken, Status: 401, Health: Healthy}, {Kind: Misconfigured, Reason: ReasonToken}, {Kind: Misconfigured, Reason: ReasonLicense, Status: 402, Health: Healthy},
		{Kind: Transient, Reason: ReasonThrottled, Status: 429, RetryAfter: time.Minute, Health: Healthy}, {Kind: Rejected, Reason: ReasonRejected, Status: 400, Health: Healthy},
		{Kind: TooLarge, Reason: ReasonTooLarge, Status: 413, Health: Healthy}, {Kind: Transient, Reason: ReasonStopping}, {},
	} {
		f := newFailover(2)
		f.sites[0].becomes(v)
		for range 2 {
			want := v
			want.Endpoint = 1
			if got := f.send(t); got != want {
				t.Errorf("%+v, want %+v", got, want)
			}
		}
		f.wantAsked(t, 2, 0)
		f.wantSaid(t)
	}
}

func TestFailover_OneProbesWhileTheOthersGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		f.sites[0].becomes(isSilent)
		f.send(t)
		time.Sleep(2 * unhealthyInitial)
		f.asked()
		f.sites[0].slows(10 * time.Second)
		f.sites[1].slows(10 * time.Millisecond)
		var sends sync.WaitGroup
		var slow, wrong int
		var mu sync.Mutex
		for i := range 20 {
			sends.Go(func() {
				time.Sleep(time.Duration(i) * 100 * time.Millisecond)
				began := time.Now()
				v := f.send(t)
				mu.Lock()
				defer mu.Unlock()
				if time.Since(began) > time.Second {
					slow++
				}
				if v.Kind != Accepted || v.Endpoint != 2 {
					wrong++
				}
			})
		}
		sends.Wait()
		if slow != 1 || wrong != 0 {
			t.Errorf("%d sends were slow, %d not taken by the second", slow, wrong)
		}
		f.wantAsked(t, 1, 20)

		f.sites[0].becomes(isAccepted)
		f.sites[0].slows(10 * time.Millisecond)
		time.Sleep(3 * unhealthyInitial)
		for range 20 {
			sends.Go(func() { f.send(t) })
		}
		sends.Wait()
		f.wantAsked(t, 1, 19)
		f.send(t)
		f.wantAsked(t, 1, 0)
	})
}

func TestFailover_PausesGrowWhileAnEndpointStaysDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		f.sites[0].becomes(isFull)
		end := time.Now().Add(time.Hour)
		for time.Now().Before(end) {
			f.send(t)
			time.Sleep(time.Second)
		}
		probes := f.sites[0].requests()
		want := []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute}
		for i, least := range want {
			pause := probes[i+1].Sub(probes[i])
			if low, high := least*8/10, least*12/10+time.Second; pause < low || pause > high {
				t.Errorf("pause %d: %s, want %s to %s", i, pause, low, high)
			}
		}
		if n := len(probes); n > 18 {
			t.Errorf("%d probes in an hour", n)
		}
		f.wantSaid(t, "w endpoint 1 (ag1) is unhealthy") // nothing more for what passes by itself

		f.sites[0].becomes(isAccepted) // and then from the start
		time.Sleep(10 * time.Minute)
		f.send(t)
		f.sites[0].becomes(isFull)
		f.send(t)
		f.sites[0].becomes(isAccepted)
		f.asked()
		time.Sleep(unhealthyInitial*12/10 + time.Second)
		f.send(t)
		f.wantAsked(t, 1, 0)
	})
}

func TestFailover_PausesGrowAlthoughTheCauseChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		causes := []Verdict{isFull, isUntrusted}
		f.sites[0].becomes(causes[0])
		end := time.Now().Add(time.Hour)
		for time.Now().Before(end) {
			f.send(t)
			f.sites[0].becomes(causes[len(f.sites[0].requests())%2])
			time.Sleep(time.Second)
		}
		probes := f.sites[0].requests()
		want := []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute}
		for i, least := range want {
			pause := probes[i+1].Sub(probes[i])
			if low, high := least*8/10, least*12/10+time.Second; pause < low || pause > high {
				t.Errorf("pause %d: %s, want %s to %s", i, pause, low, high)
			}
		}
	})
}

func TestFailover_RetryAfterIsPerEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		f.sites[0].becomes(asksFor(3 * time.Minute))
		f.send(t)
		f.asked()
		f.sites[0].becomes(isAccepted)
		for range 179 {
			time.Sleep(time.Second)
			if v := f.send(t); v.Endpoint != 2 {
				t.Fatalf("%+v", v)
			}
		}
		f.wantAsked(t, 0, 179)

		f.sites[1].becomes(isDown) // the first is not asked in its silence, though nothing else is left
		if v := f.send(t); v.Message != "endpoint 2 (ag2): down" || v.RetryAfter != 0 {
			t.Errorf("%+v", v)
		}
		f.wantAsked(t, 0, 1)
		f.send(t)
		f.wantAsked(t, 0, 1) // nor first, though the other was asked later
		time.Sleep(time.Second)
		if v := f.send(t); v.Kind != Accepted || v.Endpoint != 1 {
			t.Errorf("%+v", v)
		}
	})
}

func TestFailover_RetryAfterOfAllIsTheShortest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		f.sites[0].becomes(asksFor(2 * time.Minute))
		f.sites[1].becomes(asksFor(time.Minute))
		if v := f.send(t); v.RetryAfter != time.Minute || v.Message != "endpoint 1 (ag1): later" {
			t.Errorf("%+v", v)
		}
		f.asked()
		f.send(t) // before its time, which a Breaker would not let through: it goes where the silence ends first
		f.wantAsked(t, 0, 1)
		time.Sleep(time.Minute)
		f.sites[1].becomes(asksFor(100 * time.Second))
		if v := f.send(t); v.RetryAfter != time.Minute { // what is left of that of the first
			t.Errorf("%+v", v)
		}
		f.wantAsked(t, 0, 1)
	})
}

func TestFailover_EarlySuccessEndsRetryAfter(t *testing.T) {
	f := newFailover(2)
	f.sites[0].becomes(asksFor(2 * time.Minute))
	f.sites[1].becomes(asksFor(time.Minute))
	f.send(t)
	f.sites[1].becomes(isAccepted)
	f.send(t)
	f.sites[1].becomes(isDown)
	if v := f.send(t); v.Endpoint != 2 || v.RetryAfter != 0 {
		t.Errorf("%+v", v)
	}
}

func TestFailover_WithoutTimeTheNextSendMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			name         string
			takes        time.Duration
			first, moves bool
		}{
			{"time is left", 23 * time.Second, true, true},
			{"exactly a second", 24 * time.Second, true, true},
			{"less than a second", 24001 * time.Millisecond, true, false},
			{"none at all", 25 * time.Second, true, false},
		} {
			f := newFailover(2)
			f.sites[0].becomes(isUntrusted)
			f.sites[0].slows(c.takes)
			v := f.send(t)
			if c.moves && v.Endpoint != 2 || !c.moves && (v.Kind != Transient || v.Endpoint != 1) {
				// not misconfigured, which would open the breaker: nothing has to be fixed before another can be asked
				t.Errorf("%s: %+v", c.name, v)
			}
			f.asked()
			if v := f.send(t); v.Kind != Accepted {
				t.Errorf("%s, then: %+v", c.name, v)
			}
			f.wantAsked(t, 0, 1)
		}
		f := newFailover(2)
		f.sites[0].becomes(Verdict{Kind: Transient, Reason: ReasonDeadline, Health: Unhealthy})
		f.sites[0].slows(25 * time.Second)
		f.send(t)
		if v := f.send(t); v.Endpoint != 2 {
			t.Errorf("after one that did not answer to the end of the flush: %+v", v)
		}
	})
}

func TestFailover_MovesOnlyWithTheTimeOfSlowAnswersLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := new(Pace)
		pace.Observe(2 * time.Second)
		f := newFailover(2, func(o *FailoverOptions) { o.Pace = pace })
		f.sites[0].becomes(isDown)
		f.sites[0].slows(22 * time.Second)
		f.send(t)
		f.wantAsked(t, 1, 0)
	})
}

func TestFailover_CancelledSendAsksNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		f.sites[0].becomes(isDown)
		f.sites[0].slows(time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		f.Send(ctx, payload, true)
		f.wantAsked(t, 1, 0)
	})
}

func TestFailover_ProbeUnderWayIsNotDoubled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		f.sites[0].becomes(isSilent)
		f.send(t)
		time.Sleep(2 * unhealthyInitial)
		f.asked()
		f.sites[0].slows(15 * time.Second)
		f.sites[1].becomes(isDown)
		var probe sync.WaitGroup
		probe.Go(func() { f.send(t) })
		time.Sleep(time.Second)
		for range 3 {
			f.send(t)
		}
		f.wantAsked(t, 1, 3)
		probe.Wait()
		f.send(t)
	})
}

func TestFailover_PrefersTheBetterOfTwoThatComeBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		f.sites[0].becomes(isDown)
		f.sites[1].becomes(isDown)
		f.send(t)
		f.said.take()
		for i, takes := range []time.Duration{5 * time.Second, 10 * time.Second} {
			f.sites[i].becomes(isAccepted)
			f.sites[i].slows(takes)
		}
		var sends sync.WaitGroup
		for range 2 {
			sends.Go(func() { f.send(t) })
		}
		sends.Wait()
		if said := f.said.take(); !slices.Equal(said, []string{"i endpoint 1 (ag1) is healthy again after 5s; sending to it", "i endpoint 2 (ag2) is healthy again after 10s"}) {
			t.Errorf("said %q", said)
		}
		f.asked()
		f.send(t)
		f.wantAsked(t, 1, 0)
	})
}

func TestFailover_EndedFlushBlamesNoEndpoint(t *testing.T) {
	f := newFailover(2)
	f.sites[0].becomes(Verdict{Kind: Transient, Reason: ReasonDeadline, Health: Unhealthy})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.Send(ctx, payload, true)
	f.sites[0].becomes(isAccepted)
	f.asked()
	f.send(t)
	f.wantAsked(t, 1, 0)
}

func TestFailover_AsksOneUnhealthyEndpointOnTheEngineThread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(3)
		send := func() Verdict { return f.Send(inTime(t, 25*time.Second), payload, false) }
		f.sites[0].becomes(isDown)
		f.sites[2].becomes(isDown)
		if v := send(); v.Kind != Accepted || v.Endpoint != 2 {
			t.Errorf("one that works is asked at once: %+v", v)
		}
		f.sites[1].becomes(isDown)
		f.asked()
		send()
		f.wantAsked(t, 0, 1, 1)
		for range 3 {
			send()
		}
		f.wantAsked(t, 1, 1, 1) // in turn
		f.sites[2].becomes(isAccepted)
		for i := 0; send().Kind != Accepted; i++ {
			if i == 3 {
				t.Fatal("the one that came back is not found")
			}
		}
		if v := send(); v.Endpoint != 3 {
			t.Errorf("%+v", v)
		}
	})
}

// TestFailover_FindsTheFirstToComeBack: all are down, behind a Breaker as in an instance, and each endpoint in turn is the first to
// come back. Some of them cost the whole time of a request.
func TestFailover_FindsTheFirstToComeBack(t *testing.T) {
	for _, c := range []struct {
		name      string
		endpoints int
		takes     time.Duration
		limit     time.Duration
	}{
		{"two that refuse", 2, 0, 15 * time.Second},
		{"eight that refuse", 8, 0, 15 * time.Second},
		{"two black holes", 2, 15 * time.Second, time.Minute},
		{"four black holes", 4, 15 * time.Second, 2 * time.Minute},
	} {
		for back := range c.endpoints {
			synctest.Test(t, func(t *testing.T) {
				f := newFailover(c.endpoints)
				for _, s := range f.sites {
					s.becomes(isDown)
					s.slows(c.takes)
				}
				breaker := NewBreaker(f, BreakerOptions{Initial: 500 * time.Millisecond, Max: 10 * time.Second})
				retrier := NewRetrier(breaker, RetryOptions{Initial: 500 * time.Millisecond, Max: 10 * time.Second, Misconfigured: true})
				outage := time.Now().Add(10 * time.Minute)
				for time.Now().Before(outage) {
					retrier.Send(inTime(t, 25*time.Second), payload, true)
					time.Sleep(100 * time.Millisecond)
				}
				counts := f.asked()
				if slices.Max(counts) > 2*slices.Min(counts) {
					t.Errorf("%s: asked %v", c.name, counts)
				}
				f.sites[back].becomes(isAccepted)
				f.sites[back].slows(0)
				recovered := time.Now()
				for retrier.Send(inTime(t, 25*time.Second), payload, true).Kind != Accepted {
					time.Sleep(100 * time.Millisecond)
				}
				if took := time.Since(recovered); took > c.limit {
					t.Errorf("%s: number %d was found after %s", c.name, back+1, took)
				}
				f.asked()
				for range 5 {
					if v := retrier.Send(inTime(t, 25*time.Second), payload, true); v.Kind != Accepted || v.Endpoint != back+1 {
						t.Errorf("%s: then %+v", c.name, v)
					}
				}
			})
		}
	}
}

// TestFailover_ShortOutageOfAllLeadsBackToThePreferred: the network is gone for a minute; when it is back the preferred endpoint is used
// again soon.
func TestFailover_ShortOutageOfAllLeadsBackToThePreferred(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		breaker := NewBreaker(f, BreakerOptions{})
		retrier := NewRetrier(breaker, RetryOptions{Misconfigured: true})
		f.sites[0].becomes(isDown)
		f.sites[1].becomes(isDown)
		for range 10 {
			retrier.Send(inTime(t, 25*time.Second), payload, true)
		}
		f.sites[0].becomes(isAccepted)
		f.sites[1].becomes(isAccepted)
		back := time.Now()
		for retrier.Send(inTime(t, 25*time.Second), payload, true).Endpoint != 1 {
			time.Sleep(time.Second)
		}
		if took := time.Since(back); took > 2*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

func TestFailover_ReturnsTheVerdictThatCanPassByItself(t *testing.T) {
	for _, c := range []struct {
		verdicts []Verdict
		endpoint int
		kind     Kind
	}{
		{[]Verdict{isUntrusted, isDown, isUnknown}, 2, Transient},
		{[]Verdict{isDown, isUntrusted, isFull}, 1, Transient},
		{[]Verdict{isUntrusted, isUnknown}, 1, Misconfigured},
	} {
		f := newFailover(len(c.verdicts))
		for i, v := range c.verdicts {
			f.sites[i].becomes(v)
		}
		v := f.send(t)
		if v.Endpoint != c.endpoint || v.Kind != c.kind || v.Key() != fmt.Sprint(v.Kind, " ", v.Reason, " ", c.endpoint) {
			t.Errorf("%+v, key %q", v, v.Key())
		}
		for i := range c.verdicts { // each failure is logged, whichever verdict is returned
			if said := f.said.lines[i]; !strings.Contains(said, fmt.Sprintf("endpoint %d (ag%d) is unhealthy, ", i+1, i+1)) || !strings.HasSuffix(said, c.verdicts[i].Message) {
				t.Errorf("said %q", said)
			}
		}
	}
}

func TestFailover_RepeatsTheLineAboutAMisconfiguredEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		f.sites[0].becomes(isUntrusted)
		for range 3600 {
			f.send(t)
			time.Sleep(time.Second)
		}
		lines := f.said.take()
		if len(lines) < 10 || len(lines) > 20 {
			t.Errorf("%d lines in an hour: %q", len(lines), lines)
		}
		for i, line := range lines {
			want := "w endpoint 1 (ag1) is still unhealthy: not trusted"
			if i == 0 {
				want = "w endpoint 1 (ag1) is unhealthy, sending to endpoint 2 (ag2): not trusted"
			}
			if !strings.HasPrefix(line, want) {
				t.Errorf("said %q", line)
			}
		}
	})
}

func TestFailover_IgnoresWhatBeganBeforeAChange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		f.sites[0].slows(10 * time.Second)
		var sends sync.WaitGroup
		sends.Go(func() { f.send(t) }) // will be accepted, late
		time.Sleep(time.Second)
		f.sites[0].becomes(isDown)
		f.sites[0].slows(0)
		f.send(t)
		sends.Wait()
		f.asked()
		f.send(t)
		f.wantAsked(t, 0, 1) // the late success did not bring it back

		f.sites[1].becomes(isDown)
		f.send(t)
		f.sites[0].slows(20 * time.Second)
		sends.Go(func() { f.send(t) }) // will fail, late
		time.Sleep(time.Second)
		f.sites[0].becomes(isAccepted)
		f.sites[0].slows(0)
		if v := f.send(t); v.Endpoint != 1 {
			t.Errorf("all are unhealthy, and the first is not asked: %+v", v)
		}
		sends.Wait()
		f.asked()
		f.send(t)
		f.wantAsked(t, 1, 0) // the late failure did not make it unhealthy
	})
}

func TestFailover_SurvivesAPanicOfAProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFailover(2)
		f.sites[0].becomes(isDown)
		f.send(t)
		time.Sleep(2 * unhealthyInitial)
		next := f.endpoints[0].next
		f.endpoints[0].next = panicking{}
		func() {
			defer func() { _ = recover() }()
			f.send(t)
			t.Error("no panic")
		}()
		f.endpoints[0].next = next
		f.sites[0].becomes(isAccepted)
		if v := f.send(t); v.Endpoint != 1 {
			t.Errorf("%+v", v)
		}
	})
}

type panicking struct{}

func (panicking) Send(context.Context, *batch.Payload, bool) Verdict { panic("out of cheese") }

func TestFailover_MessageNamesItsEndpointAndStaysShort(t *testing.T) {
	f := newFailover(2)
	long := isDown
	long.Message = strings.Repeat("x", MaxMessage)
	f.sites[0].becomes(long)
	f.sites[1].becomes(long)
	v := f.send(t)
	if !strings.HasPrefix(v.Message, "endpoint 1 (ag1): xxx") || len(v.Message) > MaxMessage {
		t.Errorf("%d bytes: %.40s", len(v.Message), v.Message)
	}
}

func TestFailover_IsSafeForConcurrentUse(t *testing.T) {
	f := newFailover(4)
	var sends sync.WaitGroup
	for i := range 8 {
		sends.Go(func() {
			for n := range 500 {
				f.sites[(i+n)%4].becomes([]Verdict{isAccepted, isDown, isUntrusted, asksFor(time.Millisecond)}[n%4])
				f.Send(t.Context(), payload, n%2 == 0)
			}
		})
	}
	sends.Wait()
	for _, s := range f.sites {
		s.becomes(isAccepted)
	}
	if v := f.send(t); v.Kind != Accepted {
		t.Errorf("%+v", v)
	}
}

// ready is a Sender that costs nothing.
type ready struct{ v Verdict }

func (r ready) Send(context.Context, *batch.Payload, bool) Verdict { return r.v }

func TestFailover_AllocatesNothing(t *testing.T) {
	for name, first := range map[string]Verdict{"the first works": isAccepted, "it is unhealthy": isDown} {
		f := NewFailover([]Endpoint{{ready{first}, "a"}, {ready{isAccepted}, "b"}}, FailoverOptions{})
		ctx := inTime(t, time.Minute)
		if n := testing.AllocsPerRun(1000, func() { f.Send(ctx, payload, true) }); n > 0 {
			t.Errorf("%s: %v allocations a request", name, n)
		}
	}
}

func BenchmarkFailover(b *testing.B) {
	f := NewFailover([]Endpoint{{ready{isDown}, "a"}, {ready{isAccepted}, "b"}}, FailoverOptions{})
	b.ReportAllocs()
	for b.Loop() {
		f.Send(b.Context(), payload, true)
	}
}
