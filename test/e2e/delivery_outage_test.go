package e2e

import (
	"fmt"
	"io"
	"net"
	"slices"
	"testing"
	"time"

	"out_dynatrace/test/host"
	"out_dynatrace/test/ingest"
)

// The outage is longer than a flush, with 200 chunks under way. While it lasts, one request at a
// time probes the server and each flush ends in time; then everything arrives once.
func TestOutage_OfAFullQueueCostsNothingButTime(t *testing.T) {
	const (
		chunks, step = 200, 100
		outage       = 8 * time.Second
		deadline     = 3 * time.Second
		settled      = 2 * time.Second // from then on the pauses have their full length
		leastPause   = 700 * time.Millisecond
	)
	for _, a := range everywhere("5.1.1") {
		for _, workers := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s, workers %d", a.name, workers), func(t *testing.T) {
				t.Parallel()
				d := newDestination(t)
				d.setFault(ingest.Full503())
				s := to(d, workers, "retry_initial", "200ms", "retry_max", "1s", "flush_deadline", deadline.String(), "request_timeout", "3s")
				s.queue, s.flush = chunks+1, 50*time.Millisecond
				r := a.start(t, s)
				h, inHost := r.(*hostRun)
				for i := range chunks {
					r.write(0, numbered(i*step+1, (i+1)*step))
					if !inHost {
						time.Sleep(s.flush + 10*time.Millisecond) // so that it is a chunk of its own
					}
				}
				await(t, "the first request", func() bool { return d.Stats().IngestRequests > 0 })
				var before usage
				if inHost {
					before = h.usage()
				}
				time.Sleep(outage) // it is the time itself that is tested
				if inHost {
					h.usage().wantNoMoreThan(t, before)
				}
				d.clearFault()
				over := time.Now()
				d.awaitStored(t, chunks*step)
				out := r.stop()
				d.wantLinesOnce(t, chunks*step)
				if n := d.Stats().ByStatus[204]; n < chunks*3/4 {
					t.Errorf("the lines came in %d chunks, want about %d", n, chunks)
				}

				begin := slices.MinFunc(d.seen(), func(a, b ingest.Exchange) int { return a.Time.Compare(b.Time) }).Time
				probes := d.between(begin.Add(settled), over)
				hasty := 0
				for i := 1; i < len(probes); i++ {
					if pause := probes[i].Sub(probes[i-1]); pause < leastPause {
						if hasty++; hasty == 1 {
							t.Errorf("two requests within %v, %v after the outage began; want at least %v between them", pause, probes[i].Sub(begin), leastPause)
						}
					}
				}
				if hasty > 1 {
					t.Errorf("%d more requests came too soon", hasty-1)
				}
				if len(probes) < 2 {
					t.Errorf("%d requests during the outage: nobody looked whether it was over", len(probes))
				}
				for _, f := range flushes(&out) {
					if f.Duration > deadline+time.Second {
						t.Errorf("a flush took %v, its deadline was %v", f.Duration, deadline)
						break
					}
				}
				t.Logf("%s; %d requests in the %v of the outage after the first %v", new(trial).happened(&out, d.Stats()), len(probes), over.Sub(begin)-settled, settled)
			})
		}
	}
}

// flushes returns the flushes that the host has seen.
func flushes(out *outcome) []host.Flush {
	if out.report == nil {
		return nil
	}
	return out.report.Flushes
}

// between returns the times of the requests in a period, in ascending order.
func (d *destination) between(from, to time.Time) (times []time.Time) {
	for _, e := range d.seen() {
		if e.Time.After(from) && e.Time.Before(to) {
			times = append(times, e.Time)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	return times
}

// The first of two outputs sends to a server that never answers. The lines of the second are
// delivered as soon as they are written.
func TestOutage_SilentServerSlowsNoOther(t *testing.T) {
	const pieces, step = 10, 100
	for _, a := range everywhere("5.1.1") {
		for _, workers := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s, workers %d", a.name, workers), func(t *testing.T) {
				t.Parallel()
				soon := 2 * time.Second
				if a.real() {
					soon = 3 * time.Second // it looks at its files and flushes now and then only
				}
				hole := newBlackHole(t)
				d := newDestination(t)
				first := output(d, workers, "endpoint", hole.url(), "alias", "first", "flush_deadline", "4s", "request_timeout", "4s")
				s := setup{outputs: []section{first, output(d, workers, "alias", "second")}, lossy: true, grace: time.Second}
				r := a.start(t, s)
				for range workers + 1 { // something to do for each worker, and more that waits
					r.write(0, numbered(1, step))
				}
				hole.awaitCaller(t)
				slowest := time.Duration(0)
				for i := range pieces {
					begin := time.Now()
					r.write(1, numbered(i*step+1, (i+1)*step))
					d.awaitStored(t, (i+1)*step)
					slowest = max(slowest, time.Since(begin))
				}
				if slowest > soon {
					t.Errorf("the second output took %v to deliver, want less than %v", slowest, soon)
				}
				out := r.stop()
				d.wantLinesOnce(t, pieces*step)
				if out.report != nil {
					if c := out.report.Instances[0]; c.OK+c.Errors != 0 {
						t.Errorf("chunks in the black hole: %+v", c)
					}
				}
				t.Logf("the second output took at most %v", slowest)
			})
		}
	}
}

// blackHole accepts connections, reads everything and never answers.
type blackHole struct {
	net.Listener
	called chan struct{}
}

func newBlackHole(t *testing.T) *blackHole {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &blackHole{l, make(chan struct{}, 1)}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			select {
			case h.called <- struct{}{}:
			default:
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(io.Discard, conn) // until the other side has had enough
			}()
		}
	}()
	return h
}

func (h *blackHole) url() string { return "http://" + h.Addr().String() }

// awaitCaller waits for a connection.
func (h *blackHole) awaitCaller(t *testing.T) {
	t.Helper()
	select {
	case <-h.called:
	case <-time.After(patience):
		t.Fatalf("waited %v in vain for a connection", patience)
	}
}
