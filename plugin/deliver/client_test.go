package deliver

import (
	"bytes"
	"context"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/transport"
)

// testToken is an Authorizer that remembers whether it was rejected.
type testToken struct {
	value    string
	err      error
	rejected atomic.Int32
}

func (t *testToken) Authorization() (string, error) { return t.value, t.err }
func (t *testToken) TokenRejected()                 { t.rejected.Add(1) }

// quick is a client with a transport like the real one, for a server on this machine.
func quick(t *testing.T, target string, change ...func(*ClientOptions)) *Client {
	t.Helper()
	o := ClientOptions{URL: target, Auth: &testToken{value: "Api-Token " + testSecret}, Version: "1.2.3", Transport: transportTo(t, target), Shared: Shared{Timeout: 5 * time.Second}}
	for _, f := range change {
		f(&o)
	}
	return newClient(t, o)
}

// transportTo returns a transport to a URL with default options.
func transportTo(t *testing.T, target string) *transport.Transport {
	t.Helper()
	to := endpoint.Endpoint{IngestURL: target}
	if u, err := url.Parse(target); err == nil {
		to.Host = u.Host
	}
	tr, err := transport.NewTransport(transport.Target{Endpoint: to}, transport.Options{TLS: transport.TLSOptions{Verify: true}})
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

var quietLog = log.New(io.Discard, "", 0)

// serve runs a server that answers by handler, and returns it with the number of connections it has seen.
func serve(t *testing.T, handler http.HandlerFunc) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	connections := new(atomic.Int32)
	server := httptest.NewUnstartedServer(handler)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Config.ErrorLog = quietLog
	server.Start()
	t.Cleanup(server.Close)
	return server, connections
}

func answer(code int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(code)
		_, _ = io.WriteString(w, body)
	}
}

func expectVerdict(t *testing.T, v Verdict, kind Kind, reason Reason, says string) {
	t.Helper()
	if v.Kind != kind || v.Reason != reason || !strings.Contains(v.Message, says) {
		t.Errorf("%s, %s: %q; want %s, %s: %q", v.Kind, v.Reason, v.Message, kind, reason, says)
	}
	checkMessage(t, v)
}

func TestClient_RequestIsWhatTheAPIWants(t *testing.T) {
	var got *http.Request
	var body []byte
	server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
	})
	client := quick(t, server.URL+"/e/abc/api/v2/logs/ingest?structure=raw", func(o *ClientOptions) {
		o.Header = http.Header{"X-Dynatrace-Attr": {"region=eu"}}
		o.FluentBit = "5.1.1"
	})
	p := *payload
	p.ContentEncoding = "gzip"
	expectVerdict(t, client.Send(t.Context(), &p, true), Accepted, ReasonAccepted, "")
	if got.Method != http.MethodPost || got.URL.String() != "/e/abc/api/v2/logs/ingest?structure=raw" || got.ProtoMajor != 1 || got.ContentLength != int64(len(p.Body)) {
		t.Errorf("%s %s %s of %d bytes", got.Method, got.URL, got.Proto, got.ContentLength)
	}
	for name, want := range map[string]string{
		"Content-Type":     "application/json; charset=utf-8",
		"Content-Encoding": "gzip",
		"Accept":           "application/json; charset=utf-8, application/json",
		"User-Agent":       "fluent-bit-output-dynatrace/1.2.3 fluent-bit/5.1.1",
		"Authorization":    "Api-Token " + testSecret,
		"X-Dynatrace-Attr": "region=eu",
		"Accept-Encoding":  "",
		"Expect":           "",
	} {
		if value := got.Header.Get(name); value != want {
			t.Errorf("%s: %q, want %q", name, value, want)
		}
	}
	if !bytes.Equal(body, p.Body) {
		t.Errorf("sent %q", body)
	}
}

func TestClient_SendsNoAuthorizationWithoutAToken(t *testing.T) {
	var found atomic.Bool
	server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, has := r.Header["Authorization"]
		found.Store(has)
		w.WriteHeader(http.StatusNoContent)
	})
	for _, auth := range []Authorizer{nil, StaticToken{}} {
		client := quick(t, server.URL, func(o *ClientOptions) { o.Auth = auth })
		expectVerdict(t, client.Send(t.Context(), payload, true), Accepted, ReasonAccepted, "")
		if found.Load() {
			t.Error("sent an Authorization")
		}
	}
}

