package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"out_dynatrace/test/host"
)

// endpoint makes the agent send to another URL than the destination's.
func (t *trial) endpoint(url string) {
	t.section = append(host.Props("endpoint", url), t.section...)
}

// front puts a server in front of the destination. If answers returns true it has answered the
// request, which the destination does not see then.
func (t *trial) front(answers func(n int, w http.ResponseWriter, r *http.Request) bool) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answers(int(t.turns.Add(1)), w, r) {
			t.d.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	t.endpoint(server.URL)
}

// raw writes an answer byte for byte and closes the connection.
func raw(t *trial, w http.ResponseWriter, r *http.Request, text string) {
	_, _ = io.Copy(io.Discard, r.Body)
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		t.Error(err)
		return
	}
	_, _ = io.WriteString(conn, text) // a client that has left is no concern of ours
	_ = conn.Close()
}

// hiddenServer is an address where nothing listens until show is called.
type hiddenServer struct{ address string }

// newHiddenServer reserves a port that nobody uses.
func newHiddenServer(t *testing.T) *hiddenServer {
	t.Helper()
	return &hiddenServer{fmt.Sprintf("127.0.0.1:%d", freePorts(t, 1)[0])}
}

func (h *hiddenServer) url() string { return "http://" + h.address }

// show serves the handler at the address until the returned server is closed.
func (h *hiddenServer) show(t *testing.T, handler http.Handler) *httptest.Server {
	t.Helper()
	l, err := net.Listen("tcp", h.address)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.Listener.Close()
	server.Listener = l
	server.Start()
	t.Cleanup(server.Close)
	return server
}
