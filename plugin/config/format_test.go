package config

import (
	"strings"
	"testing"
)

func TestConfig_OTLPGoesToItsOwnPath(t *testing.T) {
	for endpoint, want := range map[string]string{
		"abc12345":                            "https://abc12345.live.dynatrace.com/api/v2/otlp/v1/logs",
		"https://ag.example.com:9999/e/abc":   "https://ag.example.com:9999/e/abc/api/v2/otlp/v1/logs",
		"https://m.example.com/e/abc/api/v2/": "https://m.example.com/e/abc/api/v2/otlp/v1/logs",
		"https://abc12345.live.dynatrace.com/api/v2/logs/ingest?structure=raw": "https://abc12345.live.dynatrace.com/api/v2/otlp/v1/logs?structure=raw",
		"http://127.0.0.1:8080": "http://127.0.0.1:8080/api/v2/otlp/v1/logs",
	} {
		c := mustLoad(t, with("endpoint", endpoint, "format", "otlp"))
		if got := c.URL(c.Endpoints[0]); got != want {
			t.Errorf("%s: %s, want %s", endpoint, got, want)
		}
		c.Format = FormatJSON
		if got := c.URL(c.Endpoints[0]); got != c.Endpoints[0].IngestURL || !strings.Contains(got, "/api/v2/logs/ingest") {
			t.Errorf("%s: json goes to %s", endpoint, got)
		}
	}
	for endpoint, want := range map[string]string{
		"http://localhost:14499":                             "format: is otlp, but a OneAgent",
		"https://gateway.example.com/classic/v2/logs/ingest": "format: is otlp, and the OTLP path of",
	} {
		got := lines(t, with("endpoint", endpoint, "format", "otlp"))
		if len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%s: %q", endpoint, got)
		}
	}
}

func TestLoad_PayloadSizeFollowsTheFormatUnlessItIsSet(t *testing.T) {
	for _, c := range []struct {
		pairs []string
		want  int
	}{
		{nil, 9_500_000}, {[]string{"format", "jsonl"}, 9_500_000}, {[]string{"format", "otlp"}, 1_900_000},
		{[]string{"format", "otlp", "max_payload_bytes", "9MB"}, 9_000_000}, {[]string{"max_payload_bytes", "1MB"}, 1_000_000},
	} {
		if got := mustLoad(t, with(c.pairs...)).Batch.MaxBytes; got != c.want {
			t.Errorf("%v: %d, want %d", c.pairs, got, c.want)
		}
	}
}
