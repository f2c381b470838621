package flush

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/test/corpus"
)

func TestPacker_GivesARecordTheSameIDOnEveryAttempt(t *testing.T) {
	seen := map[string]string{}
	w := &flushtest.World{}
	in, _ := inWorld(t, w, settings{id: true, records: 10})
	all := flushtest.Contents(100)
	for range 2 {
		in.Flush(tag, flushtest.Chunk(all...), false)
	}
	ids := map[string]bool{}
	for _, r := range w.Taken {
		if id, known := seen[r.Content]; r.UID == "" || known && id != r.UID {
			t.Fatalf("%+v, before %q", r, id)
		}
		seen[r.Content], ids[r.UID] = r.UID, true
	}
	if len(ids) != len(all) {
		t.Errorf("%d ids of %d records", len(ids), len(all))
	}
	in.Flush([]byte("another tag"), flushtest.Chunk(all...), false)
	if last := w.Taken[len(w.Taken)-1]; ids[last.UID] {
		t.Error("another chunk has the same ids")
	}
}

func TestPacker_DoesNotMapARecordThatIsTooOld(t *testing.T) {
	w := &flushtest.World{}
	in, log := inWorld(t, w, settings{old: OldDrop, contentBytes: 3})
	data, all, old := mixedAges(90)
	if out := in.Flush(tag, data, false); out != OutcomeOK || len(w.Taken) != len(all)-old {
		t.Fatalf("answered %v, %d taken", out, len(w.Taken))
	}
	if n := in.maps.Load(); n != int64(len(all)-old) {
		t.Errorf("%d of %d events were mapped, want %d", n, len(all), len(all)-old)
	}
	in.Close()
	kept := len(all) - old
	if n := in.Counters().Get(telemetry.CutContent); n != uint64(kept) || log.Sum("bytes (Dynatrace would have done the same silently; "+
		"the limit is set by limits and max_content_bytes): ") != kept {
		t.Errorf("%d cuts counted, want those of the %d records that were sent: %q", n, kept, log.All)
	}
}

func TestPacker_MapsARecordThatDoesNotFitOnce(t *testing.T) {
	for name, set := range map[string]settings{
		"by records":            {records: 7, contentBytes: 64},
		"by bytes":              {bytes: 2000, contentBytes: 64},
		"by records, restamped": {records: 7, contentBytes: 64, old: OldRestamp},
		"by bytes, with ids":    {bytes: 2000, contentBytes: 64, id: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := &flushtest.World{}
			in, _ := inWorld(t, w, set)
			at := flushtest.Clock
			if set.old == OldRestamp {
				at = at.Add(-30 * time.Hour)
			}
			var data []byte
			for i := range 100 {
				data = corpus.AppendEvent(data, corpus.EventTime(uint32(at.Unix()), uint32(i)), corpus.Map(),
					corpus.Fields("log", fmt.Sprintf("%3d %s", i, strings.Repeat("x", 100))))
			}
			if out := in.Flush(tag, data, false); out != OutcomeOK || len(w.Taken) != 100 || len(w.Bodies) < 5 {
				t.Fatalf("answered %v, %d taken in %d bodies", out, len(w.Taken), len(w.Bodies))
			}
			for i, r := range w.Taken {
				if want := fmt.Sprintf("%3d %s", i, strings.Repeat("x", 60)); r.Content != want || (r.Original != "") != (set.old != "") {
					t.Fatalf("record %d is %+v", i, r)
				}
			}
			if n := in.maps.Load(); n != 100 {
				t.Errorf("100 events were mapped %d times", n)
			}
			c := in.Counters()
			restamped := uint64(0)
			if set.old == OldRestamp {
				restamped = 100
			}
			if c.Get(telemetry.CutContent) != 100 || c.Get(telemetry.RecordsRestamped) != restamped {
				t.Errorf("%d cuts, %d restamped", c.Get(telemetry.CutContent), c.Get(telemetry.RecordsRestamped))
			}
		})
	}
}

