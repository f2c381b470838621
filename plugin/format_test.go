package plugin

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/test/corpus"
)

// A line of the dead letter is JSON and complete in itself.
func TestInstance_DeadLetterOfOTLPHoldsItsResource(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dead.ndjson")
	path := ""
	in, log := atServer(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		path = r.URL.Path
		w.Header().Set("Content-Type", "application/x-protobuf")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "\x08\x03\x12\x0bbad records")
	}, "format", "otlp", "dead_letter_file", file)
	data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields("service.name", "checkout"), corpus.Fields("name", "shop.orders"))
	data = corpus.AppendEvent(data, corpus.At(in.now()), nil, corpus.Fields("log", "a line"))
	data = corpus.AppendGroupEnd(data)
	if out := in.Flush([]byte("app"), data, false); out != flush.OutcomeError || path != "/e/abc12345/api/v2/otlp/v1/logs" {
		t.Errorf("%v from %s", out, path)
	}
	text, err := os.ReadFile(file)
	for _, part := range []string{`"content":"a line"`, `"service.name":"checkout"`, `"otel.scope.name":"shop.orders"`, "bad records"} {
		if err != nil || !strings.Contains(string(text), part) {
			t.Errorf("no %s in %s, %v", part, text, err)
		}
	}
	if log.Count("the server says: bad records") == 0 {
		t.Errorf("the server's reason is not logged: %s", strings.Join(log.All, "\n"))
	}
}

func TestInstance_CountsAndLogsAttributesWithoutRoomInTheHeader(t *testing.T) {
	in, log := atServer(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	}, "format", "text")
	data := corpus.AppendEvent(nil, corpus.At(in.now()), nil, corpus.Fields("log", "a line", "short", "x", "long", strings.Repeat("x", 5000)))
	data = append(data, data...)
	if out := in.Flush([]byte("app"), data, false); out != flush.OutcomeOK {
		t.Fatal(out)
	}
	if n := in.Counters().Get(telemetry.CutAttributeCount); n != 2 || log.Count("attributes left out for which the header of format text has no room") == 0 {
		t.Errorf("%d counted: %s", n, strings.Join(log.All, "\n"))
	}
	if n := in.Counters().Get(telemetry.RequestsAccepted); n != 2 {
		t.Errorf("%d requests for 2 records", n)
	}
}
