package config

import (
	"slices"
	"strings"
	"testing"

	"out_dynatrace/plugin/secret/secrettest"
)

const headerSecret = "Sup3rS3cretValue"

func TestHeaders_KeepTheirOrder(t *testing.T) {
	got := mustLoad(t, with("headers", `X-Gateway-Key=`+headerSecret+`==, X-Team = a\,b `)).Headers.Pairs()
	want := []Pair{{"X-Gateway-Key", headerSecret + "=="}, {"X-Team", "a,b"}}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	if none := mustLoad(t, with()).Headers; none.Pairs() != nil || none.String() != "" {
		t.Errorf("got %v where there are none", none)
	}
}

func TestHeaders_ValuesAreNeverPrinted(t *testing.T) {
	c := mustLoad(t, with("headers", "X-Key="+headerSecret))
	type hidden struct{ h Headers }
	for _, v := range []any{c, *c, c.Headers, &c.Headers, hidden{c.Headers}, []Headers{c.Headers}} {
		if text := secrettest.Printed(v); strings.Contains(text, headerSecret) {
			t.Errorf("%T shows the value: %s", v, text)
		}
	}
	if got := c.Headers.String(); got != "X-Key: *****" {
		t.Errorf("got %s", got)
	}
}

func TestHeaders_ErrorsShowNoValues(t *testing.T) {
	for value, want := range map[string]string{
		"Authorization=" + headerSecret:      "has Authorization, which the plugin sets itself: the token goes into `api_token`",
		"X-A=b,content-TYPE=" + headerSecret: "has content-TYPE, which the plugin sets itself",
		"Content-Encoding=x":                 "follows `format` and `compress`",
		"X-Dynatrace-Attr=a=b":               "see `attributes`",
		"Host=example.com":                   "it follows `endpoint`",
		"Transfer-Encoding=chunked":          "belongs to the connection",
		headerSecret:                         "part 1 is not name=value",
		"X-A=b," + headerSecret + " x=1":     "part 2 is not name=value",
		"X A=" + headerSecret:                "is not name=value",
		"X-A=b,,X-B=c":                       "part 2",
		"X-A=1,x-a=2":                        "has x-a twice",
		"X-A=":                               "the value of X-A is empty",
		"X-A=${GATEWAY_KEY}":                 "a variable that was not replaced",
		"X-A=a\r\nX-B: " + headerSecret:      "has a control character",
		classicToken + "=x":                  "is not name=value",
		`"X-A=` + headerSecret + `"`:         "quotation marks",
		"X-A=" + strings.Repeat("x", 3000):   "has 1 headers of 3003 bytes, takes up to 20 of 2048",
	} {
		got := lines(t, with("headers", value))
		if len(got) != 1 || !strings.HasPrefix(got[0], "headers: ") || !strings.Contains(got[0], want) {
			t.Errorf("%.40q: got %q, want %q", value, got, want)
		}
		if all := strings.Join(got, "\n"); strings.Contains(all, headerSecret) || strings.Contains(all, secretPart) {
			t.Errorf("%.40q: the value is shown: %s", value, all)
		}
	}
}

func TestLoad_StructureIsRawOrFlattenedAndOnlyOne(t *testing.T) {
	if c := mustLoad(t, with()); c.Structure != "" {
		t.Errorf("got %q by default", c.Structure)
	}
	if c := mustLoad(t, with("structure", "Flattened", "endpoint", "https://abc12345.live.dynatrace.com/api/v2/logs/ingest?structure=flattened")); c.Structure != "flattened" {
		t.Errorf("got %q", c.Structure)
	}
	for _, p := range []properties{
		with("structure", "flat"),
		with("structure", "raw", "endpoint", "https://abc12345.live.dynatrace.com/api/v2/logs/ingest?structure=flattened"),
	} {
		if got := lines(t, p); len(got) != 1 || !strings.HasPrefix(got[0], "structure: ") {
			t.Errorf("got %q", got)
		}
	}
}

func TestLoad_TextSendsAttributesInTheHeaderAnyway(t *testing.T) {
	c := mustLoad(t, with("format", "text", "attributes", "team=web", "attributes_in", "header"))
	if c.Mapping.InHeader || len(c.Mapping.Static) != 1 || !containsLine(warnings(c), "attributes_in: has no effect with `format text`") {
		t.Errorf("got %v, %v, %q", c.Mapping.InHeader, c.Mapping.Static, c.Warnings)
	}
}
