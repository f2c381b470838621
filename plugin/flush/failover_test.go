package flush

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/telemetry"
)

// entrance is an endpoint of a World, with failures of its own.
type entrance struct {
	*flushtest.World
	trouble func() *deliver.Verdict // in place of the World's verdict; nil is none
}

func (e entrance) Send(ctx context.Context, p *batch.Payload, wait bool) deliver.Verdict {
	if e.trouble != nil {
		if v := e.trouble(); v != nil {
			troubled := *v
			if v.Kind == deliver.Transient || v.Kind == deliver.Misconfigured || v.NotAPI {
				troubled.Health = deliver.Unhealthy
			}
			return troubled
		}
	}
	return e.World.Send(ctx, p, wait)
}

// throughEndpoints makes a rig send to endpoints in the order of preference, through the chain that an
// instance has for several endpoints.
func throughEndpoints(in *rig, senders ...deliver.Sender) {
	var endpoints []deliver.Endpoint
	for i, s := range senders {
		endpoints = append(endpoints, deliver.Endpoint{Sender: s, Name: fmt.Sprint("ag", i+1)})
	}
	next := deliver.NewFailover(endpoints, deliver.FailoverOptions{
		Shared: deliver.Shared{Counters: in.counters, Log: in.log},
	})
	breaker := deliver.NewBreaker(next, deliver.BreakerOptions{
		Initial: 500 * time.Millisecond, Max: 10 * time.Second, Patience: 25 * time.Second,
		Shared: deliver.Shared{Counters: in.counters},
	})
	in.sender.Sender = deliver.NewRetrier(breaker, deliver.RetryOptions{
		Initial: 500 * time.Millisecond, Max: 10 * time.Second, Misconfigured: true,
		Shared: deliver.Shared{Log: in.log},
	})
}

// Whichever endpoint answers while payloads are halved, each good record is accepted once, and each bad
// one is found.
func TestFlusher_SearchIsTheSameOverChangingEndpoints(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 3))
			w := &flushtest.World{Bad: flushtest.IsPoison, Most: 8000}
			in, log := inWorld(t, w, settings{})
			in.random = rng.IntN
			troubles := []deliver.Verdict{
				{Kind: deliver.Transient, Reason: deliver.ReasonServerError, Message: "503"}, {Kind: deliver.Misconfigured, Reason: deliver.ReasonHostUnknown, Message: "no such host"},
				{Kind: deliver.Transient, Reason: deliver.ReasonQueueFull, RetryAfter: time.Second, Message: "full"},
			}
			var mu sync.Mutex
			sometimes := func() *deliver.Verdict {
				mu.Lock()
				defer mu.Unlock()
				time.Sleep(time.Duration(rng.IntN(2000)) * time.Millisecond)
				if rng.IntN(4) == 0 {
					return &troubles[rng.IntN(len(troubles))]
				}
				return nil
			}
			throughEndpoints(in, entrance{w, sometimes}, entrance{w, sometimes}, entrance{w, sometimes})
			bad := []int{rng.IntN(600), 600 + rng.IntN(50), 650 + rng.IntN(150)}
			all := flushtest.Contents(800, bad...)
			if out, _ := flushAll(t, in, flushtest.Chunk(all...)); out != OutcomeOK {
				t.Errorf("answered %v", out)
			}
			w.WantOnce(t, all)
			if n := in.counters.Get(telemetry.DroppedRejected); n != 3 {
				t.Errorf("%d rejected", n)
			}
			if in.counters.Get(telemetry.EndpointMoves) == 0 {
				t.Errorf("the endpoint never changed: %q", log.All)
			}
		})
	}
}

// The first endpoint accepts a part of the chunk and goes down. A gateway before the second one calls
// everything too large, which is not about the records.
func TestFlusher_JudgesEachEndpointBySizeOnItsOwn(t *testing.T) {
	large := func(c string) string { return strings.Repeat(c, 300_000) }
	for name, all := range map[string][]string{"many records": flushtest.Contents(300), "large ones": {"small", large("x"), large("y")}, "a large one": {"small", large("x")}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &flushtest.World{}
				in, log := inWorld(t, w, settings{records: 1})
				down, requests := false, 0
				first := entrance{w, func() *deliver.Verdict {
					if requests++; requests > 1 && down {
						return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonNetwork, Message: "nothing listens"}
					}
					return nil
				}}
				rejected := 0
				second := entrance{w, func() *deliver.Verdict {
					rejected++
					return &deliver.Verdict{Kind: deliver.TooLarge, Reason: deliver.ReasonTooLarge, Status: 413, Message: "too large"}
				}}
				throughEndpoints(in, first, second)
				down = true
				data := flushtest.Chunk(all...)
				for range 3 { // the second flush knows from the ledger that some of it was accepted
					if out := in.Flush(tag, data, false); out != OutcomeRetry {
						t.Errorf("answered %v", out)
					}
				}
				if n := len(w.Taken); n != 1 || in.dropped() != 0 {
					t.Errorf("%d were taken, %d dropped", n, in.dropped())
				}
				if name == "many records" && rejected != 3 {
					t.Errorf("%d requests to find that out, in 3 flushes", rejected)
				}
				if log.Count("endpoint 2 (ag2): too large; the server rejects a request of") == 0 {
					t.Errorf("logged %q", log.All)
				}
				down = false
				time.Sleep(10 * time.Minute)
				if out := in.Flush(tag, data, false); out != OutcomeOK {
					t.Errorf("once the first is back: answered %v", out)
				}
				w.WantOnce(t, all)
			})
		})
	}
}

// The first endpoint has a limit, and goes down while the record is being cut.
func TestFlusher_KeepsARecordThatAnotherEndpointRejects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &flushtest.World{}
		in, _ := inWorld(t, w, settings{records: 1})
		tooLarge := &deliver.Verdict{Kind: deliver.TooLarge, Reason: deliver.ReasonTooLarge, Status: 413, Message: "too large"}
		requests := 0
		first := entrance{w, func() *deliver.Verdict {
			switch requests++; {
			case requests == 1, requests > 3:
				return nil
			case requests == 2:
				return tooLarge
			}
			return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonNetwork, Message: "nothing listens"}
		}}
		throughEndpoints(in, first, entrance{w, func() *deliver.Verdict { return tooLarge }})
		all := []string{"small", strings.Repeat("x", 300_000)}
		if out := in.Flush(tag, flushtest.Chunk(all...), false); out != OutcomeRetry || in.dropped() != 0 {
			t.Errorf("answered %v, %d dropped", out, in.dropped())
		}
		time.Sleep(10 * time.Minute)
		if out := in.Flush(tag, flushtest.Chunk(all...), false); out != OutcomeOK {
			t.Errorf("once the first is back: answered %v", out)
		}
		w.WantOnce(t, all)
	})
}
