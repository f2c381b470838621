package flush

import (
	"strings"
	"testing"

	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/telemetry"
)

func TestFlusher_SendsTooLargePayloadsInPartsAndLearnsTheSize(t *testing.T) {
	w := &flushtest.World{Most: 10_000}
	in, log := inWorld(t, w, settings{})
	all := flushtest.Contents(2000)
	if out, rounds := flushAll(t, in, flushtest.Chunk(all...)); out != OutcomeOK || rounds != 1 {
		t.Errorf("answered %v after %d flushes", out, rounds)
	}
	w.WantOnce(t, all)
	rejected := 0
	for _, size := range w.Bodies {
		if size > w.Most {
			rejected++
		}
	}
	if rejected > 5 {
		t.Errorf("%d rejected requests: %v", rejected, w.Bodies)
	}
	w.Bodies, w.Taken = nil, nil
	in.Flush(tag, flushtest.Chunk(all...), false)
	for _, size := range w.Bodies {
		if size > w.Most {
			t.Errorf("a body of %d bytes was tried again", size)
		}
	}
	if log.Count("too large") != 1 {
		t.Errorf("logged %q", log.All)
	}
}

func TestFlusher_ShrinksARecordThatIsTooLargeAlone(t *testing.T) {
	for name, c := range map[string]struct {
		most     int
		out      Outcome
		dropped  uint64
		cut      uint64
		shortest int
	}{
		"to what the server takes":                {50_000, OutcomeOK, 0, 1, 50_000 * 3 / 4 * 95 / 100},
		"or given up where it takes hardly any":   {200, OutcomeOK, 1, 0, 0},
		"and left alone where it takes the whole": {1 << 20, OutcomeOK, 0, 0, 200_000},
	} {
		t.Run(name, func(t *testing.T) {
			w := &flushtest.World{Most: c.most}
			in, _ := inWorld(t, w, settings{})
			large := strings.Repeat("x", 200_000)
			out, _ := flushAll(t, in, flushtest.Chunk("before", large, "after"))
			if out != c.out {
				t.Errorf("answered %v", out)
			}
			longest, others := 0, 0
			for _, r := range w.Taken {
				if strings.HasPrefix(large, r.Content) {
					longest = len(r.Content)
				} else {
					others++
				}
			}
			if others != 2 || longest < c.shortest {
				t.Errorf("%d others; %d bytes are left of the large one, want %d", others, longest, c.shortest)
			}
			counters := in.Counters()
			if counters.Get(telemetry.DroppedTooLarge) != c.dropped || counters.Get(telemetry.CutContent) != c.cut {
				t.Errorf("%d dropped, %d cut", counters.Get(telemetry.DroppedTooLarge), counters.Get(telemetry.CutContent))
			}
		})
	}
}

func TestFlusher_BlamesAServerThatFindsEverythingTooLarge(t *testing.T) {
	for name, all := range map[string][]string{"many records": flushtest.Contents(5000), "a large one": {strings.Repeat("x", 500_000)}, "two large ones": {strings.Repeat("x", 500_000), strings.Repeat("y", 500_000)}} {
		t.Run(name, func(t *testing.T) {
			w := &flushtest.World{}
			w.Before = func() *deliver.Verdict {
				return &deliver.Verdict{Kind: deliver.TooLarge, Reason: deliver.ReasonTooLarge, Status: 431, Message: "too large"}
			}
			in, log := inWorld(t, w, settings{})
			data := flushtest.Chunk(all...)
			for range 3 {
				before := w.Requests
				if out := in.Flush(tag, data, false); out != OutcomeRetry || w.Requests-before > 60 {
					t.Errorf("answered %v after %d requests", out, w.Requests-before)
				}
			}
			if log.Count("the size of the logs is not the cause") != 1 || in.dropped() != 0 {
				t.Errorf("%d dropped; logged %q", in.dropped(), log.All)
			}
			w.Before = nil
			before := w.Requests
			if out := in.Flush(tag, data, false); out != OutcomeOK || w.Requests != before+1 {
				t.Errorf("once it is mended: answered %v after %d requests", out, w.Requests-before)
			}
			w.WantOnce(t, all)
		})
	}
}

func TestFlusher_DoesNotShrinkARecordFurtherForATransientFailure(t *testing.T) {
	w := &flushtest.World{Most: 50_000}
	w.Before = func() *deliver.Verdict {
		if w.Requests == 6 { // the one that would fit
			return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError}
		}
		return nil
	}
	in, _ := inWorld(t, w, settings{})
	data := flushtest.Chunk(strings.Repeat("x", 200_000))
	if out := in.Flush(tag, data, false); out != OutcomeRetry {
		t.Errorf("answered %v", out)
	}
	flushAll(t, in, data)
	if n := len(w.Taken[0].Content); n < 40_000 {
		t.Errorf("%d bytes are left", n)
	}
}

func TestFlusher_DoesNotCutTheRecordBehindOneThatWasShrunk(t *testing.T) {
	w := &flushtest.World{Most: 50_000}
	in, _ := inWorld(t, w, settings{})
	large, small := strings.Repeat("x", 200_000), strings.Repeat("y", 49_000)
	flushAll(t, in, flushtest.Chunk("before", large, small, small))
	if times := w.Times(); times[small] != 2 || times["before"] != 1 {
		t.Errorf("%d of the small ones came whole", times[small])
	}
}
