package ingest

import (
	"fmt"
	"strings"
	"testing"
)

func TestLimits_TrimmingIsNamedInTheRecordOnly(t *testing.T) {
	small := Limits{ContentBytes: 5, Attributes: 2, KeyBytes: 4, ValueBytes: 3, Values: 2}
	for _, c := range []struct {
		name, body, key, value, warning string
	}{
		{"content", `{"content":"123456"}`, "content", "12345", "content_trimmed"},
		{"content at its limit", `{"content":"12345"}`, "content", "12345", ""},
		{"content is cut between characters", `{"content":"1234é"}`, "content", "1234", "content_trimmed"},
		{"escapes count as what they stand for", `{"content":"\u0031\u0032\u0033\u0034\u0035"}`, "content", "12345", ""},
		{"value", `{"a":"1234"}`, "a", "123", "attr_val_size_trimmed"},
		{"value at its limit", `{"a":"123"}`, "a", "123", ""},
		{"object", `{"a":{"b":1}}`, "a", `{"b`, "attr_val_size_trimmed"},
		{"key", `{"12345":"x"}`, "1234", "x", "attr_key_trimmed"},
		{"key at its limit", `{"1234":"x"}`, "1234", "x", ""},
		{"key that clashes when cut", `{"1234":"x","12345":"y"}`, "overwritten1.1234", "y", "attr_key_trimmed"},
		{"values", `{"a":[1,2,3]}`, "a", "[1 2]", "attr_val_count_trimmed"},
		{"values at their limit", `{"a":[1,2]}`, "a", "[1 2]", ""},
		{"a value among values", `{"a":["1234"]}`, "a", "[123]", "attr_val_size_trimmed"},
		{"attributes", `{"a":1,"b":2,"c":3}`, "c", "<nil>", "attr_count_trimmed"},
		{"attributes at their limit", `{"a":1,"b":2}`, "b", "2", ""},
		{"special keys are not counted", `{"a":1,"b":2,"content":"","level":"","ts":1773140400}`, "b", "2", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, Options{Limits: small})
			wantStatus(t, post(s, c.body), 204)
			m := fields(t, only(t, s))
			if got := fmt.Sprint(m[c.key]); got != c.value {
				t.Errorf("%s: got %s, want %s", c.key, got, c.value)
			}
			want := "<nil>"
			if c.warning != "" {
				want = "[" + c.warning + "]"
			}
			if got := fmt.Sprint(m["dt.ingest.warnings"]); got != want {
				t.Errorf("warnings %s, want %s", got, want)
			}
			if got := s.Stats().Trims[c.warning]; c.warning != "" && got != 1 {
				t.Errorf("counted %d times", got)
			}
		})
	}
}

func TestProfile_PresetsTheDocumentedLimits(t *testing.T) {
	for profile, want := range map[Profile][3]int{
		Grail:           {10_000_000, 500, 32768},
		ClassicPipeline: {524288, 50, 250},
		Classic:         {8192, 50, 250},
		Managed:         {8192, 50, 250},
	} {
		l := profile.Limits()
		if got := [3]int{l.ContentBytes, l.Attributes, l.ValueBytes}; got != want {
			t.Errorf("%s: %v, want %v", profile, got, want)
		}
		s := newServer(t, Options{Profile: profile})
		wantStatus(t, post(s, `{"a":"`+strings.Repeat("x", 40_000)+`","content":"c"}`), 204)
		if got := len(fields(t, only(t, s))["a"].(string)); got != want[2] {
			t.Errorf("%s: a value of %d bytes, want %d", profile, got, want[2])
		}
	}
}

func TestLimits_RequestOverOneIsRejectedWhole(t *testing.T) {
	limits := Limits{RequestBytes: 100, ExpandedBytes: 150, Records: 3}
	long := `{"content":"` + strings.Repeat("x", 100-14) + `"}`
	event := `{"a":"` + strings.Repeat("x", 70) + `"}`
	for _, c := range []struct {
		name   string
		opts   Options
		call   call
		status int
		reason string
	}{
		{"a body at the limit passes", Options{}, call{body: long}, 204, ""},
		{"a byte more does not", Options{}, call{body: long + " "}, 413, ReasonTooLarge},
		{"the expanded size counts", Options{}, call{body: gzipped(t, long+" "), header: map[string]string{"Content-Encoding": "gzip"}}, 413, ReasonTooLarge},
		{"431 on request", Options{Expanded431: true}, call{body: gzipped(t, long+" "), header: map[string]string{"Content-Encoding": "gzip"}}, 431, ReasonTooLarge},
		{"431 is for compressed requests only", Options{Expanded431: true}, call{body: long + " "}, 413, ReasonTooLarge},
		{"as many records as allowed pass", Options{}, call{body: `[{},{},{}]`}, 204, ""},
		{"one record more does not", Options{}, call{body: `[{},{},{},{}]`}, 413, ReasonTooMany},
		{"one line more does not", Options{}, call{body: "{}\n{}\n{}\n{}", header: map[string]string{"Content-Type": "application/jsonl"}}, 413, ReasonTooMany},
		{"filled in content counts", Options{Structure: Flattened}, call{body: event}, 413, ReasonExpanded},
		{"content that is there does not", Options{}, call{body: event}, 204, ""},
		{"common attributes count for every record", Options{}, call{body: `[{},{},{}]`, target: "?a=" + strings.Repeat("x", 50)}, 413, ReasonExpanded},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.opts.Limits = limits
			s := newServer(t, c.opts)
			wantStatus(t, c.call.do(s), c.status)
			stats := s.Stats()
			if c.reason != "" && stats.RejectedRequests[c.reason] != 1 {
				t.Errorf("reasons %v, want %s", stats.RejectedRequests, c.reason)
			}
			if stored := stats.RecordsStored; (stored > 0) != (c.status == 204) || stored != len(s.Records()) {
				t.Errorf("%d counted, %d stored", stored, len(s.Records()))
			}
		})
	}
}

func TestLimits_GzipBombIsStopped(t *testing.T) {
	s := newServer(t, Options{})
	w := call{body: gzipped(t, strings.Repeat(" ", 50_000_000)), header: map[string]string{"Content-Encoding": "gzip"}}.do(s)
	wantStatus(t, w, 413)
	if got := s.Stats().BytesUncompressed; got != 10_000_001 {
		t.Errorf("expanded %d bytes", got)
	}
}
