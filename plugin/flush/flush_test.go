package flush

import (
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
	"out_dynatrace/test/corpus"
)

func TestFlusher_OutcomeFollowsFromTheVerdicts(t *testing.T) {
	type script = []func(*batch.Payload) deliver.Verdict
	rejected := flushtest.Answer(deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonRejected, Message: "bad input"})
	tooOld := flushtest.Answer(deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonTimeRange, Message: "old"})
	tooLarge := flushtest.Answer(deliver.Verdict{Kind: deliver.TooLarge, Reason: deliver.ReasonTooLarge, Message: "large"})
	token := flushtest.Answer(deliver.Verdict{Kind: deliver.Misconfigured, Reason: deliver.ReasonToken, Message: "the token is wrong"})
	partial := flushtest.Answer(deliver.Verdict{
		Kind: deliver.Accepted, Reason: deliver.ReasonPartialSuccess, Rejected: 1, Message: "one was not taken",
	})
	for name, c := range map[string]struct {
		script   script
		want     Outcome
		requests int
		stored   string
		counter  telemetry.Counter
		total    uint64
		line     string
	}{
		"all accepted": {script{accepted}, OutcomeOK, 3, "1 2 3", telemetry.RecordsIn, 3, ""},
		"transient": {
			script{transient}, OutcomeRetry, 1, "", telemetry.RecordsIn, 0,
			"the server is in trouble; the chunk will be retried",
		},
		"transient, later": {script{accepted, transient}, OutcomeRetry, 2, "1", telemetry.FlushesRetry, 1, "retried"},
		"misconfigured": {
			script{token}, OutcomeRetry, 1, "", telemetry.FlushesRetry, 1,
			"the token is wrong; the chunk will be retried as often as Retry_Limit allows",
		},
		"rejected": {
			script{accepted, rejected, accepted}, OutcomeOK, 3, "1 3", telemetry.DroppedRejected, 1,
			"bad input; dead_letter_file would keep them; records dropped: 1",
		},
		"out of the time range": {script{tooOld}, OutcomeError, 3, "", telemetry.DroppedTimeRange, 3, "old"},
		"too large": {
			script{tooLarge}, OutcomeRetry, 1, "", telemetry.DroppedTooLarge, 0, "the size of the logs is not the cause",
		},
		"accepted in part":        {script{partial}, OutcomeOK, 3, "1 2 3", telemetry.FlushesOK, 1, "one was not taken"},
		"a verdict nobody filled": {script{flushtest.Answer(deliver.Verdict{})}, OutcomeRetry, 1, "", telemetry.FlushesRetry, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in, s, log := instance(t, settings{records: 1}, c.script...)
			if got := in.Flush(tag, flushtest.Chunk("1", "2", "3"), false); got != c.want {
				t.Errorf("answered %v, want %v", got, c.want)
			}
			if stored := strings.Join(s.Contents, " "); s.Requests != c.requests || stored != c.stored {
				t.Errorf("%d requests stored %q, want %d and %q", s.Requests, stored, c.requests, c.stored)
			}
			if got := in.Counters().Get(c.counter); got != c.total {
				t.Errorf("the counter is %d, want %d", got, c.total)
			}
			if c.line != "" && log.Count(c.line) == 0 {
				t.Errorf("no line %q in %q", c.line, log.All)
			}
		})
	}
}

func TestFlusher_CountsARetriedChunkOnce(t *testing.T) {
	in, s, _ := instance(t, settings{}, transient, transient, accepted)
	data := append(flushtest.Chunk("1", strings.Repeat("x", 100)), 0xc1)
	for range 2 {
		if got := in.Flush(tag, data, false); got != OutcomeRetry {
			t.Fatalf("answered %v", got)
		}
	}
	if got := in.Flush(tag, data, false); got != OutcomeOK || len(s.Contents) != 2 {
		t.Fatalf("answered %v, flushtest.Stored %d", got, len(s.Contents))
	}
	c := in.Counters()
	if c.Get(telemetry.RecordsIn) != 2 || c.Get(telemetry.DroppedCorruptChunk) != 1 || c.Get(telemetry.CorruptBytes) != 1 || c.Get(telemetry.ChunkBytesIn) != uint64(len(data)) {
		t.Errorf("%+v", c.Snapshot())
	}
}

