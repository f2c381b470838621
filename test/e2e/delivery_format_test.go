package e2e

import (
	"slices"
	"testing"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/ingest"
)

// formats are the values of the option format.
var formats = []string{"json", "jsonl", "text", "otlp"}

func TestFormat_EachLineArrivesOnce(t *testing.T) {
	const lines = 400
	for _, a := range everywhere("5.1.1", "1.9") {
		for _, format := range formats {
			t.Run(a.name+", "+format, func(t *testing.T) {
				t.Parallel()
				d := newDestination(t)
				r := a.start(t, to(d, 2, "format", format))
				r.write(0, numbered(1, lines))
				d.awaitStored(t, lines)
				out := r.stop()
				d.wantLinesOnce(t, lines)
				wantQuiet(t, out.lines)
				for _, e := range d.seen() {
					if e.OTLP != (format == "otlp") || format == "text" && e.Received != 1 {
						t.Errorf("a request to %s with %d records", e.Path, e.Received)
					}
				}
			})
		}
	}
}

func TestFormat_RejectedRecordIsTheOnlyLoss(t *testing.T) {
	const lines, bad = 400, 123
	for _, a := range everywhere("5.1.1") {
		for _, format := range formats {
			t.Run(a.name+", "+format, func(t *testing.T) {
				t.Parallel()
				d := startDestination(t, false, ingest.Options{Refuse: poison(bad)})
				r := a.start(t, to(d, 1, "format", format))
				r.write(0, numbered(1, lines))
				d.awaitStored(t, lines-1)
				out := r.stop()
				lost := corpus.CheckNumbered(lines, d.contents(t))
				if !slices.Equal(lost.Missing, []int{bad}) || len(lost.Doubled)+len(lost.Damaged) > 0 {
					t.Errorf("want line %d to be missing and no other: %v", bad, lost)
				}
				if len(with(out.lines, "error", "Constraints violated")) == 0 {
					t.Errorf("the server's reason is not told:\n%s", show(out.lines))
				}
			})
		}
	}
}

// The server is full for a while, then cuts connections, then accepts everything.
func TestFormat_OutageCostsNothing(t *testing.T) {
	const lines = 200
	for _, a := range everywhere("5.1.1") {
		for _, format := range formats {
			t.Run(a.name+", "+format, func(t *testing.T) {
				t.Parallel()
				d := newDestination(t)
				d.setFault(ingest.Full503())
				r := a.start(t, to(d, 1, "format", format, "retry_initial", "50ms", "retry_max", "200ms"))
				r.write(0, numbered(1, lines))
				await(t, "a second try", func() bool { return d.Stats().IngestRequests >= 2 })
				d.setFault(ingest.Fault{Reset: true})
				seen := d.Stats().IngestRequests
				await(t, "a try that is cut off", func() bool { return d.Stats().IngestRequests > seen })
				d.clearFault()
				d.awaitStored(t, lines)
				r.stop()
				d.wantLinesOnce(t, lines)
			})
		}
	}
}
