package e2e

import (
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/ingest"
)

// With chunks and positions on disk, every line arrives after kill -9 in the middle of a flush and
// a second start. Only what had been sent and not settled at the signal may arrive twice.
func TestKill_LosesNothing(t *testing.T) {
	if fluentBit == "" {
		t.Skip("needs a real Fluent Bit: chunks on disk are its own")
	}
	const (
		step = 100
		// settling is the time until Fluent Bit deletes the chunk of an accepted request. It learns of a
		// worker's result only with the worker's next flush, a second later.
		settling = 1500 * time.Millisecond
	)
	for _, workers := range []int{1, 4} {
		t.Run(fmt.Sprintf("workers %d", workers), func(t *testing.T) {
			t.Parallel()
			d := newDestination(t)
			d.setFault(ingest.Fault{StoreFirst: true, Delay: 300 * time.Millisecond}) // so that flushes are under way when the signal comes
			s := to(d, workers)
			s.dir = tempDir(t)
			first := startFluentBit(t, s)
			var enough atomic.Bool
			wrote := make(chan int)
			go func() {
				n := 0
				for ; n < mostLines && !enough.Load(); n += step {
					first.write(0, numbered(n+1, n+step))
					time.Sleep(20 * time.Millisecond) // the pace of the application
				}
				wrote <- n
			}()
			d.awaitStored(t, 60*step)
			killed := time.Now()
			first.signal(syscall.SIGKILL)
			if !first.ended(patience) {
				t.Fatal("it outlives SIGKILL")
			}
			await(t, "the end of what the server does", func() bool { return time.Since(killed) > time.Second })
			inFlight, before := 0, 0
			for _, e := range d.seen() {
				before += e.Stored
				if e.Time.Add(e.Duration).After(killed.Add(-settling)) {
					inFlight += e.Stored
				}
			}
			enough.Store(true)
			n := <-wrote
			d.clearFault()

			second := startFluentBit(t, s)
			looked := 0
			await(t, "every line", func() bool {
				stored := d.Stats().RecordsStored
				if stored < n || stored == looked {
					return false
				}
				looked = stored
				return len(corpus.CheckNumbered(n, d.contents(t)).Missing) == 0
			})
			second.stop()
			a := corpus.CheckNumbered(n, d.contents(t))
			t.Logf("%d lines, %d of them before the signal, %d in flight; %d doubled, %d missing", n, before, inFlight, len(a.Doubled), len(a.Missing))
			if len(a.Missing) != 0 || len(a.Damaged) != 0 {
				t.Error(a)
			}
			if inFlight == 0 || len(a.Doubled) > inFlight {
				t.Errorf("%d lines came twice, want at most the %d that were in flight", len(a.Doubled), inFlight)
			}
			d.wantClean(t)
		})
	}
}