func TestFlusher_CountsADropOnceOverRetries(t *testing.T) {
	rejected := flushtest.Answer(deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonRejected, Message: "bad input"})
	in, s, _ := instance(t, settings{records: 1}, rejected, transient, accepted)
	data := flushtest.Chunk("1", "2")
	if got := in.Flush(tag, data, false); got != OutcomeRetry {
		t.Fatalf("answered %v", got)
	}
	if got := in.Flush(tag, data, false); got != OutcomeOK || s.Requests != 3 {
		t.Fatalf("answered %v after %d requests", got, s.Requests)
	}
	if n := in.Counters().Get(telemetry.DroppedRejected); n != 1 {
		t.Errorf("%d records counted as dropped", n)
	}
}

func TestFlusher_BeginsNoRequestNearTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := func(*batch.Payload) deliver.Verdict {
			time.Sleep(24500 * time.Millisecond)
			return deliver.Verdict{Kind: deliver.Accepted}
		}
		in, s, log := instance(t, settings{records: 1}, slow)
		if got := in.Flush(tag, flushtest.Chunk("1", "2"), false); got != OutcomeRetry || s.Requests != 1 {
			t.Errorf("answered %v after %d requests", got, s.Requests)
		}
		if log.Count("flush_deadline") != 1 {
			t.Errorf("not logged: %q", log.All)
		}
	})
}

func TestFlusher_SendsNothingForAnEmptyChunk(t *testing.T) {
	in, s, _ := instance(t, settings{}, accepted)
	for _, data := range [][]byte{nil, {}, corpus.AppendGroupEnd(nil)} {
		if got := in.Flush(tag, data, false); got != OutcomeOK {
			t.Errorf("answered %v", got)
		}
	}
	if s.Requests != 0 {
		t.Errorf("%d requests", s.Requests)
	}
}

func TestEngine_ConcurrentFlushesDoNotMix(t *testing.T) {
	in, s, _ := instance(t, settings{}, accepted)
	var wg sync.WaitGroup
	const workers, rounds = 8, 20
	for w := range workers {
		wg.Go(func() {
			for r := range rounds {
				data := flushtest.Chunk(fmt.Sprint("a", w, "-", r), fmt.Sprint("b", w, "-", r))
				if got := in.Flush(tag, data, false); got != OutcomeOK {
					t.Errorf("answered %v", got)
				}
				clear(data) // the host's memory is gone after the flush
			}
		})
	}
	wg.Wait()
	seen := map[string]int{}
	for _, c := range s.Contents {
		seen[c]++
	}
	if len(seen) != 2*workers*rounds {
		t.Errorf("%d different contents of %d", len(seen), 2*workers*rounds)
	}
}

func TestFlusher_DoesNotSendAcceptedRecordsAgain(t *testing.T) {
	down := &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError, Message: "down"}
	w := &flushtest.World{}
	w.Before = func() *deliver.Verdict {
		if w.Requests%3 == 0 {
			return down
		}
		return nil
	}
	in, _ := inWorld(t, w, settings{records: 100})
	all := flushtest.Contents(1000)
	out, rounds := flushAll(t, in, flushtest.Chunk(all...))
	if out != OutcomeOK || rounds != 5 || w.Requests != 14 {
		t.Errorf("answered %v after %d flushes and %d requests", out, rounds, w.Requests)
	}
	w.WantOnce(t, all)
	if n := in.Counters().Get(telemetry.RecordsNotRepeated); n != 200+400+600+800 {
		t.Errorf("%d records counted as not repeated", n)
	}
}

