package metadata

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestTaskURL(t *testing.T) {
	for _, c := range []struct{ base, want, says string }{
		{"http://169.254.170.2/v4/0a1b", "http://169.254.170.2/v4/0a1b/task", ""},
		{"http://169.254.170.2/v4/0a1b/", "http://169.254.170.2/v4/0a1b/task", ""},
		{"http://[fd00:ec2::23]:8080/v4/0a1b", "http://[fd00:ec2::23]:8080/v4/0a1b/task", ""},
		{"http://localhost", "http://localhost/task", ""},
		{"https://169.254.170.2/v4/secret", "", "http://"},
		{"169.254.170.2/v4/secret", "", "http://"},
		{"file:///secret", "", "http://"},
		{"http:///v4/secret", "", "no host"},
		{"http://:80/secret", "", "no host"},
		{"http:secret", "", "no host"},
		{"http://secret@169.254.170.2/v4", "", "more than a host and a path"},
		{"http://169.254.170.2/v4?secret", "", "more than a host and a path"},
		{"http://169.254.170.2/v4#secret", "", "more than a host and a path"},
		{"http://169.254.170.2/\x00secret", "", "is no URL"},
		{"http://169.254.170.2:secret/", "", "is no URL"},
	} {
		got, err := taskURL(c.base)
		if got != c.want || (err == nil) != (c.says == "") {
			t.Errorf("%q gives %q, %v", c.base, got, err)
		}
		if err != nil && (!strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%q says %q, want %q in it and nothing of the value", c.base, err, c.says)
		}
	}
}

func TestFetcher_RequestsTask(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != "/v4/0a1b/task" {
			t.Errorf("asked %s %s", r.Method, r.URL.Path)
		}
		_, _ = w.Write(read(t, "fargate.json"))
	}))
	defer server.Close()
	url, err := taskURL(server.URL + "/v4/0a1b")
	if err != nil {
		t.Fatal(err)
	}
	got, err := newFetcher(url, nil).fetch(t.Context())
	if err != nil || !reflect.DeepEqual(got, fargate) {
		t.Errorf("gives %+v, %v", got, err)
	}
}

func TestFetcher_NoProxy(t *testing.T) {
	if newTransport().(*http.Transport).Proxy != nil {
		t.Error("a proxy may be used") // http.ProxyFromEnvironment leaves out loopback addresses, so a server could not tell
	}
}

func TestFetcher_NoRedirect(t *testing.T) {
	var reached atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(other.URL, status))
		_, err := newFetcher(server.URL, nil).fetch(t.Context())
		server.Close()
		if err == nil || !strings.Contains(err.Error(), fmt.Sprint("HTTP ", status)) {
			t.Errorf("says %v", err)
		}
	}
	if reached.Load() != 0 {
		t.Errorf("the other host was asked %d times", reached.Load())
	}
}

func TestFetcher_HostileEndpoints(t *testing.T) {
	const ok = "HTTP/1.1 200 OK\r\n"
	task := `{"TaskARN":"arn:aws:ecs:r:1:task/1","LogOptions":{"a":"secret"}}`
	for _, c := range []struct {
		name  string
		speak func(net.Conn)
		says  string
	}{
		{"an endless body", forever(ok+"\r\n", "secret "), "more than 1048576 bytes"},
		{"an endless body in chunks", forever(ok+"Transfer-Encoding: chunked\r\n\r\n", "6\r\nsecret\r\n"), "more than 1048576 bytes"},
		{"endless headers", forever(ok, "X-Secret: secret\r\n"), "no complete answer in HTTP"},
		{"endless 1xx", forever("", "HTTP/1.1 103 secret\r\nLink: </x>\r\n\r\n"), "no complete answer in HTTP"},
		{"silence", stalls(""), "no answer within 2s"},
		{"half a head", stalls("HTTP/1.1 200"), "no answer within 2s"},
		{"half a body", stalls(ok + "Content-Length: 100\r\n\r\n" + task), "no answer within 2s"},
		{"a body that breaks off", says(ok + "Content-Length: 100\r\n\r\n" + task), "no complete answer in HTTP"},
		{"another protocol", says("220 secret ESMTP\r\n"), "no complete answer in HTTP"},
		{"nothing", says(""), "no complete answer in HTTP"},
		{"garbage", says(ok + "\r\nsecret\x00\xff"), "not the JSON of a task"},
		{"garbage called gzip", says(ok + "Content-Encoding: gzip\r\n\r\n\x1f\x8bsecret"), "not the JSON of a task"},
		{"JSON of something else", says(ok + "\r\n{\"secret\":1}"), "no TaskARN"},
		{"trouble of its own", says("HTTP/1.1 500 secret\r\n\r\n" + task), "HTTP 500"},
		{"too many requests", says("HTTP/1.1 429 secret\r\n\r\n" + task), "HTTP 429"},
		{"no content", says("HTTP/1.1 204 secret\r\n\r\n"), "HTTP 204"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			got, err := newFetcher(serve(t, c.speak), nil).fetch(t.Context())
			if err == nil {
				t.Fatalf("gives %+v", got)
			}
			if !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "secret") {
				t.Errorf("says %q, want %q in it and nothing of the server's", err, c.says)
			}
			if took := time.Since(began); took > 3*fetchTimeout {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestFetcher_ConnectionRefused(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	_, err = newFetcher("http://"+listener.Addr().String()+"/v4/secret", nil).fetch(t.Context())
	if err == nil || !strings.Contains(err.Error(), "refused") || strings.Contains(err.Error(), "secret") {
		t.Errorf("says %v", err)
	}
}

func TestFetcher_EndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	url := serve(t, func(conn net.Conn) {
		cancel()
		_, _ = io.Copy(io.Discard, conn)
	})
	began := time.Now()
	if _, err := newFetcher(url, nil).fetch(ctx); err == nil {
		t.Error("gives a task")
	}
	if took := time.Since(began); took > fetchTimeout {
		t.Errorf("took %s", took)
	}
}

// serve is a server that speaks whatever speak writes, after it has read a request.
func serve(t *testing.T, speak func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
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
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					speak(conn)
				}
			}()
		}
	}()
	return "http://" + listener.Addr().String()
}

// says says text and hangs up.
func says(text string) func(net.Conn) {
	return func(conn net.Conn) { _, _ = io.WriteString(conn, text) }
}

// stalls says text and then nothing more, without hanging up.
func stalls(text string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = io.WriteString(conn, text)
		_, _ = io.Copy(io.Discard, conn)
	}
}

// forever repeats text until the client hangs up.
func forever(start, text string) func(net.Conn) {
	return func(conn net.Conn) {
		_, _ = io.WriteString(conn, start)
		chunk := strings.Repeat(text, 100)
		for {
			if _, err := io.WriteString(conn, chunk); err != nil {
				return
			}
		}
	}
}
