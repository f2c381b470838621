package e2e

import (
	"fmt"
	"testing"
	"time"

	"out_dynatrace/test/host"
	"out_dynatrace/test/ingest"
)

// Whatever the transient fault, each line arrives once. On a worker the flush itself retries; on
// the engine thread, which must not wait, it returns RETRY at once.
func TestTransient_CostsNoLine(t *testing.T) {
	const pieces, step, lines = 4, 400, 1600
	troubles := []struct {
		name   string
		faults []ingest.Fault
		failed int // requests that have to be repeated
	}{
		{"503 usable space limit reached, three times", []ingest.Fault{times(3, ingest.Full503())}, 3},
		{"429 with Retry-After", []ingest.Fault{ingest.Throttled429(time.Second)}, 1},
		{"a reset before anything is stored, twice", []ingest.Fault{times(2, ingest.ResetBefore())}, 2},
		{"a slow answer", []ingest.Fault{ingest.Slow(time.Second)}, 0},
		{"502 without a body, twice", []ingest.Fault{times(2, ingest.BadGateway502())}, 2},
		{"one after the other", []ingest.Fault{ingest.GatewayTimeout504(), ingest.Full503(), ingest.ResetBefore(), {Close: true}, {Status: 500}}, 5},
	}
	for _, a := range everywhere("5.1.1", "1.9") {
		for _, workers := range []int{0, 1, 4} {
			for _, trouble := range troubles {
				t.Run(fmt.Sprintf("%s, workers %d, %s", a.name, workers, trouble.name), func(t *testing.T) {
					t.Parallel()
					d := newDestination(t)
					d.Script(trouble.faults...)
					options := []string{"retry_initial", "20ms", "retry_max", "100ms"}
					if workers == 0 {
						options = []string{"retry_initial", "4s", "retry_max", "4s"} // to be seen if it waits
					}
					r := a.start(t, to(d, workers, options...))
					for i := range pieces {
						r.write(0, numbered(i*step+1, (i+1)*step))
					}
					d.awaitStored(t, lines)
					out := r.stop()
					d.wantLinesOnce(t, lines)
					if d.Stats().Faults != max(trouble.failed, len(trouble.faults)) {
						t.Errorf("the faults met %d requests", d.Stats().Faults)
					}
					if workers == 0 {
						wantAtOnce(t, &out, trouble.failed)
						return
					}
					if out.report != nil && out.report.Summary.Retries != 0 {
						t.Errorf("%d flushes ended with RETRY although there was time left", out.report.Summary.Retries)
					}
					if workers == 1 {
						wantPatience(t, d)
					}
				})
			}
		}
	}
}

func times(n int, f ingest.Fault) ingest.Fault {
	f.Times = n
	return f
}

// wantAtOnce checks that each failed request ended its flush with RETRY without a pause, and so did
// each flush during a pause that the server asked for.
func wantAtOnce(t *testing.T, out *outcome, failed int) {
	t.Helper()
	if failed > 0 && len(with(out.lines, "warn", "")) < 2 { // beside the missing workers
		t.Errorf("no word of the trouble:\n%s", show(out.lines))
	}
	if out.report == nil {
		return
	}
	retries := 0
	for _, f := range out.report.Flushes {
		if f.Code == host.FlushRetry {
			retries++
			if f.Duration > 2*time.Second {
				t.Errorf("a flush on the engine thread took %v: %+v", f.Duration, f)
			}
		}
	}
	if retries < failed {
		t.Errorf("%d flushes ended with RETRY, want one for each of %d failures at least", retries, failed)
	}
}

// wantPatience checks that a single worker respected Retry-After.
func wantPatience(t *testing.T, d *destination) {
	t.Helper()
	seen := d.seen()
	for i, e := range seen {
		if e.Status == 429 && i+1 < len(seen) {
			if pause := seen[i+1].Time.Sub(e.Time); pause < time.Second {
				t.Errorf("%v after an answer that asked for a second of silence came the next request", pause)
			}
		}
	}
}

// When every request fails, a flush ends before its deadline, and Fluent Bit keeps the chunk.
func TestTransient_EndlessOutageIsHandedBackInTime(t *testing.T) {
	const deadline = 3 * time.Second
	for _, a := range hosts("5.1.1", "1.9") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := newDestination(t)
			d.setFault(ingest.Full503())
			r := a.start(t, to(d, 1, "request_timeout", "2s", "flush_deadline", deadline.String(), "retry_initial", "50ms", "retry_max", "200ms"))
			r.write(0, numbered(1, 100))
			h := r.(*hostRun)
			if !h.Await(patience, func(report *host.Report) bool { return len(report.Flushes) > 0 }) {
				t.Fatal("the flush did not end")
			}
			flush := h.Snapshot().Flushes[0]
			if flush.Code != host.FlushRetry || flush.Duration > deadline+time.Second {
				t.Errorf("the flush ended with %d after %v, want RETRY within %v", flush.Code, flush.Duration, deadline)
			}
			d.clearFault()
			d.awaitStored(t, 100)
			r.stop()
			d.wantLinesOnce(t, 100)
		})
	}
}
