package ingest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

func pathOf(o Options) string {
	if o.OneAgent {
		return oneAgentPath
	}
	return ingestPath
}

func TestOneAgent_TakesJSONWithoutATokenAndTimesOfThreeDigits(t *testing.T) {
	const record = `{"timestamp":"2026-03-10T11:00:00.123Z","content":"c"}`
	plain := map[string]string{"Authorization": ""}
	with := func(key, value string) map[string]string { return map[string]string{"Authorization": "", key: value} }
	at := func(text string) string { return strings.Replace(record, `"2026-03-10T11:00:00.123Z"`, text, 1) }
	for _, c := range []struct {
		name   string
		call   call
		status int
		reason string
	}{
		{"JSON", call{body: record, header: plain}, 204, ""},
		{"a token that nobody asked for", call{body: record}, 204, ""},
		{"a number", call{body: at("1773140400123"), header: plain}, 204, ""},
		{"no time", call{body: `{"content":"c"}`, header: plain}, 204, ""},
		{"another zone", call{body: at(`"2026-03-10T11:00:00.123+01:00"`), header: plain}, 204, ""},
		{"six digits", call{body: at(`"2026-03-10T11:00:00.123456Z"`), header: plain}, 400, ReasonTimeFormat},
		{"no digits", call{body: at(`"2026-03-10T11:00:00Z"`), header: plain}, 400, ReasonTimeFormat},
		{"two digits without a zone", call{body: at(`"2026-03-10T11:00:00.12"`), header: plain}, 400, ReasonTimeFormat},
		{"six digits in one of many", call{body: "[" + record + "," + at(`"2026-03-10T11:00:00.123456Z"`) + "]", header: plain}, 400, ReasonTimeFormat},
		{"six digits under another name", call{body: `{"TS":"2026-03-10T11:00:00.123456Z"}`, header: plain}, 400, ReasonTimeFormat},
		{"an old record", call{body: at(`"2026-03-08T11:00:00.123Z"`), header: plain}, 400, ReasonTooOld},
		{"gzip", call{body: gzipped(t, record), header: with("Content-Encoding", "gzip")}, 400, ReasonEncoding},
		{"lines", call{body: record, header: with("Content-Type", "application/x-ndjson")}, 400, ReasonContentType},
		{"text", call{body: "c", header: with("Content-Type", "text/plain")}, 400, ReasonContentType},
		{"the path of the others", call{body: record, target: ingestPath}, 404, ReasonPath},
		{"health", call{method: http.MethodGet, target: healthPath}, 404, ReasonPath},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, Options{OneAgent: true, Tokens: []Token{{Value: platformToken}}})
			if c.call.target == "" {
				c.call.target = oneAgentPath
			}
			w := c.call.do(s)
			wantStatus(t, w, c.status)
			if (c.reason == ReasonTimeFormat) != strings.Contains(w.Body.String(), oneOrAll) {
				t.Errorf("said %s", w.Body)
			}
			if stats := s.Stats(); c.reason != "" && stats.RejectedRequests[c.reason] != 1 {
				t.Errorf("reasons %v, want %s", stats.RejectedRequests, c.reason)
			}
			if got := len(s.Records()); got == 1 != (c.status == 204) {
				t.Errorf("%d records stored", got)
			}
		})
	}
}

func TestOneAgent_KnowsNoAttributeHeaderAndNamesNoToken(t *testing.T) {
	s := newServer(t, Options{OneAgent: true})
	wantStatus(t, call{body: `{"content":"c"}`, target: oneAgentPath, header: map[string]string{"X-Dynatrace-Attr": "a=b"}}.do(s), 204)
	m := fields(t, only(t, s))
	for _, key := range []string{"a", "dt.auth.origin", "dt.openpipeline.source"} {
		if m[key] != nil {
			t.Errorf("%s is %v", key, m[key])
		}
	}
}

// TestOneAgent_AcceptsWithALength looks at the bytes: Go's client hides the length of a 204.
func TestOneAgent_AcceptsWithALength(t *testing.T) {
	s := newServer(t, Options{OneAgent: true})
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", oneAgentPath)
	text, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"HTTP/1.1 204 No Content\r\n", "Content-Length: 116\r\n", "Content-Type: application/json\r\n", "Server: EEC\r\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in %q", want, text)
		}
	}
}