func TestClient_SendsNothingWithoutAReadableToken(t *testing.T) {
	server, connections := serve(t, answer(204, ""))
	client := quick(t, server.URL, func(o *ClientOptions) { o.Auth = &testToken{err: os.ErrPermission} })
	expectVerdict(t, client.Send(t.Context(), payload, true), Misconfigured, ReasonToken, "permission denied")
	if connections.Load() != 0 {
		t.Error("connected all the same")
	}
}

func TestClient_ReportsARejectedTokenToItsSource(t *testing.T) {
	for code, want := range map[int]int32{204: 0, 400: 0, 401: 1, 403: 1, 404: 0, 503: 0} {
		server, _ := serve(t, answer(code, ""))
		auth := &testToken{value: "Api-Token " + testSecret}
		quick(t, server.URL, func(o *ClientOptions) { o.Auth = auth }).Send(t.Context(), payload, true)
		if auth.rejected.Load() != want {
			t.Errorf("%d: reported %d times", code, auth.rejected.Load())
		}
	}
}

func TestNewClient_ChecksItsOptions(t *testing.T) {
	for _, target := range []string{"", "abc12345", "ftp://x", "https://", "://", "https://x/%zz?api-token=" + testSecret} {
		_, err := NewClient(ClientOptions{URL: target, Transport: http.DefaultTransport})
		if err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: %v", target, err)
		}
	}
	if _, err := NewClient(ClientOptions{URL: "https://x"}); err == nil {
		t.Error("no transport is taken")
	}
}

func TestClient_ReusesConnectionsAfterEveryAnswer(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"204": answer(204, ""),
		"204 with a Content-Length": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "0")
			answer(204, "")(w, r)
		},
		"200 with a body":      answer(200, `{"details":{"code":200,"message":"x"}}`),
		"400 with a long page": answer(400, "<html>"+strings.Repeat("x", maxAnswer+maxDrain/2)),
		"503":                  answer(503, ""),
	} {
		t.Run(name, func(t *testing.T) {
			server, connections := serve(t, handler)
			client := quick(t, server.URL)
			for range 5 {
				client.Send(t.Context(), payload, true)
			}
			if n := connections.Load(); n != 1 {
				t.Errorf("%d connections for 5 requests", n)
			}
		})
	}
}

func TestClient_IdleConnectionClosedByTheServerDoesNoHarm(t *testing.T) {
	var taken atomic.Int32
	server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		taken.Add(1)
		answer(204, "")(w, r)
	})
	retrier := NewRetrier(quick(t, server.URL), RetryOptions{Pauses: constant(time.Millisecond)})
	for range 20 {
		expectVerdict(t, retrier.Send(t.Context(), payload, true), Accepted, ReasonAccepted, "")
		server.CloseClientConnections()
	}
	if taken.Load() != 20 {
		t.Errorf("the server took %d payloads, want 20", taken.Load())
	}
}

// TestClient_RepeatsARequestOnAStaleConnection: the server has closed it for being idle, just when a request came. A new one that is
// cut is a failure.
func TestClient_RepeatsARequestOnAStaleConnection(t *testing.T) {
	var requests atomic.Int32
	var always atomic.Bool
	server, connections := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if requests.Add(1)%2 == 0 || always.Load() {
			panic(http.ErrAbortHandler)
		}
		answer(204, "")(w, r)
	})
	client := quick(t, server.URL)
	for range 5 {
		expectVerdict(t, client.Send(t.Context(), payload, true), Accepted, ReasonAccepted, "")
	}
	if n := connections.Load(); n != 5 {
		t.Errorf("%d connections, want one for each that was cut and the first", n)
	}
	always.Store(true)
	before := requests.Load()
	expectVerdict(t, client.Send(t.Context(), payload, true), Transient, ReasonNetwork, "")
	expectVerdict(t, client.Send(t.Context(), payload, true), Transient, ReasonNetwork, "")
	if n := requests.Load() - before; n != 3 {
		t.Errorf("%d requests for two payloads, want two for the first", n)
	}
}

