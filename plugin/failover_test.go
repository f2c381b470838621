package plugin

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
)

// entrance is a door to a world, with troubles of its own.
type entrance struct {
	*world
	trouble func() *deliver.Verdict // instead of what the world says; nil is none
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
	return e.world.Send(ctx, p, wait)
}

// throughDoors makes an Instance send through doors in the order of preference, with the chain that it has for several endpoints.
func throughDoors(in *Instance, senders ...deliver.Sender) {
	var doors []deliver.Endpoint
	for i, s := range senders {
		doors = append(doors, deliver.Endpoint{Sender: s, Name: fmt.Sprint("ag", i+1)})
	}
	next := deliver.NewFailover(doors, deliver.FailoverOptions{Shared: deliver.Shared{Counters: in.counters, Log: in.log}})
	breaker := deliver.NewBreaker(next, deliver.BreakerOptions{Initial: in.cfg.Delivery.RetryInitial, Max: in.cfg.Delivery.RetryMax, Patience: in.cfg.FlushDeadline, Shared: deliver.Shared{Counters: in.counters}})
	in.dest.Sender = deliver.NewRetrier(breaker, deliver.RetryOptions{Initial: in.cfg.Delivery.RetryInitial, Max: in.cfg.Delivery.RetryMax, Misconfigured: true, Shared: deliver.Shared{Log: in.log}})
}

// TestTheSearchForBadRecordsIsTheSameThroughChangingDoors: whichever door answers while payloads are halved, each good record is taken once,
// and each bad one is found.
func TestTheSearchForBadRecordsIsTheSameThroughChangingDoors(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 3))
			w := &world{bad: isPoison, most: 8000}
			in, log := inWorld(t, w, nil)
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
			throughDoors(in, entrance{w, sometimes}, entrance{w, sometimes}, entrance{w, sometimes})
			bad := []int{rng.IntN(600), 600 + rng.IntN(50), 650 + rng.IntN(150)}
			all := contents(800, bad...)
			if out, _ := flushAll(t, in, chunkOf(all...)); out != deliver.OutcomeOK {
				t.Errorf("answered %v", out)
			}
			wantOnce(t, w, all)
			if n := in.counters.Get(telemetry.DroppedRejected); n != 3 {
				t.Errorf("%d refused", n)
			}
			if in.counters.Get(telemetry.EndpointMoves) == 0 {
				t.Errorf("no door was changed: %q", log.all)
			}
		})
	}
}

// TestWhatOneDoorTookDoesNotMakeAnotherRightAboutTheSize: the first takes a part of the chunk and is gone, and to whatever stands before the second
// everything is too large. That is not about the records.
func TestWhatOneDoorTookDoesNotMakeAnotherRightAboutTheSize(t *testing.T) {
	large := func(c string) string { return strings.Repeat(c, 300_000) }
	for name, all := range map[string][]string{"many records": contents(300), "large ones": {"small", large("x"), large("y")}, "a large one": {"small", large("x")}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{}
				in, log := inWorld(t, w, options{"max_payload_records": "1"})
				down, requests := false, 0
				first := entrance{w, func() *deliver.Verdict {
					if requests++; requests > 1 && down {
						return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonNetwork, Message: "nothing listens"}
					}
					return nil
				}}
				refused := 0
				second := entrance{w, func() *deliver.Verdict {
					refused++
					return &deliver.Verdict{Kind: deliver.TooLarge, Reason: deliver.ReasonTooLarge, Status: 413, Message: "too large"}
				}}
				throughDoors(in, first, second)
				down = true
				data := chunkOf(all...)
				for range 3 { // the second flush knows from the ledger that some of it was taken
					if out := in.Flush(tag, data, false); out != deliver.OutcomeRetry {
						t.Errorf("answered %v", out)
					}
				}
				if n := len(w.taken); n != 1 || in.dropped() != 0 {
					t.Errorf("%d were taken, %d dropped", n, in.dropped())
				}
				if name == "many records" && refused != 3 {
					t.Errorf("%d requests to find that out, in 3 flushes", refused)
				}
				if log.count("endpoint 2 (ag2): too large; so is a request of") == 0 {
					t.Errorf("said %q", log.all)
				}
				down = false
				time.Sleep(10 * time.Minute)
				if out := in.Flush(tag, data, false); out != deliver.OutcomeOK {
					t.Errorf("once the first is back: answered %v", out)
				}
				wantOnce(t, w, all)
			})
		})
	}
}

