package flush

import (
	"fmt"
	"testing"

	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/telemetry"
)

func TestFlusher_GivesAChunkUpAtTheThirdPanic(t *testing.T) {
	in, s, log := instance(t, settings{}, panics)
	bad, good := flushtest.Chunk("bad"), flushtest.Chunk("good")
	for i, want := range []Outcome{OutcomeRetry, OutcomeRetry, OutcomeError, OutcomeRetry} {
		if got := in.Flush(tag, bad, false); got != want {
			t.Errorf("panic %d: answered %v, want %v", i+1, got, want)
		}
		if i < 2 { // another chunk or tag is counted separately
			if got := in.Flush([]byte(fmt.Sprint("other", i)), bad, false); got != OutcomeRetry {
				t.Errorf("another tag: answered %v", got)
			}
		}
	}
	s.Script = append(s.Script, accepted)
	if got := in.Flush(tag, good, false); got != OutcomeOK || s.Contents[0] != "good" {
		t.Errorf("after panics: answered %v, flushtest.Stored %q", got, s.Contents)
	}
	in.Close()
	if log.Count("out of cheese at out_dynatrace/plugin/flush.") == 0 || log.Count("defect in the plugin") > 3 {
		t.Errorf("want the cause, its place, and folded repetitions: %q", log.All)
	}
	if c := in.Counters(); c.Get(telemetry.Panics) != 6 || c.Get(telemetry.DroppedPoison) != 1 {
		t.Errorf("%d panics, %d chunks given up", c.Get(telemetry.Panics), c.Get(telemetry.DroppedPoison))
	}
}

func TestFlusher_SendsNothingTwiceAfterAPanic(t *testing.T) {
	w := &flushtest.World{}
	w.Before = func() *deliver.Verdict {
		if w.Requests == 3 {
			panic("out of cheese")
		}
		return nil
	}
	in, _ := inWorld(t, w, settings{records: 100})
	all := flushtest.Contents(1000)
	if out, rounds := flushAll(t, in, flushtest.Chunk(all...)); out != OutcomeOK || rounds != 2 {
		t.Errorf("answered %v after %d flushes", out, rounds)
	}
	w.WantOnce(t, all)
}

func TestFlusher_CountsAndLogsAChunkGivenUpForPanics(t *testing.T) {
	w := &flushtest.World{}
	w.Before = func() *deliver.Verdict {
		if w.Requests > 1 {
			panic("out of cheese")
		}
		return nil
	}
	in, log := inWorld(t, w, settings{records: 100})
	data := flushtest.Chunk(flushtest.Contents(500)...)
	for _, want := range []Outcome{OutcomeRetry, OutcomeRetry, OutcomeError} {
		if got := in.Flush(tag, data, false); got != want {
			t.Errorf("answered %v, want %v", got, want)
		}
	}
	if n := in.Counters().Get(telemetry.DroppedPoison); n != 400 || log.Sum("is given up; records dropped: ") != 400 {
		t.Errorf("%d counted; logged %q", n, log.All)
	}
}

func TestFlusher_LogsWhatWasRejectedBeforeAPanic(t *testing.T) {
	w := &flushtest.World{Bad: flushtest.IsPoison}
	w.Before = func() *deliver.Verdict {
		if w.Requests == 2 {
			panic("out of cheese")
		}
		return nil
	}
	in, log := inWorld(t, w, settings{records: 1})
	all := flushtest.Contents(3, 0)
	flushAll(t, in, flushtest.Chunk(all...))
	w.WantOnce(t, all)
	if n := log.Sum("records dropped: "); n != 1 {
		t.Errorf("logged %q", log.All)
	}
}
