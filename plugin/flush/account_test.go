package flush

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/test/corpus"
)

func TestAccount_CountsAndLogsWhatIsLeftOut(t *testing.T) {
	in, s, log := instance(t, settings{contentBytes: 1000}, accepted)
	data := append(flushtest.Chunk("good", strings.Repeat("x", 2000)), 0xc0)                                                 // nil is not an event
	data = append(data, corpus.AppendEvent(nil, corpus.EventTime(1, 0), corpus.Map(), corpus.Fields("log", "last"))[:20]...) // cut off
	if got := in.Flush(tag, data, false); got != OutcomeOK || len(s.Contents) != 2 {
		t.Fatalf("answered %v, flushtest.Stored %d", got, len(s.Contents))
	}
	for counter, want := range map[telemetry.Counter]uint64{telemetry.DroppedNotAnEvent: 1, telemetry.DroppedCorruptChunk: 1, telemetry.CutContent: 1} {
		if got := in.Counters().Get(counter); got != want {
			t.Errorf("counter %v is %d, want %d", counter, got, want)
		}
	}
	for _, part := range []string{"are not log events", "chunk unreadable from byte", "max_content_bytes"} {
		if log.Count(part) != 1 {
			t.Errorf("%q is logged %d times", part, log.Count(part))
		}
	}
}

func TestAccount_CountsCutsOnceOverRetries(t *testing.T) {
	w := &flushtest.World{}
	w.Before = func() *deliver.Verdict {
		if w.Requests%2 == 0 {
			return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError}
		}
		return nil
	}
	in, _ := inWorld(t, w, settings{records: 3, contentBytes: 64})
	var all []string
	for i := range 20 {
		all = append(all, fmt.Sprint(i, strings.Repeat("x", 100)))
	}
	flushAll(t, in, flushtest.Chunk(all...))
	if n := in.Counters().Get(telemetry.CutContent); n != 20 || len(w.Taken) != 20 {
		t.Errorf("%d contents counted as cut, %d taken", n, len(w.Taken))
	}
}

func TestAccount_DeadLetterHoldsTheRecordAsSent(t *testing.T) {
	path := t.TempDir() + "/letters"
	w := &flushtest.World{Bad: flushtest.IsPoison}
	in, log := inWorld(t, w, settings{id: true, letters: path})
	in.Flush(tag, flushtest.Chunk(flushtest.Contents(20, 7)...), false)
	in.Flush(tag, flushtest.Chunk(flushtest.Contents(20)...), false)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, own, _ := strings.Cut(string(text), `"log.record.uid":"`)
	own, _, _ = strings.Cut(own, `"`)
	if strings.Count(string(text), "\n") != 1 || !strings.HasSuffix(own, "-7") || !strings.Contains(string(text), `"tag":"app.log","reason":"rejected","status":400`) {
		t.Errorf("kept %s", text)
	}
	if other := w.Taken[0].UID; strings.SplitN(other, "-", 2)[0] != strings.TrimSuffix(own, "-7") {
		t.Errorf("id %q, another record of the chunk has %q", own, other)
	}
	open := func() (n int) {
		links, _ := filepath.Glob("/proc/self/fd/*")
		for _, link := range links {
			if at, _ := os.Readlink(link); at == path {
				n++
			}
		}
		return n
	}
	if open() != 1 {
		t.Errorf("%d descriptors of the file are open", open())
	}
	in.Close()
	if open() != 0 {
		t.Error("a closed instance has the file open")
	}
	if log.Count("bad input; they are in "+path+"; records dropped: 1") != 1 {
		t.Errorf("logged %q", log.All)
	}
	if c := in.Counters(); c.Get(telemetry.DeadLetterKept) != 1 || c.Get(telemetry.DeadLetterLost) != 0 {
		t.Errorf("%d kept, %d lost", c.Get(telemetry.DeadLetterKept), c.Get(telemetry.DeadLetterLost))
	}
}

func TestAccount_CountsARecordThatCannotBeKept(t *testing.T) {
	in, log := inWorld(t, &flushtest.World{Bad: flushtest.IsPoison}, settings{letters: t.TempDir() + "/missing/letters"})
	in.Flush(tag, flushtest.Chunk(flushtest.Contents(20, 7, 8)...), false)
	in.Close()
	if n := in.Counters().Get(telemetry.DeadLetterLost); n != 2 || log.Sum("not all of them are in ") != 0 || log.Count("not all of them are in") != 1 {
		t.Errorf("%d lost; logged %q", n, log.All)
	}
}

func TestAccount_NumbersOfFoldedLinesAddUp(t *testing.T) {
	in, log := inWorld(t, &flushtest.World{Bad: flushtest.IsPoison}, settings{})
	for i := range 9 {
		in.Flush(fmt.Append(nil, i), flushtest.Chunk(flushtest.Contents(30, 1, 2, 3)...), false)
	}
	in.Close()
	if n := log.Sum("records dropped: "); n != 27 || log.Count("records dropped: ") != 2 {
		t.Errorf("%d are logged: %q", n, log.All)
	}
}

func TestAccount_CountsAndLogsAForgottenEntry(t *testing.T) {
	w := &flushtest.World{}
	w.Before = func() *deliver.Verdict {
		if w.Requests == 2 {
			return &deliver.Verdict{Kind: deliver.Transient, Reason: deliver.ReasonServerError}
		}
		return nil
	}
	in, log := inWorld(t, w, settings{records: 1})
	var some Progress
	some.Settle(0)
	for i := 0; in.shared.ledger.Put(KeyOf(tag, fmt.Append(nil, i)), &some) == 0; i++ {
	}
	in.Flush(tag, flushtest.Chunk("1", "2"), false)
	if n := in.Counters().Get(telemetry.LedgerForgotten); n != 1 || log.Count("can arrive twice") != 1 {
		t.Errorf("%d counted; logged %q", n, log.All)
	}
}
