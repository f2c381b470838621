package e2e

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/host"
	"out_dynatrace/test/ingest"
)

// The signal comes in the middle of the stream.
func TestShutdown_AcceptedLinesArriveOnce(t *testing.T) {
	const step, pieces = 200, 200
	for _, a := range hosts("5.1.1", "3.2", "1.9") {
		for _, workers := range []int{0, 1, 4} {
			t.Run(fmt.Sprintf("%s, workers %d", a.name, workers), func(t *testing.T) {
				t.Parallel()
				d := newDestination(t)
				d.setFault(ingest.Slow(20 * time.Millisecond)) // so that chunks are under way
				s := to(d, workers)
				s.grace = 30 * time.Second // all that waits is to be flushed
				r := a.start(t, s).(*hostRun)
				signalled := false
				for i := range pieces {
					if !signalled && d.Stats().RecordsStored >= 3*step {
						r.signal(syscall.SIGTERM)
						signalled = true
					}
					c := onlyChunk(t, numbered(i*step+1, (i+1)*step))
					if err := r.Send(0, "app", c.Data); err != nil {
						break // the host has ended, and what it did not take is not its fault
					}
				}
				report, err := r.Wait()
				if err != nil {
					t.Error(err)
				}
				out := hostOutcome(&report)
				out.check(t, s.secrets())
				taken := report.Summary.Chunks
				if taken < 3 || taken == pieces {
					t.Errorf("%d of %d chunks were taken: the signal did not come in the middle", taken, pieces)
				}
				if n := report.Summary.OK; n != taken {
					t.Errorf("%d chunks ended with OK, want %d: %+v", n, taken, report.Summary)
				}
				d.wantLinesOnce(t, taken*step)
				wantLines(t, out.lines, "info", fmt.Sprintf(saysDeliveredOf, taken*step, 0), 1)
			})
		}
	}
}

// onlyChunk makes one chunk of lines.
func onlyChunk(t *testing.T, lines []byte) corpus.Chunk {
	t.Helper()
	for c, err := range corpus.Lines("app", bytes.NewReader(lines), time.Now()) {
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	t.Fatal("no chunk")
	return corpus.Chunk{}
}

// Lines are written all the time, SIGTERM comes, and a second run with the same chunks and
// positions on disk delivers the rest. Nothing may be lost. Only what the first run delivered after
// the signal may arrive twice: when the grace period is over, Fluent Bit still flushes what waits
// for a worker but ignores the results.
func TestShutdown_RestartDeliversTheRest(t *testing.T) {
	if fluentBit == "" {
		t.Skip("needs a real Fluent Bit: chunks on disk are its own")
	}
	const step = 100
	for _, workers := range []int{0, 1, 4} {
		t.Run(fmt.Sprintf("workers %d", workers), func(t *testing.T) {
			t.Parallel()
			d := newDestination(t)
			d.setFault(ingest.Slow(50 * time.Millisecond))
			s := to(d, workers)
			s.dir, s.grace = tempDir(t), 2*time.Second
			first := startFluentBit(t, s)

			// The writer goes on while Fluent Bit ends, as applications do.
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
			d.awaitStored(t, 20*step)
			signal := time.Now()
			first.stop()
			delivered, late := d.Stats().RecordsStored, 0
			for _, e := range d.seen() {
				if e.Time.Add(e.Duration).After(signal.Add(-time.Second)) { // a second for the result to be looked at
					late += e.Stored
				}
			}
			enough.Store(true)
			n := <-wrote
			if delivered >= n {
				t.Errorf("the first run delivered all of %d lines: nothing is left for the second", n)
			}

			second := startFluentBit(t, s)
			d.clearFault()
			stored := 0
			await(t, "every line", func() bool {
				before := stored
				stored = d.Stats().RecordsStored
				return stored >= n && stored != before && len(corpus.CheckNumbered(n, d.contents(t)).Missing) == 0
			})
			second.stop()
			a := corpus.CheckNumbered(n, d.contents(t))
			t.Logf("%d lines, %d of them by the first run, %d after SIGTERM; %d doubled, %d missing", n, delivered, late, len(a.Doubled), len(a.Missing))
			if len(a.Missing) != 0 || len(a.Damaged) != 0 {
				t.Error(a)
			}
			if len(a.Doubled) > late {
				t.Errorf("%d lines came twice, want at most the %d that came after SIGTERM", len(a.Doubled), late)
			}
			d.wantClean(t)
		})
	}
}

// A flush that has begun gives up at its deadline at the latest.
func TestShutdown_DoesNotWaitForAServerThatIsDown(t *testing.T) {
	for _, a := range hosts("5.1.1", "1.9") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := newDestination(t)
			d.setFault(ingest.Full503())
			s := to(d, 1, "flush_deadline", "4s", "request_timeout", "3s")
			s.grace, s.lossy = time.Second, true
			r := a.start(t, s)
			r.write(0, numbered(1, 100))
			await(t, "a request", func() bool { return d.Stats().IngestRequests > 0 })
			start := time.Now()
			out := r.stop()
			if took := time.Since(start); took > 15*time.Second {
				t.Errorf("the end took %v", took)
			}
			if s := out.report.Summary; s.OK+s.Errors != 0 || s.Undelivered != 1 {
				t.Errorf("want one chunk that was not delivered: %+v", s)
			}
			for _, f := range out.report.Flushes {
				if f.Code != host.FlushRetry {
					t.Errorf("a flush ended with %d: %+v", f.Code, f)
				}
			}
		})
	}
}
