package ingest

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// noon is what every server of these tests takes for now.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

var (
	classicToken  = "dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX." + strings.Repeat("Z", 64)
	platformToken = "dt0s16.ABCDEFGHIJKLMNOPQRSTUVWX." + strings.Repeat("Z", 64)
)

func newServer(t testing.TB, opts Options) *Server {
	t.Helper()
	if opts.Now == nil {
		opts.Now = func() time.Time { return noon }
	}
	s, err := New(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// call is one request; its zero value posts "" as JSON with a good token.
type call struct {
	method, target, body string
	header               map[string]string // a value "" removes the header
}

func (c call) do(s http.Handler) *httptest.ResponseRecorder {
	if c.method == "" {
		c.method = http.MethodPost
	}
	if c.target == "" {
		c.target = ingestPath
	} else if strings.HasPrefix(c.target, "?") {
		c.target = ingestPath + c.target
	}
	r := httptest.NewRequest(c.method, c.target, strings.NewReader(c.body))
	r.Header.Set("Authorization", "Api-Token "+classicToken)
	r.Header.Set("Content-Type", "application/json")
	for k, v := range c.header {
		r.Header.Set(k, v)
		if v == "" {
			r.Header.Del(k)
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func post(s http.Handler, body string) *httptest.ResponseRecorder { return call{body: body}.do(s) }

func wantStatus(t testing.TB, w *httptest.ResponseRecorder, status int) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d; body %s", w.Code, status, w.Body)
	}
}

// only returns the single record of a server.
func only(t testing.TB, s *Server) string {
	t.Helper()
	records := s.Records()
	if len(records) != 1 {
		t.Fatalf("%d records stored, want 1", len(records))
	}
	return string(records[0])
}

// fields decodes a record; numbers keep their text.
func fields(t testing.TB, record string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(record))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		t.Fatalf("%v in %s", err, record)
	}
	return m
}

func gzipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
