package transport

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/binary"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"os"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/pki"
)

// alertCodes are the alerts of RFC 8446, section 6, by the texts of the table.
var alertCodes = map[string]byte{
	"handshake failure": 40, "bad certificate": 42, "unsupported certificate": 43, "revoked certificate": 44,
	"expired certificate": 45, "unknown certificate": 46, "unknown certificate authority": 48, "access denied": 49,
	"internal error": 80, "unrecognized name": 112, "certificate required": 116,
}

// provocations provoke an error with each other text of the table, with the real library and a
// server on this machine.
var provocations = map[string]func(*testing.T) error{
	`malformed HTTP response "\x15\x03`: answered("\x15\x03\x01\x00\x02\x02\x16"),
	"malformed HTTP":                    answered("220 mail.example ESMTP\r\n"),
	"malformed MIME header":             answered("HTTP/1.1 200 OK\r\nnothing\r\n\r\n"),
	"transport connection broken":       answered("220 mail.example ESMTP\r\n"),

	"readLoopPeekFailLocked: %!w(<nil>)": func(t *testing.T) error {
		log.SetOutput(io.Discard) // net/http logs it there, too
		defer log.SetOutput(os.Stderr)
		closed := make(chan struct{})
		transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			return &noticed{Conn: conn, closed: closed}, err
		}}
		trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { <-closed }}
		address := listen(t, func(conn net.Conn) {
			_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.2\r\n")
			_, _ = io.Copy(io.Discard, conn)
		})
		return post(httptrace.WithClientTrace(t.Context(), trace), transport, "http://"+address)
	},
	// net/http returns a connection to the idle ones before it hands the answer over. The trace keeps
	// it between the two.
	"CloseIdleConnections called": func(t *testing.T) error {
		transport := new(http.Transport)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.WriteHeader(http.StatusNoContent)
		}))
		defer server.Close()
		failed := make(chan struct{})
		defer close(failed)
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{PutIdleConn: func(error) {
			transport.CloseIdleConnections()
			select {
			case <-failed:
			case <-time.After(10 * time.Second):
			}
		}})
		return post(ctx, transport, server.URL)
	},

	"http2: client conn": frames(nil, 50*time.Millisecond),
	"http2: ": frames(func(conn net.Conn, stream uint32) {
		frame(conn, 7, 0, append(binary.BigEndian.AppendUint32(nil, stream), 0, 0, 0, 2)...) // GOAWAY
		conn.Close()
	}, 0),
	"stream error: ": frames(func(conn net.Conn, stream uint32) {
		frame(conn, 3, stream, 0, 0, 0, 2) // RST_STREAM, INTERNAL_ERROR
	}, 0),
	"connection error: ": frames(func(conn net.Conn, stream uint32) {
		frame(conn, 6, stream, make([]byte, 8)...) // PING on a stream, which no connection may have
	}, 0),
	"HTTP_1_1_REQUIRED": frames(func(conn net.Conn, stream uint32) {
		frame(conn, 3, stream, 0, 0, 0, 0xd) // RST_STREAM
	}, 0),

	"tls: server selected unsupported protocol version": func(t *testing.T) error {
		address := listen(t, func(conn net.Conn) {
			// A ServerHello of SSL 3.0 in a record of TLS 1.0: version, random, no session, a suite, no compression.
			hello := append([]byte{3, 0}, make([]byte, 32)...)
			hello = append(hello, 0, 0xc0, 0x2f, 0)
			message := append([]byte{2, 0, 0, byte(len(hello))}, hello...)
			_, _ = conn.Write(append([]byte{22, 3, 1, 0, byte(len(message))}, message...))
			_, _ = io.Copy(io.Discard, conn)
		})
		return handshake(t, address)
	},
	"tls: failed to parse certificate": func(t *testing.T) error {
		pair := pki.SelfSigned(t, "127.0.0.1").TLS()
		pair.Certificate = [][]byte{[]byte("no certificate")}
		listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}})
		if err != nil {
			t.Fatal(err)
		}
		serveEach(t, listener, func(conn net.Conn) { _ = conn.(*tls.Conn).Handshake() })
		return handshake(t, listener.Addr().String())
	},
}

