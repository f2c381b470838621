package transport_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cenkalti/backoff/v4"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/transport"
)

const secret = "dt0c01.PUBLICPUBLICPUBLICPUBLIC.SECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECR"

var (
	payload = &batch.Payload{
		Body: []byte(`[{"content":"a"},{"content":"b"}]`), ContentType: "application/json; charset=utf-8", RawBytes: 33, Records: 2,
	}
	quietLog = log.New(io.Discard, "", 0)
)

// setup is what a test sets of a transport.
type setup struct {
	Target transport.Target
	transport.Options
}

// token is an Authorizer.
type token struct{ value string }

func (t token) Authorization() (string, error) { return t.value, nil }

// quick returns a client with a real transport, for a server on this machine.
func quick(t *testing.T, target string, change ...func(*deliver.ClientOptions)) *deliver.Client {
	t.Helper()
	o := deliver.ClientOptions{
		URL: target, Auth: token{"Api-Token " + secret}, Version: "1.2.3", Transport: transportTo(t, target),
		Shared: deliver.Shared{Timeout: 5 * time.Second},
	}
	for _, f := range change {
		f(&o)
	}
	client, err := deliver.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// transportTo returns a transport to a URL with default options, changed by change.
func transportTo(t *testing.T, target string, change ...func(*setup)) *transport.Transport {
	t.Helper()
	s := &setup{Target: transport.Target{Endpoint: endpoint.Endpoint{IngestURL: target}}}
	s.TLS.Verify = true
	if u, err := url.Parse(target); err == nil {
		s.Target.Endpoint.Host = u.Host
	}
	for _, f := range change {
		f(s)
	}
	tr, err := transport.NewTransport(s.Target, s.Options)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func timeout(d time.Duration) func(*deliver.ClientOptions) {
	return func(o *deliver.ClientOptions) { o.Timeout = d }
}

func through(tr http.RoundTripper) func(*deliver.ClientOptions) {
	return func(o *deliver.ClientOptions) { o.Transport = tr }
}

// serve runs a server that answers by handler, and returns it with the number of connections it has
// seen.
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

func expectVerdict(t *testing.T, v deliver.Verdict, kind deliver.Kind, reason deliver.Reason, says string) {
	t.Helper()
	if v.Kind != kind || v.Reason != reason || !strings.Contains(v.Message, says) {
		t.Errorf("%s, %s: %q; want %s, %s: %q", v.Kind, v.Reason, v.Message, kind, reason, says)
	}
	if len(v.Message) > deliver.MaxMessage || strings.ContainsAny(v.Message, "\r\n\x1b") {
		t.Errorf("message is not a short line of text: %q", v.Message)
	}
}

// recorder is a telemetry.Logger that keeps the lines.
type recorder struct{ lines []string }

func (r *recorder) Enabled(telemetry.Level) bool { return true }
func (r *recorder) Log(_ telemetry.Level, text string) {
	r.lines = append(r.lines, text)
}

func constant(pause time.Duration) func() backoff.BackOff {
	return func() backoff.BackOff { return backoff.NewConstantBackOff(pause) }
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
