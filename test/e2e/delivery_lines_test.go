package e2e

import (
	"fmt"
	"testing"
)

// The main promise, in each version, with and without workers.
func TestDelivery_EveryLineArrivesOnceAndUnchanged(t *testing.T) {
	for _, a := range everywhere() {
		for _, workers := range []int{0, 1, 4} {
			lines := mostLines
			if !a.real() && a.shape != "5.1.1" {
				if lines = 10_000; workers == 1 {
					continue
				}
			}
			t.Run(fmt.Sprintf("%s, workers %d, %d lines", a.name, workers, lines), func(t *testing.T) {
				t.Parallel()
				d := newDestination(t)
				r := a.start(t, to(d, workers))
				r.write(0, numbered(1, lines))
				d.awaitStored(t, lines)
				out := r.stop()
				d.wantLinesOnce(t, lines)
				if s := d.Stats(); s.ByStatus[204] != s.Requests {
					t.Errorf("answers by status: %v of %d", s.ByStatus, s.Requests)
				}
				wantLines(t, out.lines, "info", saysStart, 1)
				wantQuiet(t, out.lines, saysWorkers)
				said := 1 // that workers are missing
				if workers > 0 {
					said = 0
				}
				wantLines(t, out.lines, "warn", saysWorkers, said)
			})
		}
	}
}