func TestErrorTexts_EachStandsInARealError(t *testing.T) {
	for _, row := range errorTexts {
		t.Run(row.text, func(t *testing.T) {
			provoke := provocations[row.text]
			if code, ok := alertCodes[row.text]; ok && row.alert {
				provoke = func(t *testing.T) error {
					return handshake(t, listen(t, func(conn net.Conn) {
						_, _ = conn.Read(make([]byte, 1<<12))
						_, _ = conn.Write([]byte{21, 3, 3, 0, 2, 2, code})
						_, _ = io.Copy(io.Discard, conn)
					}))
				}
			}
			if provoke == nil {
				t.Fatal("nothing provokes it")
			}
			err := provoke(t)
			if err == nil || !says(err, row.means) || !strings.Contains(err.Error(), row.text) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// noticed is a connection that tells when it is closed.
type noticed struct {
	net.Conn
	closed chan struct{}
}

func (c *noticed) Close() error {
	select {
	case <-c.closed:
	default:
		close(c.closed)
	}
	return c.Conn.Close()
}

// listen runs a server and returns its address.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveEach(t, listener, serve)
	return listener.Addr().String()
}

// serveEach serves each connection by a goroutine of its own.
func serveEach(t *testing.T, listener net.Listener, serve func(net.Conn)) {
	t.Helper()
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
				serve(conn)
			}()
		}
	}()
}

// answered returns a provocation by a server that answers a request with text.
func answered(text string) func(*testing.T) error {
	return func(t *testing.T) error {
		return post(t.Context(), new(http.Transport), "http://"+listen(t, func(conn net.Conn) {
			request, err := http.ReadRequest(bufio.NewReader(conn))
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, request.Body)
			_, _ = io.WriteString(conn, text)
		}))
	}
}

func post(ctx context.Context, transport http.RoundTripper, target string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader("[]"))
	if err != nil {
		return err
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, response.Body)
	return response.Body.Close()
}

func handshake(t *testing.T, address string) error {
	t.Helper()
	conn, err := tls.Dial("tcp", address, &tls.Config{InsecureSkipVerify: true})
	if err == nil {
		conn.Close()
	}
	return err
}

// frame writes a frame of HTTP/2 (RFC 9113, section 4.1).
func frame(conn net.Conn, kind byte, stream uint32, data ...byte) {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(data))<<8|uint32(kind))
	head = binary.BigEndian.AppendUint32(append(head, 0), stream)
	_, _ = conn.Write(append(head, data...))
}

// frames returns a provocation by a server of HTTP/2, which does something about the head of a
// request; nil is nothing. It does not answer the pings that the client sends after ping, 0 is never.
func frames(do func(conn net.Conn, stream uint32), ping time.Duration) func(*testing.T) error {
	return func(t *testing.T) error {
		pair := pki.SelfSigned(t, "127.0.0.1").TLS()
		listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2"}})
		if err != nil {
			t.Fatal(err)
		}
		serveEach(t, listener, func(conn net.Conn) {
			if _, err := io.ReadFull(conn, make([]byte, 24)); err != nil { // the preface
				return
			}
			frame(conn, 4, 0) // SETTINGS
			for head := make([]byte, 9); ; {
				if _, err := io.ReadFull(conn, head); err != nil {
					return
				}
				length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
				if _, err := io.CopyN(io.Discard, conn, length); err != nil {
					return
				}
				if head[3] == 1 && do != nil {
					do(conn, binary.BigEndian.Uint32(head[5:]))
				}
			}
		})
		var protocols http.Protocols
		protocols.SetHTTP2(true)
		return post(t.Context(), &http.Transport{
			Protocols:       &protocols,
			HTTP2:           &http.HTTP2Config{SendPingTimeout: ping, PingTimeout: ping},
			TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		}, "https://"+listener.Addr().String())
	}
}
