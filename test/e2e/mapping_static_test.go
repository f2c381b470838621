package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/ingest"
)

// sendObject sends a record of texts to the first input. In a real Fluent Bit that input parses
// JSON.
func sendObject(t *testing.T, r run, pairs ...string) {
	t.Helper()
	if h, ok := r.(*hostRun); ok {
		if err := h.Send(0, "app0", corpus.AppendEvent(nil, corpus.At(time.Now()), nil, corpus.Fields(pairs...))); err != nil {
			t.Fatal(err)
		}
		return
	}
	object := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		object[pairs[i]] = pairs[i+1]
	}
	line, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	r.write(0, append(line, '\n'))
}

// writeMetadata replaces an enrichment file as a whole, as the OneAgent does.
func writeMetadata(t *testing.T, path string, object any) {
	t.Helper()
	text, err := json.Marshal(object)
	if err == nil {
		err = os.WriteFile(path+".new", text, 0o600)
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// dt_host_metadata.json is read at start and again when it has changed. It may be missing. Its
// fields win over static attributes and lose against those of a record.
func TestMetadata_ChangeIsPickedUp(t *testing.T) {
	for _, a := range everywhere("5.1.1", "1.9") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d, dir := newDestination(t), tempDir(t)
			path, absent := filepath.Join(dir, "dt_host_metadata.json"), filepath.Join(dir, "dt_metadata.json")
			writeMetadata(t, path, map[string]any{
				"dt.entity.host": "HOST-0123456789ABCDEF", "host.name": "vm-17", "dt.security_context": "first", "list": []int{1}, "map": map[string]int{"a": 1},
			})
			s := to(d, 1, "metadata_files", path+","+absent, "attributes", "team=core,stage=${STAGE},dt.security_context=static")
			s.env, s.json = []string{"STAGE=prod"}, true
			r := a.start(t, s)
			want := map[string]fields{}
			first := fields{
				"dt.entity.host": "HOST-0123456789ABCDEF", "host.name": "vm-17", "dt.security_context": "first", "team": "core", "stage": "prod",
			}
			sendObject(t, r, "log", "before")
			want["before"] = first
			sendObject(t, r, "log", "with fields of its own", "team", "payments", "dt.security_context", "own")
			want["with fields of its own"] = first.with(fields{"team": "payments", "dt.security_context": "own"})
			d.awaitStored(t, 2)

			second := first.with(fields{"dt.entity.host": "HOST-FEDCBA9876543210", "dt.security_context": "static", "dt.cost.product": "shop"})
			writeMetadata(t, path, map[string]any{"dt.entity.host": second["dt.entity.host"], "host.name": "vm-17", "dt.cost.product": "shop"})
			sent := 2
			await(t, "a record with the changed metadata", func() bool {
				content := fmt.Sprintf("after %d", sent)
				sendObject(t, r, "log", content)
				sent++
				d.awaitStored(t, sent)
				want[content] = first
				if stored := decodeRecord(t, d.Records()[sent-1]); stored["dt.entity.host"] == second["dt.entity.host"] {
					want[content] = second
					return true
				}
				time.Sleep(50 * time.Millisecond) // not to fill the server with thousands
				return false
			})
			out := r.stop()
			d.wantStored(t, want)
			wantQuiet(t, out.lines)
		})
	}
}

// The metadata of this host does not apply to a record of another one, so the static attribute that
// it would replace is used.
func TestMetadata_IsLeftOutForARecordOfAnotherHost(t *testing.T) {
	for _, a := range everywhere("5.1.1", "1.9") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d, path := newDestination(t), filepath.Join(tempDir(t), "dt_host_metadata.json")
			writeMetadata(t, path, map[string]any{"dt.entity.host": "HOST-0123456789ABCDEF", "host.name": "vm-17", "dt.security_context": "file"})
			s := to(d, 1, "metadata_files", path, "attributes", "dt.security_context=static,team=core")
			s.json = true
			r := a.start(t, s)
			sendObject(t, r, "log", "of this host")
			sendObject(t, r, "log", "of another host", "host.name", "vm-18")
			d.awaitStored(t, 2)
			r.stop()
			d.wantStored(t, map[string]fields{
				"of this host":    {"team": "core", "dt.security_context": "file", "dt.entity.host": "HOST-0123456789ABCDEF", "host.name": "vm-17"},
				"of another host": {"team": "core", "dt.security_context": "static", "host.name": "vm-18"},
			})
		})
	}
}

// Attributes in the header are not in the records as well, where the server would store them twice.
func TestAttributes_InTheHeaderAreSentOncePerRequest(t *testing.T) {
	for _, a := range everywhere("5.1.1", "1.9") {
		for _, in := range []string{"header", "body"} {
			t.Run(a.name+", "+in, func(t *testing.T) {
				t.Parallel()
				d := newDestination(t)
				var mu sync.Mutex
				var headers [][]string
				d.ScriptFunc(func(_ int, r *http.Request) *ingest.Fault {
					mu.Lock()
					defer mu.Unlock()
					headers = append(headers, r.Header.Values("X-Dynatrace-Attr"))
					return nil
				})
				s := to(d, 1, "attributes", "team=core,stage=${STAGE},note=a b&c", "attributes_in", in)
				s.env, s.json = []string{"STAGE=prod"}, true
				r := a.start(t, s)
				want := map[string]fields{}
				const records = 20
				for i := range records {
					content := fmt.Sprintf("line %d", i)
					sendObject(t, r, "log", content)
					want[content] = fields{"team": "core", "stage": "prod", "note": "a b&c"}
				}
				d.awaitStored(t, records)
				out := r.stop()
				d.wantStored(t, want)
				wantQuiet(t, out.lines)
				mu.Lock()
				defer mu.Unlock()
				for _, values := range headers {
					if in == "body" && len(values) != 0 || in == "header" && len(values) != 1 {
						t.Errorf("a request with X-Dynatrace-Attr %q", values)
					}
				}
			})
		}
	}
}