// TestARecordIsNotGivenUpWhenAnotherDoorThanTheOneThatTookOthersRefusesTheRest: the first has a limit and is gone while the record is cut.
func TestARecordIsNotGivenUpWhenAnotherDoorThanTheOneThatTookOthersRefusesTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{}
		in, _ := inWorld(t, w, options{"max_payload_records": "1"})
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
		throughDoors(in, first, entrance{w, func() *deliver.Verdict { return tooLarge }})
		all := []string{"small", strings.Repeat("x", 300_000)}
		if out := in.Flush(tag, chunkOf(all...), false); out != deliver.OutcomeRetry || in.dropped() != 0 {
			t.Errorf("answered %v, %d dropped", out, in.dropped())
		}
		time.Sleep(10 * time.Minute)
		if out := in.Flush(tag, chunkOf(all...), false); out != deliver.OutcomeOK {
			t.Errorf("once the first is back: answered %v", out)
		}
		wantOnce(t, w, all)
	})
}

// twoEndpoints makes an Instance with real clients to two servers.
func twoEndpoints(t *testing.T, said *lines, first, second http.HandlerFunc, more options) (*Instance, []string) {
	t.Helper()
	o := options{"metadata_files": "off", "enrich": "auto,-host", "api_token": "dt0c01.PUBLICPUBLICPUBLICPUBLIC." + secret}
	var hosts []string
	var urls []string
	for _, handler := range []http.HandlerFunc{first, second} {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		urls, hosts = append(urls, server.URL+"/e/abc12345"), append(hosts, strings.TrimPrefix(server.URL, "http://"))
	}
	o["endpoint"] = strings.Join(urls, ",")
	for k, v := range more {
		o[k] = v
	}
	cfg, err := config.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	in, err := New(cfg, "", said)
	if err != nil {
		t.Fatal(err)
	}
	in.now = func() time.Time { return clock }
	return in, hosts
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestTheLogNamesTheEndpointsAndWhichIsUsed(t *testing.T) {
	said := new(lines)
	in, hosts := twoEndpoints(t, said, status(404), status(204), nil)
	if out := in.Flush(tag, chunkOf("1", "2"), false); out != deliver.OutcomeOK {
		t.Errorf("answered %v", out)
	}
	in.Close()
	for _, want := range []string{
		fmt.Sprintf("sends to http://%s/e/abc12345/api/v2/logs/ingest, or else to %s, token dt0c01.PUBLIC", hosts[0], hosts[1]),
		fmt.Sprintf("2 endpoint 1 (%s) is unhealthy, sending to endpoint 2 (%s): HTTP 404 Not Found: there is no log ingest API at this URL", hosts[0], hosts[1]),
		"records delivered 2, dropped 0; requests accepted 1;",
	} {
		if said.count(want) != 1 {
			t.Errorf("no line %q in %q", want, said.all)
		}
	}
	if said.count("") != 3 {
		t.Errorf("said %q", said.all)
	}
	if c := in.Counters(); c.Get(telemetry.EndpointMoves) != 1 || c.Get(telemetry.BreakerOpened) != 0 || c.Get(telemetry.RequestsMisconfigured) != 1 {
		t.Errorf("%+v", c.Snapshot())
	}
}

func TestCloseEndsRequestsToEveryEndpoint(t *testing.T) {
	said := new(lines)
	asked := make(chan struct{}, 2)
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or nobody notices that the client is gone
		asked <- struct{}{}
		<-r.Context().Done()
	}
	in, _ := twoEndpoints(t, said, hang, hang, options{"request_timeout": "200ms"})
	done := make(chan deliver.Outcome)
	go func() { done <- in.Flush(tag, chunkOf("1"), false) }()
	<-asked
	<-asked // by the second, after the first has had its time
	in.dest.Close()
	in.Close()
	if out := <-done; out != deliver.OutcomeRetry {
		t.Errorf("answered %v", out)
	}
	if v := in.dest.Send(t.Context(), &batch.Payload{Records: 1}, false); v.Reason != deliver.ReasonStopping && !v.Blocked {
		t.Errorf("after the end: %+v", v)
	}
}
