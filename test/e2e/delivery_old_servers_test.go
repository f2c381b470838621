package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/ingest"
)

// oldHost is a server other than Grail, and the options to set for it.
type oldHost struct {
	name    string
	server  ingest.Options
	options []string
	content int  // bytes that it stores of one
	typed   bool // it stores keys and values as they are
}

func oldHosts() []oldHost {
	return []oldHost{
		{name: "the Classic pipeline, raw", server: ingest.Options{Profile: ingest.ClassicPipeline}, options: []string{"limits", "classic_pipeline"}, content: 512_000},
		{name: "the Classic pipeline, flattened", server: ingest.Options{Profile: ingest.ClassicPipeline, Structure: ingest.Flattened}, options: []string{"limits", "classic_pipeline"}, content: 512_000},
		{name: "Logs Classic", server: ingest.Options{Profile: ingest.Classic}, options: []string{"limits", "classic"}, content: 8192},
		{name: "Managed", server: ingest.Options{Profile: ingest.Managed}, options: []string{"limits", "managed"}, content: 8192},
		{name: "Managed, a line each", server: ingest.Options{Profile: ingest.Managed}, options: []string{"limits", "managed", "format", "jsonl"}, content: 8192},
		{name: "a OneAgent before Grail", server: ingest.Options{OneAgent: true}, content: 10_000_000, typed: true},
		{name: "a OneAgent before Managed", server: ingest.Options{OneAgent: true, Profile: ingest.Managed}, options: []string{"limits", "managed"}, content: 8192},
	}
}

// toOld returns a setup for the server. A OneAgent gets its path, and a token that it does not
// need.
func toOld(d *destination, h oldHost, more ...string) setup {
	options := slices.Concat(h.options, more, []string{"enrich", "auto,-host", "metadata_files", "off"})
	if h.server.OneAgent {
		options = append(options, "endpoint", d.url+"/v2/logs/ingest")
	}
	return to(d, 1, options...)
}

// everyType returns the fields of a record with every type, keys in upper and lower case, and texts
// that are too long for some servers.
func everyType(line string) (body corpus.Value, object string) {
	s := corpus.Str
	text := strings.Repeat("v", 300)
	body = corpus.Map(s("log"), s(line), s("Team"), s("first"), s("team"), s("second"), s("TEAM"), s("third"), s("Count"), corpus.Int(-42), s("Big"), corpus.Int(9007199254740993),
		s("Ratio"), corpus.Float64(1.5), s("OK"), corpus.Bool(true), s("Nothing"), corpus.Nil(), s("Codes"), corpus.Array(corpus.Int(1), corpus.Int(2)), s("Words"), corpus.Array(s("a"), corpus.Int(1)),
		s("HTTP"), corpus.Map(s("Method"), s("GET"), s("Status"), corpus.Int(200)), s("Été"), s("e"), s("Long"), s(text), s("Level"), s("Warning"))
	object = fmt.Sprintf(`{"log":%q,"Team":"first","team":"second","TEAM":"third","Count":-42,"Big":9007199254740993,"Ratio":1.5,"OK":true,"Nothing":null,"Codes":[1,2],"Words":["a",1],`+
		`"HTTP":{"Method":"GET","Status":200},"Été":"e","Long":%q,"Level":"Warning"}`, line, text)
	return body, object
}

// wantEveryType is what a server stores of them: what was sent, if the server itself changes
// nothing.
func wantEveryType(h oldHost) fields {
	if h.typed {
		return fields{"Team": "first", "team": "second", "TEAM": "third", "Count": -42, "Big": 9007199254740993, "Ratio": 1.5, "OK": true, "Nothing": nil, "Codes": []int{1, 2}, "Words": []string{"a", "1"},
			"HTTP.Method": "GET", "HTTP.Status": 200, "Été": "e", "Long": strings.Repeat("v", 300), "loglevel": "WARN", "log.raw_level": "Warning"}
	}
	return fields{"team": "first", "overwritten1.team": "second", "overwritten2.team": "third", "count": "-42", "big": "9007199254740993", "ratio": "1.5", "ok": "true", "nothing": nil,
		"codes": []string{"1", "2"}, "words": []string{"a", "1"}, "http.method": "GET", "http.status": "200", "été": "e", "long": strings.Repeat("v", 250), "loglevel": "WARN", "log.raw_level": "Warning"}
}

// A chunk with all types, mixed-case keys and a long content leaves nothing for the server to trim,
// rename or convert. If it did, the record would have dt.ingest.warnings.
func TestOldServers_StoreWhatWasSent(t *testing.T) {
	line := strings.Repeat("0123456789abcde ", 20_000/16)
	for _, a := range everywhere("5.1.1", "1.9") {
		for _, h := range oldHosts() {
			t.Run(a.name+", "+h.name, func(t *testing.T) {
				t.Parallel()
				d := startDestination(t, false, h.server)
				s := toOld(d, h)
				s.json = true
				r := a.start(t, s)
				body, object := everyType(line)
				if hr, ok := r.(*hostRun); ok {
					if err := hr.Send(0, "app", corpus.AppendEvent(nil, corpus.At(time.Now()), nil, body)); err != nil {
						t.Fatal(err)
					}
				} else {
					r.write(0, []byte(object+"\n"))
				}
				d.awaitStored(t, 1)
				out := r.stop()
				d.wantStored(t, map[string]fields{line[:min(len(line), h.content)]: wantEveryType(h)})
				if len(d.Stats().Trims) > 0 {
					t.Errorf("the server trimmed: %v", d.Stats().Trims)
				}
				if !h.typed {
					wantLines(t, out.lines, "warn", "attribute values cut at the limit of 250 bytes", 1)
				}
				if h.content < len(line) {
					wantLines(t, out.lines, "warn", "contents cut at the limit of 8192 bytes", 1)
				}
				if h.server.OneAgent {
					wantLines(t, out.lines, "warn", "api_token: is not sent", 1)
				}
				wantQuiet(t, out.lines, "cut at the limit of", "api_token: is not sent")
				for _, e := range d.seen() {
					if (e.Token == "") != h.server.OneAgent || (e.Wire == e.Uncompressed) != h.server.OneAgent {
						t.Errorf("the token %q, %d bytes for %d", e.Token, e.Wire, e.Uncompressed)
					}
				}
			})
		}
	}
}