// TestFlusher_LosesAndDoublesNothingWhateverTheServerAnswers draws the responses at random.
func TestFlusher_LosesAndDoublesNothingWhateverTheServerAnswers(t *testing.T) {
	kinds := []deliver.Verdict{
		{Kind: deliver.Transient, Reason: deliver.ReasonServerError}, {Kind: deliver.Transient, Reason: deliver.ReasonThrottled, Blocked: true},
		{Kind: deliver.Misconfigured, Reason: deliver.ReasonToken}, {Kind: deliver.TooLarge, Reason: deliver.ReasonTooLarge},
		{Kind: deliver.Rejected, Reason: deliver.ReasonRejected}, {Kind: deliver.Rejected, Reason: deliver.ReasonTimeRange},
	}
	for seed := range uint64(80) {
		rng := rand.New(rand.NewPCG(seed, 7))
		n := 1 + rng.IntN(200)
		w := &flushtest.World{}
		if seed%2 == 0 {
			w.Bad = flushtest.IsPoison
		}
		if seed%3 == 0 {
			w.Most = smallBody + 100 + rng.IntN(5000)
		}
		trouble, noise := rng.IntN(40), kinds[:3]
		if seed%5 == 0 {
			noise = kinds // unfounded rejections, too
		}
		w.Before = func() *deliver.Verdict {
			switch r := rng.IntN(100); {
			case r < trouble:
				v := noise[rng.IntN(len(noise))]
				return &v
			case r == 99 && seed%7 == 0:
				panic("out of cheese")
			}
			return nil
		}
		in, _ := inWorld(t, w, settings{records: 1 + rng.IntN(100), old: []OldRecords{OldRestamp, OldDrop, OldSend}[seed%3]})
		in.random = rng.IntN
		var bad []int
		for i := range n {
			if rng.IntN(10) == 0 {
				bad = append(bad, i)
			}
		}
		all := flushtest.Contents(n, bad...)
		data := flushtest.Chunk(all...)
		out, _ := flushAll(t, in, data)
		c := in.Counters()
		dropped := c.Get(telemetry.DroppedRejected) + c.Get(telemetry.DroppedTimeRange) + c.Get(telemetry.DroppedTooLarge)
		gaveUp := c.Get(telemetry.DroppedPoison) > 0 // three panics
		for content, times := range w.Times() {
			if times != 1 {
				t.Errorf("seed %d: %q was taken %d times", seed, content, times)
			}
		}
		if taken := len(w.Taken); !gaveUp && taken+int(dropped) != n {
			t.Errorf("seed %d: %d taken and %d dropped of %d, answered %v", seed, taken, dropped, n, out)
		}
		if seed%5 != 0 && seed%2 == 0 && !gaveUp && w.Most == 0 {
			w.WantOnce(t, all)
		}
		if !in.shared.ledger.Empty() {
			t.Errorf("seed %d: the ledger is not empty", seed)
		}
		if t.Failed() {
			return
		}
	}
}

func TestEngine_DeliversEachOfSeveralEqualChunks(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	w := &flushtest.World{}
	w.Before = func() *deliver.Verdict {
		if rng.IntN(3) == 0 {
			return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError}
		}
		return nil
	}
	in, _ := inWorld(t, w, settings{records: 50})
	all := flushtest.Contents(500)
	data := flushtest.Chunk(all...)
	const copies = 8
	var workers sync.WaitGroup
	for range copies {
		workers.Go(func() {
			for in.Flush(tag, data, false) == OutcomeRetry {
			}
		})
	}
	workers.Wait()
	times := w.Times()
	for _, content := range all {
		if times[content] != copies {
			t.Fatalf("%q was taken %d times, want %d", content, times[content], copies)
		}
	}
}

func TestFlusher_SendsNothingTwiceToASlowServer(t *testing.T) {
	for _, takes := range []time.Duration{2 * time.Second, 4500 * time.Millisecond, 9 * time.Second, 14 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			s := &slowly{takes: takes}
			in, _ := inWorld(t, &s.World, settings{records: 100})
			in.now = time.Now
			in.sender.Sender = observed{s, &in.pace}
			all := flushtest.Contents(3000)
			if out, _ := flushAll(t, in, flushtest.Chunk(all...)); out != OutcomeOK {
				t.Errorf("answered %v", out)
			}
			s.World.WantOnce(t, all)
		})
	}
}

func TestFlusher_AcceptedPayloadsCostNoBudget(t *testing.T) {
	w := &flushtest.World{}
	in, _ := inWorld(t, w, settings{records: 1})
	all := flushtest.Contents(2 * spareRequests)
	if out, rounds := flushAll(t, in, flushtest.Chunk(all...)); out != OutcomeOK || rounds != 1 {
		t.Errorf("answered %v after %d flushes", out, rounds)
	}
	w.WantOnce(t, all)
}
