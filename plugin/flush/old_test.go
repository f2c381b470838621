package flush

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/test/corpus"
)

func TestFlusher_TreatsOldRecordsAsTheOptionSays(t *testing.T) {
	for name, c := range map[string]struct {
		option   OldRecords
		allOld   bool
		oldest   time.Duration // that the server accepts; 0 is 24 h
		taken    bool          // the old ones
		counter  telemetry.Counter
		requests int
	}{
		"restamp": {OldRestamp, false, 0, true, telemetry.RecordsRestamped, 1},
		"drop":    {OldDrop, false, 0, false, telemetry.DroppedTooOld, 1},
		"send, to a server that rejects the payload": {OldSend, false, 0, false, telemetry.DroppedTimeRange, 2},
		"send, to a server that takes them":          {OldSend, false, 48 * time.Hour, true, telemetry.RecordsIn, 1},
	} {
		t.Run(name, func(t *testing.T) {
			if c.oldest == 0 {
				c.oldest = 24 * time.Hour
			}
			w := &flushtest.World{Oldest: flushtest.Clock.Add(-c.oldest), AllOld: c.allOld}
			in, _ := inWorld(t, w, settings{old: c.option})
			data, all, old := mixedAges(300)
			if out, rounds := flushAll(t, in, data); out != OutcomeOK || rounds != 1 || w.Requests != c.requests {
				t.Errorf("answered %v after %d flushes and %d requests", out, rounds, w.Requests)
			}
			times := w.Times()
			for _, content := range all {
				want := 1
				if strings.HasPrefix(content, "old") && !c.taken {
					want = 0
				}
				if times[content] != want {
					t.Fatalf("%q was taken %d times", content, times[content])
				}
			}
			want := uint64(old)
			if c.counter == telemetry.RecordsIn {
				want = uint64(len(all))
			}
			if n := in.Counters().Get(c.counter); n != want {
				t.Errorf("%d are counted, want %d", n, want)
			}
			for _, r := range w.Taken {
				restamped := strings.HasPrefix(r.Content, "old") && c.option == OldRestamp
				if (r.Original == "2023-11-13T21:13:20.000000005Z") != restamped || restamped != strings.HasPrefix(r.Timestamp, "2023-11-14T22:13:20") {
					t.Fatalf("%+v", r)
				}
			}
		})
	}
}

func TestFlusher_RestampsForAServerWhoseClockIsAhead(t *testing.T) {
	w := &flushtest.World{Oldest: flushtest.Clock.Add(-22 * time.Hour)}
	in, _ := inWorld(t, w, settings{})
	var data []byte
	for i := range 1000 {
		at := flushtest.Clock.Add(-23 * time.Hour)
		data = corpus.AppendEvent(data, corpus.EventTime(uint32(at.Unix()), 0), corpus.Map(), corpus.Fields("log", fmt.Sprint("line ", i)))
	}
	if out, _ := flushAll(t, in, data); out != OutcomeOK || w.Requests != 2 {
		t.Errorf("answered %v after %d requests", out, w.Requests)
	}
	w.WantOnce(t, flushtest.Contents(1000))
}

func TestFlusher_DoesNotTakeAnOldRecordForABadOne(t *testing.T) {
	w := &flushtest.World{Oldest: flushtest.Clock.Add(-22 * time.Hour), Bad: flushtest.IsPoison}
	in, _ := inWorld(t, w, settings{})
	all := flushtest.Contents(1000, 500)
	var data []byte
	for _, c := range all {
		data = corpus.AppendEvent(data, corpus.EventTime(uint32(flushtest.Clock.Add(-23*time.Hour).Unix()), 0), corpus.Map(), corpus.Fields("log", c))
	}
	if out, _ := flushAll(t, in, data); out != OutcomeOK {
		t.Errorf("answered %v", out)
	}
	w.WantOnce(t, all)
	if n := in.Counters().Get(telemetry.DroppedRejected); n != 1 || in.Counters().Get(telemetry.DroppedTimeRange) != 0 {
		t.Errorf("%d dropped as rejected", n)
	}
}

func TestFlusher_CountsDroppedOldRecordsOnceOverRetries(t *testing.T) {
	w := &flushtest.World{}
	w.Before = func() *deliver.Verdict {
		if w.Requests < 4 {
			return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError}
		}
		return nil
	}
	in, log := inWorld(t, w, settings{old: OldDrop})
	data, all, old := mixedAges(90)
	flushAll(t, in, data)
	in.Close()
	if n := log.Sum("are not sent (old_records drop); records dropped: "); n != old {
		t.Errorf("the log says that %d were dropped, want %d: %q", n, old, log.All)
	}
	c := in.Counters()
	if c.Get(telemetry.DroppedTooOld) != uint64(old) || len(w.Taken) != len(all)-old || c.Get(telemetry.RecordsIn) != uint64(len(all)) {
		t.Errorf("%d old ones dropped of %d, %d taken, %d read", c.Get(telemetry.DroppedTooOld), old, len(w.Taken), c.Get(telemetry.RecordsIn))
	}
}

func TestPacker_KeepsTheOrderOfRestampedRecords(t *testing.T) {
	w := &flushtest.World{}
	in, _ := inWorld(t, w, settings{records: 7})
	var data []byte
	for i := range 40 {
		data = corpus.AppendEvent(data, corpus.EventTime(uint32(flushtest.Clock.Add(-30*time.Hour).Unix()), uint32(i)), corpus.Map(), corpus.Fields("log", fmt.Sprint("line ", i)))
	}
	flushAll(t, in, data)
	for i, r := range w.Taken[1:7] {
		at, _ := time.Parse(time.RFC3339Nano, r.Timestamp)
		if before, err := time.Parse(time.RFC3339Nano, w.Taken[i].Timestamp); err != nil || !at.After(before) {
			t.Errorf("%s after %s", r.Timestamp, w.Taken[i].Timestamp)
		}
	}
	if n := in.Counters().Get(telemetry.RecordsRestamped); n != 40 {
		t.Errorf("%d counted as restamped", n)
	}
}

func TestPacker_TreatsARecordAsOldAFlushAhead(t *testing.T) {
	for age, restamped := range map[time.Duration]bool{24*time.Hour - 2*time.Minute: false, 24*time.Hour - 30*time.Second: true} {
		w := &flushtest.World{}
		in, _ := inWorld(t, w, settings{})
		in.Flush(tag, corpus.AppendEvent(nil, corpus.EventTime(uint32(flushtest.Clock.Add(-age).Unix()), 0), corpus.Map(), corpus.Fields("log", "x")), false)
		if got := w.Taken[0].Original != ""; got != restamped {
			t.Errorf("%s old: restamped %v", age, got)
		}
	}
}

func TestFlusher_SoonDropsRecordsThatStayTooOld(t *testing.T) {
	w := &flushtest.World{Oldest: flushtest.Clock.Add(time.Hour)} // this machine's clock is behind
	in, _ := inWorld(t, w, settings{})
	var data []byte
	for i := range 500 {
		data = corpus.AppendEvent(data, corpus.EventTime(uint32(flushtest.Clock.Add(-13*time.Hour).Unix()), uint32(i)), corpus.Map(), corpus.Fields("log", fmt.Sprint("line ", i)))
	}
	if out := in.Flush(tag, data, false); out != OutcomeError || w.Requests > 4+samples {
		t.Errorf("answered %v after %d requests", out, w.Requests)
	}
	if n := in.Counters().Get(telemetry.DroppedTimeRange); n != 500 {
		t.Errorf("%d dropped", n)
	}
}
