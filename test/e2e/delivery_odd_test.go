package e2e

import (
	"regexp"
	"strconv"
	"testing"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/host"
	"out_dynatrace/test/ingest"
)

// oddCases yields the odd chunks, and the huge ones as they are built.
func oddCases(yield func(corpus.Case) bool) {
	for _, c := range corpus.Odd() {
		if !yield(c) {
			return
		}
	}
	for _, huge := range corpus.Huge() {
		if !yield(huge.Build()) {
			return
		}
	}
}

// Whatever a chunk holds, its flush ends with OK, each event in it arrives, and the server trims
// and rejects nothing. The chunks are sent one by one, so that a failure names its chunk.
func TestOddChunks_AreDeliveredAsFarAsTheyCanBeRead(t *testing.T) {
	for _, a := range hosts("5.1.1", "1.9") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := startDestination(t, false, ingest.Options{Limits: ageless(), Store: ingest.Discard{}})
			r := a.start(t, to(d, 0)).(*hostRun)
			flushes, corrupt := 0, 0
			for c := range oddCases {
				before := d.Stats()
				if err := r.Send(0, "odd", c.Chunk); err != nil {
					t.Fatalf("%s: %v", c.Name, err)
				}
				if err := r.Drain(); err != nil {
					t.Fatalf("%s: %v", c.Name, err)
				}
				report, after := r.Snapshot(), d.Stats()
				for _, f := range report.Flushes[flushes:] {
					if f.Code != host.FlushOK {
						t.Errorf("%s: the flush ended with %d; the log:\n%s", c.Name, f.Code, show(r.log()))
					}
				}
				flushes = len(report.Flushes)
				if n := after.RecordsStored - before.RecordsStored; n < c.Events || n > c.Events+c.Either {
					t.Errorf("%s: %d records stored, want %d to %d", c.Name, n, c.Events, c.Events+c.Either)
				}
				if after.ByStatus[204]-before.ByStatus[204] != after.Requests-before.Requests || after.DuplicateKeys != before.DuplicateKeys {
					t.Errorf("%s: the server found fault: %+v", c.Name, after)
				}
				if c.Corrupt {
					corrupt++
				}
			}
			out := r.stop()
			d.wantClean(t)
			wantTold(t, out.lines, saysCorrupt, corrupt)
		})
	}
}

// The same chunks, all at once.
func TestOddChunks_FromManyWorkersAtOnce(t *testing.T) {
	t.Parallel()
	d := startDestination(t, false, ingest.Options{Limits: ageless(), Store: ingest.Discard{}})
	r := startHost(t, "5.1.1", to(d, 4))
	least, most, corrupt, chunks := 0, 0, 0, 0
	for c := range oddCases {
		if err := r.Send(0, "odd", c.Chunk); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		chunks++
		least += c.Events
		most += c.Events + c.Either
		if c.Corrupt {
			corrupt++
		}
	}
	if err := r.Drain(); err != nil {
		t.Fatal(err)
	}
	out := r.stop()
	d.wantClean(t)
	if n := d.Stats().RecordsStored; n < least || n > most {
		t.Errorf("%d records stored, want %d to %d", n, least, most)
	}
	if n := out.report.Summary.OK; n != chunks || len(out.report.Flushes) != chunks {
		t.Errorf("%d of %d chunks ended with OK in %d flushes", n, chunks, len(out.report.Flushes))
	}
	wantTold(t, out.lines, saysCorrupt, corrupt)
}

var repeatedTimes = regexp.MustCompile(`\(repeated (\d+) times? in the last`)

// wantTold checks that the log has errors with a phrase for n events; one line may stand for
// several.
func wantTold(t *testing.T, lines []logLine, phrase string, n int) {
	t.Helper()
	told := 0
	for i, l := range with(lines, "error", phrase) {
		m := repeatedTimes.FindStringSubmatch(l.message)
		if i == 0 && m != nil {
			t.Errorf("the first line stands for more than itself: %s", l.message)
		}
		if m == nil {
			told++
			continue
		}
		more, _ := strconv.Atoi(m[1])
		told += more
	}
	if told != n {
		t.Errorf("%q was told of %d times, want %d:\n%s", phrase, told, n, show(with(lines, "error", "")))
	}
}
