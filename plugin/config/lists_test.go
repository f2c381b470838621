package config

import (
	"slices"
	"strings"
	"testing"
)

func TestAttributesAreReadAsNamesAndValues(t *testing.T) {
	t.Setenv("TEAM", "payments")
	t.Setenv("EMPTY", "")
	t.Setenv("LIST", "a,b=c")
	for value, want := range map[string][]Pair{
		"a=b":                           {{"a", "b"}},
		" a = b , c=d=e ":               {{"a", "b"}, {"c", "d=e"}},
		`a=x\,y,b=\\`:                   {{"a", "x,y"}, {"b", `\`}},
		"list=%{LIST}":                  {{"list", "a,b=c"}},
		"team=%{TEAM},x=1-%{TEAM}-2":    {{"team", "payments"}, {"x", "1-payments-2"}},
		"a=${unclosed":                  {{"a", "${unclosed"}},
		"a=,b=c,d=%{EMPTY},e=%{ABSENT}": {{"b", "c"}},
	} {
		c := mustLoad(t, with("attributes", value))
		if !slices.Equal(c.Attributes, want) {
			t.Errorf("%q: got %v, want %v", value, c.Attributes, want)
		}
		if left := strings.Count(value, "=") - len(want); strings.HasPrefix(value, "a=,") && len(c.Warnings) != left {
			t.Errorf("%q: warnings %q", value, c.Warnings)
		}
		if c.AttributesInHeader {
			t.Errorf("%q: in a header", value)
		}
	}
	for value, want := range map[string]string{
		"a":                                 "takes up to 100 attributes",
		"=b":                                "takes up to 100 attributes",
		"a=b,":                              "takes up to 100 attributes",
		"a=b,a=c":                           `has "a" twice`,
		strings.Repeat("a=b,", 100) + "c=d": "takes up to 100 attributes",
	} {
		if got := lines(t, with("attributes", value)); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%.20q: got %q, want %s", value, got, want)
		}
	}
}
