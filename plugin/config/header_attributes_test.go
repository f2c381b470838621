package config

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
)

func TestLoad_ReservedAttributeNamesAreErrors(t *testing.T) {
	for _, name := range []string{"content", "timestamp", "loglevel", "Status", "severity", "Level", "event.type", "dt.system.bucket", "dt.auth.origin"} {
		got := lines(t, with("attributes", name+"=x"))
		if len(got) != 1 || !strings.HasPrefix(got[0], "attributes: ") || !strings.Contains(got[0], "choose another one") {
			t.Errorf("%s: %q", name, got)
		}
	}
	mustLoad(t, with("attributes", "dt.security_context=x,team=y"))
}

func TestLoad_ExcludedAttributesAreNotInTheHeader(t *testing.T) {
	c := mustLoad(t, with("attributes", "team=a,stage=b", "attributes_in", "header", "exclude", "team"))
	if c.AttributesHeader != "stage=b" || len(c.Mapping.Static) != 1 || !c.Mapping.InHeader {
		t.Errorf("%q, %+v", c.AttributesHeader, c.Mapping.Static)
	}
	c = mustLoad(t, with("attributes", "team=a", "attributes_in", "header", "exclude", "*"))
	if c.AttributesHeader != "" || len(c.Mapping.Static) != 0 || c.Mapping.InHeader {
		t.Errorf("%q, %+v", c.AttributesHeader, c.Mapping.Static)
	}
}

func TestLoad_HeaderAttributesParseAsQuery(t *testing.T) {
	header := mustLoad(t, with("attributes", `a=b c&d=e+f%,k=ä\,,latin=M`+"\xfc"+`ller,`+strings.Repeat("n", 120)+"=cut", "attributes_in", "header")).AttributesHeader
	if strings.ContainsAny(header, " +") {
		t.Fatalf("%q can be read in two ways", header)
	}
	values, err := url.ParseQuery(header)
	want := url.Values{"a": {"b c&d=e+f%"}, "k": {"ä,"}, "latin": {"M\ufffdller"}, strings.Repeat("n", 100): {"cut"}}
	if err != nil || !reflect.DeepEqual(values, want) {
		t.Errorf("%q: %v, %v", header, values, err)
	}
}

func TestLoad_AttributesUnfitForTheHeaderAreErrors(t *testing.T) {
	for attributes, want := range map[string]string{
		"a=" + strings.Repeat("x", 5000): "send them in the body",
		"Content-Type=text":              "it steers the request",
		"structure=raw":                  "it steers the request",
	} {
		if got := lines(t, with("attributes", attributes, "attributes_in", "header")); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%.20s: %q", attributes, got)
		}
		mustLoad(t, with("attributes", attributes))
	}
}