func TestClient_CountsRequestsAndRecords(t *testing.T) {
	var code atomic.Int32
	var body atomic.Value
	server, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		answer(int(code.Load()), body.Load().(string))(w, r)
	})
	var counters telemetry.Counters
	client := quick(t, server.URL, func(o *ClientOptions) { o.Counters = &counters })
	for _, c := range []struct {
		code int
		body string
	}{
		{204, ""}, {200, `{"details":{"message":"1 event was not ingested because of X"}}`}, {200, `{"details":{"message":"999 events were not ingested"}}`},
		{503, ""}, {429, ""}, {401, ""}, {413, ""}, {400, ""},
	} {
		code.Store(int32(c.code))
		body.Store(c.body)
		client.Send(t.Context(), payload, true)
	}
	for counter, want := range map[telemetry.Counter]uint64{
		telemetry.RequestsAccepted: 3, telemetry.RequestsTransient: 2, telemetry.RequestsMisconfigured: 1, telemetry.RequestsTooLarge: 1, telemetry.RequestsRejected: 1,
		telemetry.Payloads: 3, telemetry.PayloadBytesRaw: 99, telemetry.PayloadBytesWire: 99,
		telemetry.RecordsAccepted: 3, telemetry.DroppedPartialSuccess: 3, telemetry.DroppedRejected: 0,
	} {
		if got := counters.Get(counter); got != want {
			t.Errorf("counter %d is %d, want %d", counter, got, want)
		}
	}
}

func TestClient_IsSafeForConcurrentUse(t *testing.T) {
	server, connections := serve(t, answer(204, ""))
	client := quick(t, server.URL)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 25 {
				if v := client.Send(t.Context(), payload, true); v.Kind != Accepted {
					t.Error(v.Message)
				}
			}
		})
	}
	group.Wait()
	if n := connections.Load(); n > 16 {
		t.Errorf("%d connections for 8 workers", n)
	}
}

func TestClient_ReleasesThePayloadWhenSendReturns(t *testing.T) {
	var reading sync.WaitGroup
	early := transportFunc(func(r *http.Request) (*http.Response, error) {
		started := make(chan struct{})
		reading.Go(func() { // as the transport's own goroutine does after an early answer, only slower
			var err error
			one := make([]byte, 1)
			_, _ = r.Body.Read(one)
			close(started)
			for err == nil {
				_, err = r.Body.Read(one)
			}
			again, _ := r.GetBody()
			if n, _ := again.Read(one); err != errReleased || n != 0 {
				t.Errorf("the body could be read to its end (%v), or again (%d)", err, n)
			}
		})
		<-started
		return &http.Response{StatusCode: http.StatusRequestEntityTooLarge, Body: http.NoBody}, nil
	})
	client := newClient(t, ClientOptions{URL: "https://x.example", Transport: early})
	p := *payload
	p.Body = make([]byte, 64<<20)
	expectVerdict(t, client.Send(t.Context(), &p, true), TooLarge, ReasonTooLarge, "")
	clear(p.Body[:1<<20]) // the race detector cries out if anybody still reads
	reading.Wait()
}

func TestClient_EarlyAnswerEndsTheRequest(t *testing.T) {
	server, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusRequestEntityTooLarge) }) // without reading the body
	client := quick(t, server.URL)
	for range 5 {
		p := *payload
		p.Body = make([]byte, 8<<20)
		if v := client.Send(t.Context(), &p, true); v.Kind != TooLarge && v.Reason != ReasonNetwork {
			t.Errorf("%s, %s: %s", v.Kind, v.Reason, v.Message)
		}
		clear(p.Body)
	}
}

func TestRequestBody_GivesNothingAfterRelease(t *testing.T) {
	body := &requestBody{data: []byte("abcdef")}
	first, _ := body.open()
	half := make([]byte, 3)
	if n, err := first.Read(half); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	again, _ := body.open()
	if all, err := io.ReadAll(again); string(all) != "abcdef" || err != nil {
		t.Errorf("%q, %v", all, err)
	}
	body.release()
	late, _ := body.open()
	for _, r := range []io.Reader{first, again, late} {
		if n, err := r.Read(half); n != 0 || err != errReleased {
			t.Errorf("read %d, %v after release", n, err)
		}
	}
}

func TestClient_SendsNothingForAnEndedFlush(t *testing.T) {
	server, connections := serve(t, answer(204, ""))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	expectVerdict(t, quick(t, server.URL).Send(ctx, payload, true), Transient, ReasonStopping, "stopping")
	late, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	expectVerdict(t, quick(t, server.URL).Send(late, payload, true), Transient, ReasonDeadline, "flush_deadline")
	if connections.Load() != 0 {
		t.Error("connected all the same")
	}
}
