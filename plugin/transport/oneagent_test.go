package transport_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/endpoint"
)

// eecAnswer is how a OneAgent accepts (page "OneAgent log ingest API"): with a length, although a 204 has no body.
const eecAnswer = "HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\nServer: EEC\r\nContent-Length: 116\r\n\r\n"

// eec is a server that answers so, with the bytes that it announces or without, and counts requests.
func eec(t *testing.T, body string) (url string, requests *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	requests = new(atomic.Int32)
	serveEach(t, listener, func(conn net.Conn) {
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		in := bufio.NewReader(conn)
		for {
			request, err := http.ReadRequest(in)
			if err != nil {
				return
			}
			_, _ = io.Copy(io.Discard, request.Body)
			requests.Add(1)
			_, _ = io.WriteString(conn, eecAnswer)
			_, _ = io.WriteString(conn, body)
			if request.Close {
				return
			}
		}
	})
	return "http://" + listener.Addr().String() + "/v2/logs/ingest", requests
}

// TestTransport_204WithABodySpoilsNoLaterRequest: what stands behind the head of a 204 would be read as the answer to the next request on the
// connection, which would be sent twice.
func TestTransport_204WithABodySpoilsNoLaterRequest(t *testing.T) {
	for name, body := range map[string]string{"a length alone": "", "a body": strings.Repeat("x", 116)} {
		t.Run(name, func(t *testing.T) {
			target, requests := eec(t, body)
			client := quick(t, target, func(o *deliver.ClientOptions) {
				o.Auth = nil
				o.Transport = transportTo(t, target, func(c *setup) { c.Target.Endpoint.Kind = endpoint.OneAgent })
			})
			const n = 50
			for i := range n {
				if v := client.Send(t.Context(), payload, false); v.Kind != deliver.Accepted || v.Reason != deliver.ReasonAccepted {
					t.Fatalf("request %d: %s: %s", i+1, v.Key(), v.Message)
				}
			}
			if got := fmt.Sprint(requests.Load()); got != fmt.Sprint(n) {
				t.Errorf("%s requests, want %d", got, n)
			}
		})
	}
}
