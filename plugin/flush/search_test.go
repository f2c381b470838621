package flush

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/telemetry"
)

func TestFlusher_FindsBadRecordsAndDeliversTheOthers(t *testing.T) {
	every := func(n, step int) (at []int) {
		for i := 0; i < n; i += step {
			at = append(at, i)
		}
		return at
	}
	butEvery := func(n, step int) (at []int) {
		for i := range n {
			if i%step != 0 {
				at = append(at, i)
			}
		}
		return at
	}
	for name, c := range map[string]struct {
		records  int
		bad      []int
		requests int // at most
		rounds   int
		out      Outcome
	}{
		"none":                          {1000, nil, 1, 1, OutcomeOK},
		"the first":                     {1000, []int{0}, 22, 1, OutcomeOK},
		"the last":                      {1000, []int{999}, 22, 1, OutcomeOK},
		"one of two":                    {2, []int{1}, 3, 1, OutcomeOK},
		"three of twenty thousand":      {20_000, []int{17, 10_000, 19_998}, 1 + 3*30 + 3, 1, OutcomeOK},
		"a stretch in the middle":       {1000, every(64, 1), 150, 1, OutcomeOK},
		"every second, in many flushes": {1000, every(1000, 2), 2500, 12, OutcomeOK},
		"all of a few":                  {5, every(5, 1), 9, 1, OutcomeError},
		"all of many":                   {20_000, every(20_000, 1), 1 + 2 + samples, 1, OutcomeError},
		"nine of ten":                   {1000, butEvery(1000, 10), 2500, 14, OutcomeOK},
		"a single one":                  {1, []int{0}, 1, 1, OutcomeError},
	} {
		t.Run(name, func(t *testing.T) {
			w := &flushtest.World{Bad: flushtest.IsPoison}
			in, log := inWorld(t, w, settings{})
			in.random = rand.New(rand.NewPCG(1, uint64(c.records))).IntN
			all := flushtest.Contents(c.records, c.bad...)
			out, rounds := flushAll(t, in, flushtest.Chunk(all...))
			if out != c.out || rounds > c.rounds || w.Requests > c.requests {
				t.Errorf("answered %v after %d flushes and %d requests, want %v after at most %d and %d", out, rounds, w.Requests, c.out, c.rounds, c.requests)
			}
			w.WantOnce(t, all)
			if n := in.Counters().Get(telemetry.DroppedRejected); n != uint64(len(c.bad)) {
				t.Errorf("%d records counted as rejected, want %d", n, len(c.bad))
			}
			if n := in.Counters().Get(telemetry.RecordsIn); n != uint64(c.records) {
				t.Errorf("%d records counted as read", n)
			}
			if !in.shared.ledger.Empty() {
				t.Error("the ledger remembers a chunk that is done with")
			}
			in.Close()
			if logged := log.Sum("records dropped: "); logged != len(c.bad) {
				t.Errorf("%d are logged as dropped: %q", logged, log.All)
			}
		})
	}
}

func TestFlusher_SearchIsShortOnTheEngineThread(t *testing.T) {
	w := &flushtest.World{Bad: flushtest.IsPoison}
	in, _ := inWorld(t, w, settings{})
	all := flushtest.Contents(10_000, 10, 5000, 9000)
	data, flushes := flushtest.Chunk(all...), 0
	for out := OutcomeRetry; out == OutcomeRetry; flushes++ {
		before := w.Requests
		out = in.Flush(tag, data, true)
		if n := w.Requests - before; n > spareOnEngine+1 {
			t.Errorf("%d requests in one flush", n)
		}
	}
	if flushes < 2 {
		t.Errorf("done in %d flushes", flushes)
	}
	w.WantOnce(t, all)
}

func TestFlusher_FindsFewGoodRecordsAmongManyBadOnes(t *testing.T) {
	lost, good := 0, 0
	for seed := range uint64(40) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var bad []int
		for i := range 600 {
			if rng.IntN(10) > 0 {
				bad = append(bad, i)
			}
		}
		w := &flushtest.World{Bad: flushtest.IsPoison}
		in, _ := inWorld(t, w, settings{})
		in.random = rng.IntN
		flushAll(t, in, flushtest.Chunk(flushtest.Contents(600, bad...)...))
		good += 600 - len(bad)
		lost += 600 - len(bad) - len(w.Taken)
	}
	if lost > 0 {
		t.Errorf("%d of %d good records are lost, with one of ten good", lost, good)
	}
}

func TestFlusher_SamplesEachPayloadOnItsOwn(t *testing.T) {
	var bad []int
	for i := range 600 {
		if i < 300 || i%10 > 0 {
			bad = append(bad, i)
		}
	}
	w := &flushtest.World{Bad: flushtest.IsPoison}
	in, _ := inWorld(t, w, settings{records: 300})
	in.random = rand.New(rand.NewPCG(1, 2)).IntN
	all := flushtest.Contents(600, bad...)
	flushAll(t, in, flushtest.Chunk(all...))
	w.WantOnce(t, all)
}

func TestFlusher_ResumesTheSearchInTheNextFlush(t *testing.T) {
	for name, takes := range map[string]time.Duration{"three requests a flush": 7 * time.Second, "two requests a flush": 9 * time.Second, "one request a flush": 13 * time.Second} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &slowly{takes: takes}
				s.Bad = flushtest.IsPoison
				in, _ := inWorld(t, &s.World, settings{})
				in.now = time.Now
				in.sender.Sender = observed{s, &in.pace}
				all := flushtest.Contents(1000, 10, 700)
				out, rounds := flushAll(t, in, flushtest.Chunk(all...))
				if out != OutcomeOK || rounds > 50 {
					t.Errorf("answered %v after %d flushes", out, rounds)
				}
				s.World.WantOnce(t, all)
			})
		})
	}
}

func TestFlusher_FindsBadRecordsInSmallBodies(t *testing.T) {
	w := &flushtest.World{Most: 3000, Bad: flushtest.IsPoison}
	in, _ := inWorld(t, w, settings{})
	all := flushtest.Contents(500, 3, 250)
	if out, rounds := flushAll(t, in, flushtest.Chunk(all...)); out != OutcomeOK || rounds != 1 {
		t.Errorf("answered %v after %d flushes", out, rounds)
	}
	w.WantOnce(t, all)
}
