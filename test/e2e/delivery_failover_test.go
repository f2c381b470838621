package e2e

import (
	"fmt"
	"iter"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/ingest"
)

// endpointPair is two servers that take the same token, as two ActiveGates of one environment do.
type endpointPair struct{ first, second *destination }

func newEndpointPair(t *testing.T, tlsOfFirst bool) endpointPair {
	t.Helper()
	first := startDestination(t, tlsOfFirst, ingest.Options{})
	return endpointPair{first, startDestination(t, false, ingest.Options{Tokens: []ingest.Token{{Value: first.token}}})}
}

// setup sends to both and prefers the first, whose URL may be replaced.
func (d endpointPair) setup(first string, workers int, pairs ...string) setup {
	return to(d.first, workers, append([]string{"endpoint", first + "/e/abc12345, " + d.second.url + "/e/abc12345"}, pairs...)...)
}

// awaitStored waits until both together have stored n records.
func (d endpointPair) awaitStored(t *testing.T, n int) {
	t.Helper()
	await(t, fmt.Sprint(n, " records"), func() bool { return d.first.Stats().RecordsStored+d.second.Stats().RecordsStored >= n })
}

// wantLinesOnce expects the numbered lines 1 to n to have been stored once, by one of them.
func (d endpointPair) wantLinesOnce(t *testing.T, n int) {
	t.Helper()
	var both iter.Seq[string] = func(yield func(string) bool) {
		for _, one := range []*destination{d.first, d.second} {
			for content := range one.contents(t) {
				if !yield(content) {
					return
				}
			}
		}
	}
	if a := corpus.CheckNumbered(n, both); !a.OK() {
		t.Error(a)
	}
	d.first.wantClean(t)
	d.second.wantClean(t)
}

// silence makes a server read requests, store nothing and never answer.
func silence() ingest.Fault { return ingest.Slow(10 * time.Minute) }

// Each line arrives once: at the first endpoint while it works, at the second while it does not.
func TestFailover_SecondEndpointTakesOverUntilTheFirstIsBack(t *testing.T) {
	const step = 200
	for _, c := range []struct {
		name    string
		options []string
		// begin makes the first fail, and returns what mends it.
		begin func(t *testing.T, d endpointPair, front *hiddenServer, server *httptest.Server) (end func())
	}{
		{"is killed", nil, func(t *testing.T, d endpointPair, front *hiddenServer, server *httptest.Server) func() {
			server.Close() // which lets it end the request that it is at
			return func() { front.show(t, d.first) }
		}},
		{"answers 503", nil, func(_ *testing.T, d endpointPair, _ *hiddenServer, _ *httptest.Server) func() {
			d.first.setFault(ingest.Full503())
			return d.first.clearFault
		}},
		{"does not answer", []string{"request_timeout", "3s", "flush_deadline", "20s"}, func(_ *testing.T, d endpointPair, _ *hiddenServer, _ *httptest.Server) func() {
			d.first.setFault(silence())
			return d.first.clearFault
		}},
	} {
		for _, a := range everywhere("5.1.1") {
			t.Run(fmt.Sprintf("the first %s, %s", c.name, a.name), func(t *testing.T) {
				t.Parallel()
				d := newEndpointPair(t, false)
				front := newHiddenServer(t)
				server := front.show(t, d.first)
				r := a.start(t, d.setup(front.url(), 2, c.options...))
				lines := 0
				write := func() {
					r.write(0, numbered(lines+1, lines+step))
					lines += step
					d.awaitStored(t, lines)
				}
				write()
				if n := d.second.Stats().IngestRequests; n != 0 {
					t.Errorf("the second was sent %d requests while the first worked", n)
				}

				end := c.begin(t, d, front, server)
				for range 3 {
					write()
				}
				if n := d.second.Stats().RecordsStored; n != 3*step {
					t.Errorf("the second stored %d lines of %d", n, 3*step)
				}
				end()
				for deadline := time.Now().Add(patience); d.first.Stats().RecordsStored == step; time.Sleep(time.Second) { // the time that it is set aside for
					if time.Now().After(deadline) {
						t.Fatalf("after %v the first is not used again; the log:\n%s", patience, show(r.log()))
					}
					write()
				}
				before := d.second.Stats().IngestRequests
				for range 3 {
					write()
				}
				if n := d.second.Stats().IngestRequests - before; n != 0 {
					t.Errorf("the second was sent %d requests after the first was back", n)
				}
				out := r.stop()
				d.wantLinesOnce(t, lines)
				wantLines(t, out.lines, "warn", saysMoved, 1)
				wantLines(t, out.lines, "info", saysBack, 1)
				wantLines(t, out.lines, "info", fmt.Sprintf(saysDeliveredOf, lines, 0), 1)
				wantQuiet(t, out.lines, saysMoved)
				if n := retried(r); n != 0 {
					t.Errorf("%d chunks were given back", n)
				}
			})
		}
	}
}