// TestPacker_CountsTheCutsOfAcceptedPayloadsOnly: a record that waits for the next payload has its
// cuts there, also if something else was mapped in the meantime.
func TestPacker_CountsTheCutsOfAcceptedPayloadsOnly(t *testing.T) {
	w := &flushtest.World{Bad: flushtest.IsPoison}
	in, _ := inWorld(t, w, settings{records: 4, contentBytes: 40, letters: t.TempDir() + "/letters"})
	all := flushtest.Contents(60, 0, 3, 4, 17, 40, 59)
	cut := make([]string, len(all))
	for i := range all {
		cut[i] = fmt.Sprintf("%-40s", all[i])
		all[i] = cut[i] + strings.Repeat("y", 40)
	}
	if out, _ := flushAll(t, in, flushtest.Chunk(all...)); out != OutcomeOK {
		t.Errorf("answered %v", out)
	}
	w.WantOnce(t, cut)
	if n := in.Counters().Get(telemetry.CutContent); n != 54 {
		t.Errorf("%d cuts, want one for each of 54 accepted records", n)
	}
}

// What was found at the end of a chunk counts however often the packer goes back in it.
func TestFlusher_CountsAnUnreadableEndAfterASearch(t *testing.T) {
	for name, bad := range map[string][]int{"no search": nil, "one bad record": {1}, "all bad": {0, 1, 2, 3}} {
		t.Run(name, func(t *testing.T) {
			w := &flushtest.World{Bad: flushtest.IsPoison}
			in, log := inWorld(t, w, settings{})
			data := append(flushtest.Chunk(flushtest.Contents(4, bad...)...), 0x01, 0xc1, 0, 0)
			flushAll(t, in, data)
			in.Close()
			c := in.Counters()
			if c.Get(telemetry.DroppedNotAnEvent) != 1 || c.Get(telemetry.DroppedCorruptChunk) != 1 ||
				c.Get(telemetry.CorruptBytes) != 3 || c.Get(telemetry.RecordsIn) != 5 {
				t.Errorf("%d not events, %d unreadable ends of %d bytes, %d records read",
					c.Get(telemetry.DroppedNotAnEvent), c.Get(telemetry.DroppedCorruptChunk),
					c.Get(telemetry.CorruptBytes), c.Get(telemetry.RecordsIn))
			}
			if n := log.Sum("are not log events and were skipped: "); n != 1 {
				t.Errorf("the log says that %d were skipped: %q", n, log.All)
			}
		})
	}
}

// panicOnce panics at the first record.
type panicOnce struct {
	Mapper
	panicked *bool
}

func (p panicOnce) Map(ev *chunk.Event, rec *record.Record) {
	if !*p.panicked {
		*p.panicked = true
		panic("once")
	}
	p.Mapper.Map(ev, rec)
}

func TestFlusher_CountsOldRecordsBeforeAPanic(t *testing.T) {
	w := &flushtest.World{}
	in, _ := inWorld(t, w, settings{old: OldDrop})
	newMapper, panicked := in.shared.deps.NewMapper, false
	in.shared.deps.NewMapper = func() Mapper { return panicOnce{newMapper(), &panicked} }
	old := uint32(flushtest.Clock.Add(-25 * time.Hour).Unix())
	data := corpus.AppendEvent(nil, corpus.EventTime(old, 5), corpus.Map(), corpus.Fields("log", "old"))
	data = append(data, flushtest.Chunk("new")...)
	if first := in.Flush(tag, data, false); first != OutcomeRetry {
		t.Fatalf("answered %v after a panic", first)
	}
	if second := in.Flush(tag, data, false); second != OutcomeOK || len(w.Taken) != 1 {
		t.Fatalf("answered %v, %d taken", second, len(w.Taken))
	}
	if n := in.Counters().Get(telemetry.DroppedTooOld); n != 1 {
		t.Errorf("%d old records counted, want 1", n)
	}
}
