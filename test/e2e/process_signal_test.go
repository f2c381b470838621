package e2e

import (
	"fmt"
	"syscall"
	"testing"
)

// SIGCONT and SIGHUP make Fluent Bit install its handlers again, without the alternative stack that
// Go's threads need.
func TestSignals_FlushesContinueAfterFluentBitReinstallsItsHandlers(t *testing.T) {
	const step, rounds = 300, 5
	for _, a := range everywhere() {
		for _, workers := range []int{0, 2} {
			t.Run(fmt.Sprintf("%s, workers %d", a.name, workers), func(t *testing.T) {
				t.Parallel()
				d := newDestination(t)
				r := a.start(t, to(d, workers))
				for i := range rounds {
					r.write(0, numbered(i*step+1, (i+1)*step))
					r.signal(syscall.SIGCONT)
					if h, ok := r.(*hostRun); ok {
						if err := h.ReinstallSignals(); err != nil {
							t.Fatal(err)
						}
					}
					d.awaitStored(t, (i+1)*step)
				}
				out := r.stop()
				d.wantLinesOnce(t, rounds*step)
				wantQuiet(t, out.lines, saysWorkers)
			})
		}
	}
}
