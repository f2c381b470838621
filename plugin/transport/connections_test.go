package transport_test

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/transport"
	"out_dynatrace/test/pki"
)

// counting runs a server over TLS with HTTP/2 that counts connections and remembers the protocol of the last request.
func counting(t *testing.T, http2 bool) (server *httptest.Server, connections *atomic.Int32, protocol *atomic.Value, set func(*setup)) {
	t.Helper()
	connections, protocol = new(atomic.Int32), new(atomic.Value)
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		protocol.Store(r.Proto)
		answer(204, "")(w, r)
	}))
	pair := pki.SelfSigned(t, "127.0.0.1")
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair.TLS()}}
	server.EnableHTTP2 = http2
	server.Config.ErrorLog = quietLog
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server, connections, protocol, pins(pair.Leaf)
}

func TestTransport_SpeaksHTTP2WhereTheServerOffersIt(t *testing.T) {
	for http2, want := range map[bool]string{true: "HTTP/2.0", false: "HTTP/1.1"} {
		server, connections, protocol, set := counting(t, http2)
		client := quick(t, server.URL, through(transportTo(t, server.URL, set)))
		for range 5 {
			p := *payload
			p.Body = make([]byte, 3<<20) // more than any window
			expectVerdict(t, client.Send(t.Context(), &p, true), deliver.Accepted, deliver.ReasonAccepted, "")
		}
		if protocol.Load() != want || connections.Load() != 1 {
			t.Errorf("spoke %v over %d connections, want %s over one", protocol.Load(), connections.Load(), want)
		}
	}
}

// frameServer speaks HTTP/2 by hand. Of each connection, answer decides by its number, from 0, what follows the head of a request.
type frameServer struct {
	t           *testing.T
	connections atomic.Int32
	url         string
	pins        func(*setup)
}

// h2conn is one connection of a frameServer.
type h2conn struct {
	net.Conn
	deaf bool // gives no answer to pings
}

func (c *h2conn) frame(kind, flags byte, stream uint32, data ...byte) {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(data))<<8|uint32(kind))
	head = append(head, flags)
	head = binary.BigEndian.AppendUint32(head, stream)
	_, _ = c.Write(append(head, data...))
}

// Frames of RFC 9113, sections 6 and 7; 0x89 is ":status: 204" of RFC 7541, appendix A.
func (c *h2conn) accept(stream uint32) { c.frame(1, 5, stream, 0x89) }
func (c *h2conn) reset(stream uint32, code byte) {
	c.frame(3, 0, stream, 0, 0, 0, code)
}
func (c *h2conn) goAway(last uint32, code byte) {
	c.frame(7, 0, 0, append(binary.BigEndian.AppendUint32(nil, last), 0, 0, 0, code)...)
}

const http11Required, refusedStream, internalError = 0xd, 0x7, 0x2

func runFrames(t *testing.T, answer func(number int, c *h2conn, stream uint32)) *frameServer {
	t.Helper()
	pair := pki.SelfSigned(t, "127.0.0.1")
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair.TLS()}, NextProtos: []string{"h2", "http/1.1"}})
	if err != nil {
		t.Fatal(err)
	}
	s := &frameServer{t: t, url: "https://" + listener.Addr().String(), pins: pins(pair.Leaf)}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go s.speak(conn.(*tls.Conn), int(s.connections.Add(1))-1, answer)
		}
	}()
	return s
}

func (s *frameServer) speak(conn *tls.Conn, number int, answer func(int, *h2conn, uint32)) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if conn.Handshake() != nil {
		return
	}
	if conn.ConnectionState().NegotiatedProtocol != "h2" {
		_, _ = io.ReadAtLeast(conn, make([]byte, 1<<16), 1)
		_, _ = io.WriteString(conn, "HTTP/1.1 204 No Content\r\n\r\n")
		_, _ = io.Copy(io.Discard, conn)
		return
	}
	c := &h2conn{Conn: conn}
	if _, err := io.ReadFull(conn, make([]byte, 24)); err != nil {
		return
	}
	c.frame(4, 0, 0)
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		data := make([]byte, int(head[0])<<16|int(head[1])<<8|int(head[2]))
		if _, err := io.ReadFull(conn, data); err != nil {
			return
		}
		switch kind, flags := head[3], head[4]; {
		case kind == 1:
			answer(number, c, binary.BigEndian.Uint32(head[5:]))
		case kind == 4 && flags == 0:
			c.frame(4, 1, 0)
		case kind == 6 && flags == 0 && !c.deaf:
			c.frame(6, 1, 0, data...)
		}
	}
}