// A header has no null values.
func TestOldServers_TextToManagedIsStoredAsSent(t *testing.T) {
	for _, a := range hosts("5.1.1") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := startDestination(t, false, ingest.Options{Profile: ingest.Managed})
			h := oldHost{options: []string{"limits", "managed", "format", "text"}}
			r := a.start(t, toOld(d, h)).(*hostRun)
			body, _ := everyType(strings.Repeat("x", 9000))
			if err := r.Send(0, "app", corpus.AppendEvent(nil, corpus.At(time.Now()), nil, body)); err != nil {
				t.Fatal(err)
			}
			d.awaitStored(t, 1)
			r.stop()
			d.wantStored(t, map[string]fields{strings.Repeat("x", 8192): wantEveryType(h).with(fields{"nothing": nil})})
		})
	}
}

// The tests above rely on this.
func TestOldServers_WithoutItsPresetTheServerTrims(t *testing.T) {
	t.Parallel()
	d := startDestination(t, false, ingest.Options{Profile: ingest.Managed})
	r := startHost(t, "5.1.1", toOld(d, oldHost{}))
	body, _ := everyType(strings.Repeat("x", 9000))
	if err := r.Send(0, "app", corpus.AppendEvent(nil, corpus.At(time.Now()), nil, body)); err != nil {
		t.Fatal(err)
	}
	d.awaitStored(t, 1)
	r.stop()
	for _, name := range []string{"attr_key_case_mismatch", "attr_val_size_trimmed", "content_trimmed"} {
		if d.Stats().Trims[name] != 1 {
			t.Errorf("%s: %v", name, d.Stats().Trims)
		}
	}
}

// A OneAgent closes the connection after each answer.
func TestOneAgent_GetsEachLineOnce(t *testing.T) {
	const lines = 2000
	for _, a := range everywhere("5.1.1", "1.9") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := startDestination(t, false, ingest.Options{OneAgent: true})
			r := a.start(t, toOld(d, oldHost{server: ingest.Options{OneAgent: true}}, "max_payload_records", "100"))
			r.write(0, numbered(1, lines))
			d.awaitStored(t, lines)
			out := r.stop()
			d.wantLinesOnce(t, lines)
			wantQuiet(t, out.lines, "api_token: is not sent")
			if s := d.Stats(); s.ByStatus[204] != s.Requests || s.Connections < s.Requests {
				t.Errorf("%d connections, answers %v", s.Connections, s.ByStatus)
			}
			for _, raw := range d.Records()[:10] {
				var record struct{ Timestamp string }
				if err := json.Unmarshal(raw, &record); err != nil || !strings.HasSuffix(record.Timestamp, "000000Z") {
					t.Errorf("the time %q, %v", record.Timestamp, err)
				}
			}
		})
	}
}

// A OneAgent rejects the whole request and says that one or all records are out of range.
func TestOneAgent_RejectedOldRecordsCostNoOthers(t *testing.T) {
	const n, old = 200, 7 // every seventh
	for _, mode := range []string{"restamp", "send", "drop"} {
		for _, a := range hosts("5.1.1") {
			t.Run(a.name+", old_records "+mode, func(t *testing.T) {
				t.Parallel()
				o := ingest.Options{OneAgent: true, OldRecords: ingest.OldRejectsBatch}
				if mode == "restamp" { // its clock is ahead: it finds more of them old than there are by ours
					o.Now = func() time.Time { return time.Now().Add(2 * time.Hour) }
				}
				d := startDestination(t, false, o)
				r := a.start(t, toOld(d, oldHost{server: o}, "old_records", mode, "dead_letter_file", tempDir(t)+"/dead")).(*hostRun)
				var chunk []byte
				kept := 0
				for i := range n {
					at := time.Now()
					switch {
					case i%old == 0:
						at = at.Add(-oldAge)
					case i%old == 1 && mode == "restamp":
						at = at.Add(-23 * time.Hour)
					}
					if i%old != 0 || mode == "restamp" {
						kept++
					}
					chunk = corpus.AppendEvent(chunk, corpus.At(at), nil, corpus.Fields("log", fmt.Sprint("line ", i)))
				}
				if err := r.Send(0, "app", chunk); err != nil {
					t.Fatal(err)
				}
				d.awaitStored(t, kept)
				out := r.stop()
				seen := map[string]int{}
				for content := range d.contents(t) {
					seen[content]++
				}
				if len(seen) != kept || len(d.Records()) != kept {
					t.Errorf("%d of %d records stored, %d in all; the log:\n%s", len(seen), kept, len(d.Records()), show(out.lines))
				}
				if got := d.Stats().IngestRequests; got > 4 {
					t.Errorf("%d requests: the old records were searched for", got)
				}
				if d.Stats().RejectedRequests[ingest.ReasonTimeFormat] != 0 {
					t.Error("a time of other than three digits")
				}
				if mode == "send" {
					wantLines(t, out.lines, "error", "One or all logs are out of correct time range.", 1)
				}
			})
		}
	}
}
