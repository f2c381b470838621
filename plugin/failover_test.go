package plugin

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/telemetry"
)

// twoEndpoints makes an Instance with real clients to two servers.
func twoEndpoints(t *testing.T, logged *flushtest.Lines, first, second http.HandlerFunc, more options) (*Instance, []string) {
	t.Helper()
	o := options{"metadata_files": "off", "enrich": "auto,-host", "api_token": "dt0c01.PUBLICPUBLICPUBLICPUBLIC." + secret}
	var hosts []string
	var urls []string
	for _, handler := range []http.HandlerFunc{first, second} {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		urls, hosts = append(urls, server.URL+"/e/abc12345"), append(hosts, strings.TrimPrefix(server.URL, "http://"))
	}
	o["endpoint"] = strings.Join(urls, ",")
	maps.Copy(o, more)
	cfg, err := config.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	in, err := New(cfg, "", logged)
	if err != nil {
		t.Fatal(err)
	}
	in.now = func() time.Time { return flushtest.Clock }
	return in, hosts
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func TestInstance_LogsTheEndpointsAndWhichIsUsed(t *testing.T) {
	logged := new(flushtest.Lines)
	in, hosts := twoEndpoints(t, logged, status(404), status(204), nil)
	if out := in.Flush(tag, flushtest.Chunk("1", "2"), false); out != flush.OutcomeOK {
		t.Errorf("answered %v", out)
	}
	in.Close()
	for _, want := range []string{
		fmt.Sprintf("sends to http://%s/e/abc12345/api/v2/logs/ingest, or else to %s, token dt0c01.PUBLIC", hosts[0], hosts[1]),
		fmt.Sprintf("2 endpoint 1 (%s) is unhealthy, sending to endpoint 2 (%s): HTTP 404 Not Found: there is no log ingest API at this URL", hosts[0], hosts[1]),
		"records delivered 2, dropped 0; requests accepted 1;",
	} {
		if logged.Count(want) != 1 {
			t.Errorf("no line %q in %q", want, logged.All)
		}
	}
	if logged.Count("") != 3 {
		t.Errorf("logged %q", logged.All)
	}
	if c := in.Counters(); c.Get(telemetry.EndpointMoves) != 1 || c.Get(telemetry.BreakerOpened) != 0 || c.Get(telemetry.RequestsMisconfigured) != 1 {
		t.Errorf("%+v", c.Snapshot())
	}
}

func TestInstance_CloseEndsRequestsToEveryEndpoint(t *testing.T) {
	logged := new(flushtest.Lines)
	asked := make(chan struct{}, 2)
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // so that the server notices when the client disconnects
		asked <- struct{}{}
		<-r.Context().Done()
	}
	in, _ := twoEndpoints(t, logged, hang, hang, options{"request_timeout": "200ms"})
	done := make(chan flush.Outcome)
	go func() { done <- in.Flush(tag, flushtest.Chunk("1"), false) }()
	<-asked
	<-asked // by the second one, after the first one timed out
	in.pipeline.Close()
	in.Close()
	if out := <-done; out != flush.OutcomeRetry {
		t.Errorf("answered %v", out)
	}
	if v := in.pipeline.Send(t.Context(), &batch.Payload{Records: 1}, false); v.Reason != deliver.ReasonStopping && !v.Blocked {
		t.Errorf("after the end: %+v", v)
	}
}
