package plugin

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/transport"
	"out_dynatrace/plugin/wire"
)

type options map[string]string

func (o options) Get(name string) string { return o[name] }

const secret = "SECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECR"

// instance makes an Instance whose requests go to a server with the script.
func instance(t *testing.T, more options, script ...func(*batch.Payload) deliver.Verdict) (*Instance, *flushtest.Server, *flushtest.Lines) {
	t.Helper()
	o := options{"endpoint": "http://127.0.0.1:1/e/abc12345", "metadata_files": "off", "enrich": "auto,-host", "api_token": "dt0c01.PUBLICPUBLICPUBLICPUBLIC." + secret}
	maps.Copy(o, more)
	cfg, err := config.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	log := new(flushtest.Lines)
	in, err := New(cfg, "", log)
	if err != nil {
		t.Fatal(err)
	}
	in.now = func() time.Time { return flushtest.Clock }
	s := &flushtest.Server{Script: script}
	in.pipeline.Sender = s
	t.Cleanup(func() {
		if log.Count(secret) > 0 {
			t.Error("the token's secret stands in the log")
		}
	})
	return in, s, log
}

var tag = []byte("app.log")

func TestInstance_ReportsMissingWorkersOnceAndDoesNotWait(t *testing.T) {
	in, s, log := instance(t, nil, accepted)
	in.Flush(tag, flushtest.Chunk("1"), false)
	if log.Count("workers") != 0 {
		t.Error("reported although a worker flushes")
	}
	for range 3 {
		in.Flush(tag, flushtest.Chunk("1"), true)
	}
	in.Close()
	if log.Count("workers") != 1 {
		t.Errorf("reported %d times", log.Count("workers"))
	}
	if fmt.Sprint(s.Waits) != "[true false false false]" {
		t.Errorf("waits %v", s.Waits)
	}
}

func TestNew_LogsTheProxyWithoutItsPassword(t *testing.T) {
	proxy, err := endpoint.ParseProxy("http://joe:hunter2@proxy.example:3128")
	if err != nil {
		t.Fatal(err)
	}
	logged := new(flushtest.Lines)
	cfg := &config.Config{
		Transport: transport.Options{TLS: transport.TLSOptions{Verify: true}, Proxy: proxy},
		Endpoints: []endpoint.Endpoint{{IngestURL: "https://ag.example/api", Host: "ag.example"}},
	}
	in, err := New(cfg, "5.1.1", logged)
	if err != nil {
		t.Fatal(err)
	}
	in.Close()
	if logged.Count("version "+wire.Version+" in Fluent Bit 5.1.1 sends to https://ag.example/api through the proxy http://[redacted]@proxy.example:3128, token ") != 1 || logged.Count("hunter2") != 0 {
		t.Errorf("logged %q", logged.All)
	}
}

func TestInstance_RetriesAMisconfigurationThatIsFixedInTime(t *testing.T) {
	var asked atomic.Int32
	in, _ := atServer(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(map[bool]int{true: http.StatusNotFound, false: http.StatusNoContent}[asked.Add(1) == 1])
	})
	if out := in.Flush(tag, flushtest.Chunk("x"), false); out != flush.OutcomeOK || asked.Load() != 2 {
		t.Errorf("answered %v after %d requests", out, asked.Load())
	}
}

var accepted = flushtest.Answer(deliver.Verdict{Kind: deliver.Accepted, Reason: deliver.ReasonAccepted})
