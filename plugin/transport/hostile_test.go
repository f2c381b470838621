package transport_test

import (
	"bufio"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"out_dynatrace/plugin/deliver"
)

// rawServer is a server that speaks whatever speak writes, after it has read a request.
func rawServer(t *testing.T, speak func(*net.TCPConn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveEach(t, listener, func(conn net.Conn) {
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		request, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		// A client that is still at its request when the connection ends tells of that, and not of what was said.
		time.Sleep(20 * time.Millisecond)
		speak(conn.(*net.TCPConn))
	})
	return "http://" + listener.Addr().String()
}

// serveEach serves each connection by a goroutine of its own, and closes it then.
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
				serve(conn)
			}()
		}
	}()
}

// says is a raw server that says the same to everybody and hangs up.
func says(text string) func(*net.TCPConn) {
	return func(conn *net.TCPConn) {
		_, _ = io.WriteString(conn, text)
		_ = conn.CloseWrite()
		_, _ = io.Copy(io.Discard, conn)
	}
}

// forever repeats text until the client hangs up.
func forever(start, text string) func(*net.TCPConn) {
	return func(conn *net.TCPConn) {
		_, _ = io.WriteString(conn, start)
		chunk := strings.Repeat(text, 100)
		for {
			if _, err := io.WriteString(conn, chunk); err != nil {
				return
			}
		}
	}
}

// stalls says something and then nothing more, without hanging up.
func stalls(text string) func(*net.TCPConn) {
	return func(conn *net.TCPConn) {
		_, _ = io.WriteString(conn, text)
		_, _ = io.Copy(io.Discard, conn)
	}
}

func reset(after string) func(*net.TCPConn) {
	return func(conn *net.TCPConn) {
		_, _ = io.WriteString(conn, after)
		time.Sleep(10 * time.Millisecond) // lets the text arrive, which a reset would overtake
		_ = conn.SetLinger(0)
	}
}

