package ingest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestRequest_ContentTypeDecidesHowTheBodyIsSplit(t *testing.T) {
	const lines = "{\"content\":\"a\"}\n\r\n{\"content\":\"b\"}\r\n"
	for _, c := range []struct {
		contentType, query, body string
		status, records          int
	}{
		{"application/json", "", `{"content":"a"}`, 204, 1},
		{"application/json; charset=utf-8", "", ` [ {"content":"a"} , {} ] `, 204, 2},
		{"application/json; charset=UTF-8", "", `[{}]`, 204, 1},
		{"application/json; charset=latin1", "", `[{}]`, 400, 0},
		{"application/jsonl", "", lines, 204, 2},
		{"application/jsonlines", "", lines, 204, 2},
		{"application/jsonlines+json", "", lines, 204, 2},
		{"application/x-ndjson", "", lines, 204, 2},
		{"application/x-jsonlines; charset=utf-8", "", lines, 204, 2},
		{"application/json", "", lines, 400, 0},
		{"application/jsonl", "", "{\"a\":\n1}", 400, 0},
		{"application/jsonl", "", "[{}]", 400, 0},
		{"text/plain; charset=utf-8", "", "one\n\"two\"\x00", 204, 1},
		{"text/plain", "", "", 400, 0},
		{"text/html", "", "{}", 400, 0},
		{"", "", "{}", 400, 0},
		{"", "?content-type=application/json", "{}", 204, 1},
		{"text/plain", "?Content-Type=application/jsonlines%2Bjson", lines, 204, 2},
		{"application/json", "?content-type=foo", "{}", 400, 0},
		{"application/json", "?a=%zz", "{}", 400, 0},
		{"application/json", "?a=%ff", "{}", 400, 0},
	} {
		s := newServer(t, Options{})
		w := call{target: c.query, body: c.body, header: map[string]string{"Content-Type": c.contentType}}.do(s)
		if w.Code != c.status || len(s.Records()) != c.records {
			t.Errorf("%q %q %q: %d with %d records, want %d with %d", c.contentType, c.query, c.body, w.Code, len(s.Records()), c.status, c.records)
		}
	}
}

func TestRequest_TextIsOneRecord(t *testing.T) {
	s := newServer(t, Options{})
	wantStatus(t, call{body: "one\n\"two\"\t\x01é", header: map[string]string{"Content-Type": "text/plain"}}.do(s), 204)
	if got := fields(t, only(t, s))["content"]; got != "one\n\"two\"\t\x01é" {
		t.Errorf("content %q", got)
	}
}

func TestRequest_UnreadableBodyIsRejectedWithTheReason(t *testing.T) {
	gz := map[string]string{"Content-Encoding": "gzip"}
	whole := gzipped(t, `[{"content":"c"}]`)
	for _, c := range []struct {
		name   string
		call   call
		reason string
	}{
		{"no body", call{}, ReasonEmpty},
		{"no events", call{body: " [ ] "}, ReasonEmpty},
		{"truncated", call{body: `[{"a":1}`}, ReasonInvalidJSON},
		{"two documents", call{body: `{} {}`}, ReasonInvalidJSON},
		{"an event that is no object", call{body: `[{}, 1]`}, ReasonInvalidJSON},
		{"a string", call{body: `"x"`}, ReasonInvalidJSON},
		{"invalid UTF-8", call{body: "{\"a\":\"\xff\"}"}, ReasonInvalidUTF8},
		{"invalid UTF-8 under gzip", call{body: gzipped(t, "{\"a\":\"\xc3\"}"), header: gz}, ReasonInvalidUTF8},
		{"not gzip", call{body: `[{}]`, header: gz}, ReasonInvalidGzip},
		{"truncated gzip", call{body: whole[:len(whole)-4], header: gz}, ReasonInvalidGzip},
		{"damaged gzip", call{body: whole[:len(whole)-8] + "12345678", header: gz}, ReasonInvalidGzip},
		{"another encoding", call{body: `[{}]`, header: map[string]string{"Content-Encoding": "zstd"}}, ReasonEncoding},
		{"compressed twice", call{body: gzipped(t, whole), header: gz}, ReasonInvalidUTF8},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, Options{})
			w := c.call.do(s)
			wantStatus(t, w, 400)
			var envelope struct {
				Error struct {
					Code    int
					Message string
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &envelope); err != nil || envelope.Error.Code != 400 || envelope.Error.Message == "" {
				t.Errorf("body %s: %v", w.Body, err)
			}
			stats := s.Stats()
			if stats.RejectedRequests[c.reason] != 1 || stats.RecordsStored != 0 || stats.ByStatus[400] != 1 {
				t.Errorf("%+v, want %s", stats, c.reason)
			}
			if (stats.InvalidUTF8 == 1) != (c.reason == ReasonInvalidUTF8) {
				t.Errorf("InvalidUTF8 %d", stats.InvalidUTF8)
			}
		})
	}
	s := newServer(t, Options{UnsupportedStatus: 415})
	wantStatus(t, call{body: `{}`, header: map[string]string{"Content-Type": "a/b"}}.do(s), 415)
}

