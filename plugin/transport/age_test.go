package transport_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/transport"
	"out_dynatrace/test/pki"
)

func TestTransport_ConnectionsDoNotGrowOld(t *testing.T) {
	for _, http2 := range []bool{true, false} {
		server, connections, _, set := counting(t, http2)
		var time clock
		tr := transportTo(t, server.URL, set)
		tr.SetNow(time.now)
		client := quick(t, server.URL, through(tr))
		send := func(after int64, want int32) {
			t.Helper()
			time.Add(after)
			expectVerdict(t, client.Send(t.Context(), payload, true), deliver.Accepted, deliver.ReasonAccepted, "")
			if n := connections.Load(); n != want {
				t.Errorf("%d connections, want %d", n, want)
			}
		}
		send(0, 1)
		send(int64(transport.MaxAge)*8/10, 1)
		send(int64(transport.MaxAge)*4/10, 2)
		send(0, 2)
		send(int64(transport.MaxAge)*8/10, 2)
		send(int64(transport.MaxAge)*10, 3)
	}
}

func TestTransport_ClosesAnOldConnectionWhenItsRequestIsDone(t *testing.T) {
	for _, http2 := range []bool{true, false} {
		for _, generations := range []int{1, 2, transport.KeptGenerations} {
			t.Run(fmt.Sprintf("HTTP/2 %t, %d later", http2, generations), func(t *testing.T) { oldConnection(t, http2, generations) })
		}
	}
}

func oldConnection(t *testing.T, http2 bool, generations int) {
	started, release, closed := make(chan struct{}), make(chan struct{}), make(chan struct{})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Slow") != "" {
			close(started)
			<-release
		}
		answer(204, "")(w, r)
	}))
	var first atomic.Value
	server.Config.ConnState = func(c net.Conn, state http.ConnState) {
		if state == http.StateNew && first.CompareAndSwap(nil, c) {
			return
		}
		if state == http.StateClosed && first.Load() == c {
			close(closed)
		}
	}
	pair := pki.SelfSigned(t, "127.0.0.1")
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair.TLS()}}
	server.EnableHTTP2 = http2
	server.StartTLS()
	defer server.Close()
	var flies clock
	tr := transportTo(t, server.URL, pins(pair.Leaf))
	tr.SetNow(flies.now)
	slow := quick(t, server.URL, through(tr), func(o *deliver.ClientOptions) { o.Header = http.Header{"X-Slow": {"1"}} })
	done := make(chan deliver.Verdict)
	go func() { done <- slow.Send(t.Context(), payload, true) }()
	<-started
	for range generations {
		flies.Add(int64(2 * transport.MaxAge))
		expectVerdict(t, quick(t, server.URL, through(tr)).Send(t.Context(), payload, true), deliver.Accepted, deliver.ReasonAccepted, "")
	}
	close(release)
	expectVerdict(t, <-done, deliver.Accepted, deliver.ReasonAccepted, "")
	// net/http can be at the end of the request still, so that it takes a second look, and a third.
	for deadline := time.After(transport.IdleTimeout / 4); ; {
		flies.Add(int64(transport.FileCheck))
		expectVerdict(t, quick(t, server.URL, through(tr)).Send(t.Context(), payload, true), deliver.Accepted, deliver.ReasonAccepted, "")
		select {
		case <-closed:
			return
		case <-deadline:
			t.Fatalf("the first connection is still open, %d generations later", generations)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// TestTransport_ReplacesConnectionsUnderLoadWithoutAFailure: time flies while eight flushes send.
func TestTransport_ReplacesConnectionsUnderLoadWithoutAFailure(t *testing.T) {
	for _, http2 := range []bool{true, false} {
		pair := pki.SelfSigned(t, "127.0.0.1")
		server := httptest.NewUnstartedServer(answer(204, ""))
		server.TLS = &tls.Config{Certificates: []tls.Certificate{pair.TLS()}}
		server.EnableHTTP2, server.Config.ErrorLog = http2, quietLog
		var connections atomic.Int32
		var open sync.WaitGroup
		server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				connections.Add(1)
				open.Add(1)
			case http.StateClosed:
				open.Done()
			}
		}
		server.StartTLS()
		t.Cleanup(server.Close)
		var flies clock
		tr := transportTo(t, server.URL, pins(pair.Leaf))
		tr.SetNow(flies.now)
		client := quick(t, server.URL, through(tr))
		const flushes, requests, generations = 8, 100, 20
		var wg sync.WaitGroup
		var sent atomic.Int32
		for range flushes {
			wg.Go(func() {
				for range requests {
					if v := client.Send(t.Context(), payload, true); v.Kind != deliver.Accepted {
						t.Errorf("HTTP/2 %t: %s, %s", http2, v.Kind, v.Message)
					}
					if sent.Add(1)%(flushes*requests/generations) == 0 {
						flies.Add(int64(2 * transport.MaxAge))
					}
				}
			})
		}
		wg.Wait()
		if n := connections.Load(); n < generations/2 {
			t.Errorf("HTTP/2 %t: %d connections in all, want one for each time they were too old", http2, n)
		}
		client.Close()
		closed := make(chan struct{})
		go func() {
			open.Wait()
			close(closed)
		}()
		select {
		case <-closed:
		case <-time.After(transport.IdleTimeout / 4):
			t.Errorf("HTTP/2 %t: connections are left open after the end", http2)
		}
	}
}