func TestTransport_HostileServers(t *testing.T) {
	for _, c := range []struct {
		name   string
		speak  func(*net.TCPConn)
		kind   deliver.Kind
		reason deliver.Reason
		says   string
	}{
		{"an endless body is cut off", forever("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n\r\n", "bad "), deliver.Rejected, deliver.ReasonRejected, "bad bad"},
		{"an endless body in chunks is cut off", forever("HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n", "4\r\nbusy\r\n"), deliver.Transient, deliver.ReasonServerError, "busy"},
		{"an endless success is cut off", forever("HTTP/1.1 200 OK\r\n\r\n", "thanks "), deliver.Accepted, deliver.ReasonOddSuccess, "thanks"},
		{"a body that never ends after a success is accepted", stalls("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), deliver.Accepted, deliver.ReasonOddSuccess, "broke off"},
		{"a body that never ends after a failure is judged by its status", stalls("HTTP/1.1 429 Slow\r\nContent-Length: 100\r\nRetry-After: 5\r\n\r\n{"), deliver.Transient, deliver.ReasonThrottled, "429"},
		{"headers that never end are a timeout", stalls("HTTP/1.1 204 No Content\r\nX-A: "), deliver.Transient, deliver.ReasonTimeout, "waiting for the response"},
		{"silence is a timeout", stalls(""), deliver.Transient, deliver.ReasonTimeout, "waiting for the response"},
		{"a Content-Length too large is judged by its status", says("HTTP/1.1 400 Bad Request\r\nContent-Length: 1000000\r\n\r\nno good"), deliver.Rejected, deliver.ReasonRejected, "no good"},
		{"a Content-Length too small cuts the text", says("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno good"), deliver.Rejected, deliver.ReasonRejected, "says: no)"},
		{"two Content-Lengths are no answer", says("HTTP/1.1 204 No Content\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"), deliver.Transient, deliver.ReasonNetwork, ""},
		{"a Content-Length that is no number is no answer", says("HTTP/1.1 400 Bad Request\r\nContent-Length: -5\r\n\r\n"), deliver.Transient, deliver.ReasonNetwork, ""},
		{"garbage called gzip is not unpacked", says("HTTP/1.1 400 Bad Request\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\xff\xff"), deliver.Rejected, deliver.ReasonRejected, "4 compressed bytes"},
		{"a flood of 1xx is cut off", forever("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"), deliver.Transient, deliver.ReasonNetwork, ""},
		{"a few 1xx do not matter", says("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"), deliver.Accepted, deliver.ReasonAccepted, ""},
		{"a flood of headers is cut off", forever("HTTP/1.1 204 No Content\r\n", "X-Flood: xxxxxxxxxxxxxxxxxxxxxxxx\r\n"), deliver.Transient, deliver.ReasonNetwork, ""},
		{"a switch of protocols is no answer", says("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"), deliver.Transient, deliver.ReasonServerError, "101"},
		{"no HTTP at all is no answer", says("220 mail.example ESMTP\r\n"), deliver.Transient, deliver.ReasonNetwork, "malformed HTTP"},
		{"a TLS alert names the scheme", says("\x15\x03\x01\x00\x02\x02\x16"), deliver.Misconfigured, deliver.ReasonScheme, "https://"},
		{"a hang-up without an answer is transient", says(""), deliver.Transient, deliver.ReasonNetwork, "without an answer"},
		{"a hang-up within the head is transient", says("HTTP/1.1 204 No"), deliver.Transient, deliver.ReasonNetwork, "without an answer"},
		{"a reset before the answer is transient", reset(""), deliver.Transient, deliver.ReasonNetwork, "connection was cut"},
		{"a reset within the answer is judged by its status", reset("HTTP/1.1 503 Busy\r\nContent-Length: 100\r\n\r\nbusy"), deliver.Transient, deliver.ReasonServerError, "busy"},
		{"a reset within a success is accepted", reset("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), deliver.Accepted, deliver.ReasonOddSuccess, "broke off"},
		{"a status phrase with control characters is not shown", says("HTTP/1.1 400 \x1b[31mred\r\nContent-Length: 0\r\n\r\n"), deliver.Rejected, deliver.ReasonRejected, "HTTP 400 Bad Request"},
		{"a wall of markup is reduced to its title", says("HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<html>\n<title>Error 400\nBad Request</title>" + strings.Repeat("<p>x</p>", 5000)), deliver.Rejected, deliver.ReasonRejected, "web page: Error 400 Bad Request)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client := quick(t, rawServer(t, c.speak), timeout(2*time.Second))
			began := time.Now()
			v := client.Send(t.Context(), payload, true)
			expectVerdict(t, v, c.kind, c.reason, c.says)
			if took := time.Since(began); took > 8*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

// greets is the URL of somebody who speaks first and does not hang up, as SSH does.
func greets(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	serveEach(t, listener, func(conn net.Conn) { stalls("SSH-2.0-OpenSSH_9.2\r\n")(conn.(*net.TCPConn)) })
	return "http://" + listener.Addr().String()
}

// closes tells when a connection is given up.
type closes struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

func (c *closes) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// TestTransport_ServerThatSpeaksFirst lets the greeting come before there is a request.
func TestTransport_ServerThatSpeaksFirst(t *testing.T) {
	log.SetOutput(io.Discard) // net/http tells of it there, too
	defer log.SetOutput(os.Stderr)
	for _, c := range []struct {
		name     string
		answered bool
		says     string
	}{
		{"at first", false, "what answers there speaks no HTTP: check scheme, host and port of `endpoint`"},
		{"though it answered before", true, "the server sent unsolicited data"},
	} {
		t.Run(c.name, func(t *testing.T) {
			target, closed := greets(t), make(chan struct{})
			tr := transportTo(t, target)
			tr.Newest(c.answered).DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := tr.Dialer().DialContext(ctx, network, address)
				return &closes{Conn: conn, closed: closed}, err
			}
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { <-closed }})
			v := quick(t, target, through(tr)).Send(ctx, payload, true)
			expectVerdict(t, v, deliver.Transient, deliver.ReasonNetwork, c.says)
			if strings.Contains(v.Message, "readLoop") || strings.Contains(v.Message, "%!") {
				t.Errorf("the words of net/http: %s", v.Message)
			}
		})
	}
}

func TestTransport_NothingListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	v := quick(t, "http://"+listener.Addr().String()+"/?api-token="+secret).Send(t.Context(), payload, true)
	expectVerdict(t, v, deliver.Transient, deliver.ReasonNetwork, "nothing listens")
	if strings.Contains(v.Message, "api-token") {
		t.Errorf("the query is in %q", v.Message)
	}
}

func TestTransport_ServerThatDoesNotReadIsATimeout(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	big := *payload
	big.Body = make([]byte, 32<<20)
	v := quick(t, "http://"+listener.Addr().String(), timeout(1500*time.Millisecond)).Send(t.Context(), &big, true)
	expectVerdict(t, v, deliver.Transient, deliver.ReasonTimeout, "while sending")
}

func TestTransport_RedirectsAreNotFollowed(t *testing.T) {
	var reached atomic.Int32
	other, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		w.WriteHeader(http.StatusNoContent)
	})
	for _, code := range []int{301, 302, 303, 307, 308} {
		server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/login?next="+secret, code)
		})
		v := quick(t, server.URL).Send(t.Context(), payload, true)
		expectVerdict(t, v, deliver.Misconfigured, deliver.ReasonRedirect, other.URL+"/login as")
		if strings.Contains(v.Message, secret) {
			t.Errorf("the token is in %q", v.Message)
		}
	}
	server, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://[::1")
		w.WriteHeader(http.StatusTemporaryRedirect)
	})
	expectVerdict(t, quick(t, server.URL).Send(t.Context(), payload, true), deliver.Misconfigured, deliver.ReasonRedirect, "check `endpoint`")
	if reached.Load() != 0 {
		t.Errorf("the other host got %d requests", reached.Load())
	}
}

func TestTransport_EchoedRequestRevealsNoToken(t *testing.T) {
	server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_ = r.Header.Write(w)
	})
	for _, value := range []string{"Api-Token " + secret, "Bearer opaque-old-token-0123456789"} {
		v := quick(t, server.URL, func(o *deliver.ClientOptions) {
			o.Auth = &token{value: value}
			o.Header = http.Header{"A": {value}}
		}).Send(t.Context(), payload, true)
		if strings.Contains(v.Message, strings.Fields(value)[1]) {
			t.Errorf("the token is in %q", v.Message)
		}
	}
}

func TestTransport_FlushGetsThroughAServerThatRecovers(t *testing.T) {
	var asked atomic.Int32
	speak := []func(*net.TCPConn){says(""), reset(""), says("HTTP/1.1 503 Busy\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"), says("HTTP/1.1 204 No Content\r\n\r\n")}
	address := rawServer(t, func(conn *net.TCPConn) {
		speak[min(int(asked.Add(1))-1, len(speak)-1)](conn)
	})
	v := deliver.NewRetrier(quick(t, address), deliver.RetryOptions{Pauses: constant(time.Millisecond)}).Send(t.Context(), payload, true)
	expectVerdict(t, v, deliver.Accepted, deliver.ReasonAccepted, "")
	if v.Attempts != 4 {
		t.Errorf("%d attempts, want 4", v.Attempts)
	}
}