func TestTransport_HTTP2FailuresAreTransient(t *testing.T) {
	for _, c := range []struct {
		name  string
		first func(c *h2conn, stream uint32)
		says  string // of the first attempt; "" where net/http tries again by itself, since the server did nothing
		next  int32  // connections in the end
	}{
		{"a GOAWAY that counts the request", func(c *h2conn, stream uint32) { c.goAway(stream, internalError); c.Close() }, "ended the request or its HTTP/2 connection", 2},
		{"a GOAWAY that does not", func(c *h2conn, _ uint32) { c.goAway(0, 0) }, "", 2},
		{"a stream that breaks", func(c *h2conn, stream uint32) { c.reset(stream, internalError) }, "ended the request or its HTTP/2 connection", 1},
		{"a stream that is refused", func(c *h2conn, stream uint32) { c.reset(stream, refusedStream) }, "", 1},
		{"a connection that is closed", func(c *h2conn, _ uint32) { c.Close() }, "retrying", 2},
		{"a connection that is dead", func(c *h2conn, _ uint32) { c.deaf = true }, "ended the request or its HTTP/2 connection, or the connection is dead", 2},
		{"a server that never answers, though it is there", func(*h2conn, uint32) {}, "waiting for the response", 2},
		{"a server that wants HTTP/1.1", func(c *h2conn, stream uint32) { c.reset(stream, http11Required) }, "retrying", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			server := runFrames(t, func(_ int, conn *h2conn, stream uint32) {
				if asked.Add(1) == 1 {
					c.first(conn, stream)
					return
				}
				conn.accept(stream)
			})
			tr := transportTo(t, server.url, server.pins)
			tr.SetPings(300*time.Millisecond, 300*time.Millisecond)
			client := quick(t, server.url, through(tr), timeout(3*time.Second))
			if v := client.Send(t.Context(), payload, true); c.says != "" {
				if v.Kind != deliver.Transient || !strings.Contains(v.Message, c.says) {
					t.Errorf("%s, %s: %s; want transient: %s", v.Kind, v.Reason, v.Message, c.says)
				}
				v = client.Send(t.Context(), payload, true)
				expectVerdict(t, v, deliver.Accepted, deliver.ReasonAccepted, "")
			} else {
				expectVerdict(t, v, deliver.Accepted, deliver.ReasonAccepted, "")
			}
			if n := server.connections.Load(); n != c.next {
				t.Errorf("%d connections, want %d", n, c.next)
			}
		})
	}
}

// TestTransport_FailureOfOneEndpointKeepsConnectionsToAnother: each has a transport of its own.
func TestTransport_FailureOfOneEndpointKeepsConnectionsToAnother(t *testing.T) {
	silent, _ := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	server, connections := serve(t, answer(204, ""))
	first, second := quick(t, silent.URL, timeout(100*time.Millisecond)), quick(t, server.URL)
	for range 3 {
		expectVerdict(t, second.Send(t.Context(), payload, true), deliver.Accepted, deliver.ReasonAccepted, "")
		expectVerdict(t, first.Send(t.Context(), payload, true), deliver.Transient, deliver.ReasonTimeout, "no response in time")
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

func TestNewTransport_DialTimeoutOfSeveralEndpoints(t *testing.T) {
	one := endpoint.Endpoint{IngestURL: "http://127.0.0.1:1/api", Host: "127.0.0.1:1"}
	for n, want := range map[int]time.Duration{1: 10 * time.Second, 2: 5 * time.Second} {
		tr, err := transport.NewTransport(transport.Target{Endpoint: one, Several: n > 1}, transport.Options{})
		if err != nil || tr.Dialer().Timeout != want {
			t.Errorf("%d endpoints: %s, %v", n, tr.Dialer().Timeout, err)
		}
	}
}

func TestTransport_IPv6(t *testing.T) {
	listener, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6 on loopback: ", err)
	}
	pair := pki.SelfSigned(t, "::1")
	ca, _ := pair.Write(t, t.TempDir(), "ca")
	server := httptest.NewUnstartedServer(answer(204, ""))
	server.Listener.Close()
	server.Listener, server.TLS, server.EnableHTTP2 = listener, &tls.Config{Certificates: []tls.Certificate{pair.TLS()}}, true
	server.StartTLS()
	defer server.Close()
	base := "https://" + listener.Addr().String()
	parsed, _, err := endpoint.Parse(base + "/e/abc12345")
	if err != nil {
		t.Fatal(err)
	}
	for name, set := range map[string]func(*setup){"straight": func(*setup) {}, "through a proxy": by(t, runProxy(t, nil).URL, joe, hunter2)} {
		v := quick(t, parsed.IngestURL, through(transportTo(t, parsed.IngestURL, trusts(ca), set))).Send(t.Context(), payload, true)
		if v.Kind != deliver.Accepted {
			t.Errorf("%s: %s", name, v.Message)
		}
	}
}