// Both endpoints fail for longer than a flush; the second recovers.
func TestFailover_FirstEndpointThatComesBackIsUsed(t *testing.T) {
	const lines = 1000
	for _, a := range everywhere("5.1.1") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := newEndpointPair(t, false)
			d.first.setFault(silence())
			d.second.setFault(ingest.Full503())
			r := a.start(t, d.setup(d.first.url, 2, "flush_deadline", "6s", "request_timeout", "3s", "retry_max", "1s"))
			r.write(0, numbered(1, lines))
			await(t, "a flush that ends with RETRY", func() bool { return retried(r) > 0 && d.second.Stats().Faults > 0 })
			d.second.clearFault()
			d.awaitStored(t, lines)
			out := r.stop()
			d.wantLinesOnce(t, lines)
			if n := d.second.Stats().RecordsStored; n != lines {
				t.Errorf("the second stored %d lines", n)
			}
			wantLines(t, out.lines, "info", saysBack, 1)
		})
	}
}

// With Fluent Bit's default of one retry there is no later flush.
func TestFailover_WithoutWorkersTheSameFlushAsksTheSecond(t *testing.T) {
	const lines = 1000
	for _, a := range everywhere("5.1.1") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := newEndpointPair(t, false)
			r := a.start(t, d.setup(newHiddenServer(t).url(), 0))
			r.write(0, numbered(1, lines))
			d.awaitStored(t, lines)
			out := r.stop()
			d.wantLinesOnce(t, lines)
			wantLines(t, out.lines, "warn", saysDown, 1)
			wantQuiet(t, out.lines, saysMoved, saysWorkers)
			if n := retried(r); n != 0 {
				t.Errorf("%d chunks were given back", n)
			}
		})
	}
}

// Packets to the first endpoint are dropped. The timeouts are the defaults.
func TestFailover_EndpointThatDoesNotConnectLeavesTimeForTheNext(t *testing.T) {
	const lines = 100
	for _, a := range everywhere("5.1.1") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := newEndpointPair(t, false)
			r := a.start(t, d.setup(newDeafServer(t), 1, "request_timeout", "15s", "flush_deadline", "25s"))
			begin := time.Now()
			r.write(0, numbered(1, lines))
			d.awaitStored(t, lines)
			if took := time.Since(begin); took < 4*time.Second || took > 12*time.Second {
				t.Errorf("it took %v to go on, want some 5 seconds", took)
			}
			out := r.stop()
			d.wantLinesOnce(t, lines)
			wantLines(t, out.lines, "warn", saysMoved+" (127.0.0.1:", 1)
			wantQuiet(t, out.lines, saysMoved)
		})
	}
}

// newDeafServer listens and never accepts: its queue is full, so the kernel drops further
// connection attempts.
func newDeafServer(t *testing.T) (url string) {
	t.Helper()
	socket := func() int {
		fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { syscall.Close(fd) })
		return fd
	}
	fd, address := socket(), &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if err := syscall.Bind(fd, address); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	bound, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	address.Port = bound.(*syscall.SockaddrInet4).Port
	for range 4 {
		_ = syscall.Connect(socket(), address) // in progress, some of them for ever
	}
	return fmt.Sprintf("http://127.0.0.1:%d", address.Port)
}

// The certificate of the first endpoint is not trusted.
func TestFailover_MisconfiguredFirstEndpointIsLogged(t *testing.T) {
	const lines = 1000
	for _, a := range everywhere("5.1.1") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := newEndpointPair(t, true)
			r := a.start(t, d.setup(d.first.url, 2))
			for i := range 3 {
				r.write(0, numbered(i*lines+1, (i+1)*lines))
				d.awaitStored(t, (i+1)*lines)
			}
			out := r.stop()
			d.wantLinesOnce(t, 3*lines)
			wantLines(t, out.lines, "warn", saysAuthority, 1)
			wantLines(t, out.lines, "warn", "endpoint 1 ("+strings.TrimPrefix(d.first.url, "https://")+") is unhealthy, sending to endpoint 2", 1)
			wantQuiet(t, out.lines, saysAuthority)
			if n := d.second.Stats().RecordsStored; n != 3*lines {
				t.Errorf("the second stored %d lines", n)
			}
		})
	}
}