func TestRecord_OverADayOldIsDropped(t *testing.T) {
	const day, older, soon, later = `{"timestamp":"2026-03-09T12:00:00Z"}`, `{"timestamp":"2026-03-09T11:59:59.999Z"}`,
		`{"timestamp":"2026-03-10T12:10:00Z"}`, `{"timestamp":"2026-03-10T12:10:00.001Z"}`
	for _, c := range []struct {
		name   string
		opts   Options
		body   string
		status int
		text   string // in the body
		stored int
	}{
		{"exactly a day is not too old", Options{}, day, 204, "", 1},
		{"some are too old", Options{}, "[" + older + "," + day + "," + older + "]", 200,
			`{"details":{"code":200,"message":"2 events were not ingested because of timestamp out of correct time range"}}`, 1},
		{"the other shape", Options{PartialBody: PartialSuccess}, "[" + older + "," + day + "]", 200,
			`{"success":{"code":200,"message":"1 events were not ingested because of timestamp out of correct time range."}}`, 1},
		{"all are too old", Options{}, "[" + older + "," + older + "]", 400, "All logs are out of correct time range.", 0},
		{"one rejects the batch", Options{OldRecords: OldRejectsBatch}, "[" + older + "," + day + "]", 400, "One or all logs are out of correct time range.", 0},
		{"ten minutes ahead is kept", Options{}, soon, 204, "", 1},
		{"more is corrected", Options{}, later, 204, "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, c.opts)
			w := post(s, c.body)
			wantStatus(t, w, c.status)
			if !strings.Contains(w.Body.String(), c.text) {
				t.Errorf("body %s", w.Body)
			}
			stats := s.Stats()
			if len(s.Records()) != c.stored || stats.RecordsReceived != stats.RecordsStored+stats.RejectedRecords[ReasonTooOld] {
				t.Errorf("%d stored; %+v", len(s.Records()), stats)
			}
		})
	}
}

func TestRecord_FutureTimestampIsCorrectedInBothModes(t *testing.T) {
	for mode, want := range map[FutureMode]string{FutureNow: "2026-03-10T12:00:00.000000000Z", FutureNowPlus: "2026-03-10T12:10:00.000000000Z"} {
		s := newServer(t, Options{Future: mode})
		wantStatus(t, post(s, `{"timestamp":"2026-03-10T12:10:00.001Z"}`), 204)
		m := fields(t, only(t, s))
		if m["timestamp"] != want || m["dt.ingest.warnings"].([]any)[0] != "timestamp_corrected" {
			t.Errorf("mode %d: %v", mode, m)
		}
		s.Reset()
		wantStatus(t, post(s, `{"timestamp":"2026-03-10T12:10:00Z"}`), 204)
		m = fields(t, only(t, s))
		if m["timestamp"] != "2026-03-10T12:10:00.000000000Z" || m["dt.ingest.warnings"] != nil {
			t.Errorf("mode %d, ten minutes exactly: %v", mode, m)
		}
	}
}

func TestRecord_TooNestedIsNamedOnRequest(t *testing.T) {
	body := `[{"content":"c"},{"content":"c","a":{"b":{"c":{"d":{"e":{"f":1}}}}}}]`
	wantStatus(t, post(newServer(t, Options{Structure: Flattened}), body), 204)
	s := newServer(t, Options{Structure: Flattened, TooNestedPartial: true})
	w := post(s, body)
	wantStatus(t, w, 200)
	if !strings.Contains(w.Body.String(), "too nested for records: 1\"") || len(s.Records()) != 2 {
		t.Errorf("%s, %d records", w.Body, len(s.Records()))
	}
}

func TestHTML400_TurnsEvery400IntoAPage(t *testing.T) {
	s := newServer(t, Options{HTML400: true})
	w := post(s, `[`)
	wantStatus(t, w, 400)
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || !strings.Contains(w.Body.String(), "HTTP ERROR 400 Bad Request") {
		t.Errorf("%v %s", w.Header(), w.Body)
	}
}

type failingStore struct{}

func (failingStore) Put([]json.RawMessage) error { return errors.New("disk on fire") }

func TestStore_FailureIsAFullQueue(t *testing.T) {
	s := newServer(t, Options{Store: failingStore{}})
	w := post(s, `[{},{}]`)
	wantStatus(t, w, 503)
	if got := w.Body.String(); got != `{"error":{"code":503,"message":"Usable space limit reached"}}` {
		t.Error(got)
	}
	if stats := s.Stats(); stats.RecordsStored != 0 || stats.RejectedRecords[ReasonStore] != 2 {
		t.Errorf("%+v", stats)
	}
}
