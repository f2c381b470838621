package golden

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"out_dynatrace/plugin"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/test/ingest"
)

var update = flag.Bool("update", false, "write input.json, stored.json and the examples of docs/mapping.md")

// token is the access token of every case.
var token = "dt0c01." + strings.Repeat("GOLDEN", 4) + "." + strings.Repeat("SECRET00", 8)

// now is the time of the server's clock, later than every capture.
var now = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

func TestGolden_CasesAreStoredAsInStoredJSON(t *testing.T) {
	for _, g := range allCases(t) {
		t.Run(g.name, func(t *testing.T) {
			text, err := inputOf(g.chunk)
			if err != nil {
				t.Fatal(err)
			}
			if !g.byHand {
				check(t, g.file("input.json"), text)
			}
			check(t, g.file("stored.json"), g.deliver(t, ingest.Raw))
			if flattened := g.deliver(t, ingest.Flattened); !t.Failed() {
				check(t, g.file("stored.json"), flattened)
			}
		})
	}
}

// deliver sends the chunk to a server with the data model and returns the stored records in the
// form of stored.json.
func (g *golden) deliver(t *testing.T, model ingest.Structure) []byte {
	t.Helper()
	for name, value := range g.env {
		t.Setenv(name, value)
	}
	server, err := ingest.New(ingest.Options{
		Profile:   g.profile,
		Structure: model,
		Limits:    ingest.Limits{MaxAge: math.MaxInt64},
		Tokens:    []ingest.Token{{Value: token}},
		Now:       func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	url, err := server.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if !g.serveTask(t) {
		flush := g.start(t, url, true)
		flush()
		return g.storedText(t, server)
	}
	// The plugin looks up the task in the background: flush until the stored records change.
	flush := g.start(t, url, false)
	flush()
	without := g.storedText(t, server)
	flush = g.start(t, url, true)
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		server.Reset()
		flush()
		if with := g.storedText(t, server); !bytes.Equal(with, without) {
			return with
		}
	}
	t.Error("the task metadata did not change the stored records within 10 s")
	return without
}

// start creates an instance with the options of the case, and returns a function that flushes the
// chunk. lookUp sets whether the instance looks up the task metadata.
func (g *golden) start(t *testing.T, url string, lookUp bool) (send func()) {
	t.Helper()
	cfg, err := g.config(url, lookUp)
	if err != nil {
		t.Fatal(err)
	}
	log := new(lines)
	in, err := plugin.New(cfg, "", log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(in.Close)
	return func() {
		if out := in.Flush([]byte(g.tag), g.chunk, false); out != flush.OutcomeOK {
			t.Fatalf("Flush returned %v, want OK; log:\n%s", out, log.text())
		}
	}
}

// storedText returns the stored records without the attributes that the server itself adds. The
// test fails if the server rejected, changed or trimmed a record.
func (g *golden) storedText(t *testing.T, server *ingest.Server) []byte {
	t.Helper()
	stats := server.Stats()
	if len(stats.RejectedRequests) > 0 || len(stats.RejectedRecords) > 0 || stats.DuplicateKeys > 0 || stats.InvalidUTF8 > 0 {
		t.Errorf("rejected requests %v, rejected records %v, %d duplicate keys, %d invalid UTF-8",
			stats.RejectedRequests, stats.RejectedRecords, stats.DuplicateKeys, stats.InvalidUTF8)
	}
	records := server.Records()
	all := make([]map[string]json.RawMessage, len(records))
	for i, record := range records {
		if err := json.Unmarshal(record, &all[i]); err != nil {
			t.Fatal(err)
		}
		if all[i]["dt.ingest.warnings"] != nil {
			t.Errorf("record %d has warnings: %s", i, all[i]["dt.ingest.warnings"])
		}
		delete(all[i], "dt.auth.origin")
		delete(all[i], "dt.openpipeline.source")
	}
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(all); err != nil {
		t.Fatal(err)
	}
	out, err := pretty([]byte(strings.TrimSpace(text.String())))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// serveTask serves the task.json of the case as the ECS agent does, and reports whether the case
// has one.
func (g *golden) serveTask(t *testing.T) bool {
	t.Helper()
	task, err := os.ReadFile(g.file("task.json"))
	if err != nil {
		return false
	}
	agent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v4/golden/task" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(task) // a client that disconnects is not an error
	}))
	t.Cleanup(agent.Close)
	t.Setenv("ECS_CONTAINER_METADATA_URI_V4", agent.URL+"/v4/golden")
	return true
}

// lines is a Logger that keeps all lines.
type lines struct {
	mu  sync.Mutex
	all []string
}

func (l *lines) Enabled(level telemetry.Level) bool { return level <= telemetry.LevelInfo }

func (l *lines) Log(level telemetry.Level, message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, fmt.Sprint(level, " ", message))
}

func (l *lines) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.all, "\n")
}
