package config

import (
	"slices"
	"strings"
	"testing"

	"out_dynatrace/plugin/metadata"
)

func TestLoad_AttributesAreNamesAndValues(t *testing.T) {
	t.Setenv("TEAM", "payments")
	t.Setenv("EMPTY", "")
	t.Setenv("LIST", "a,b=c")
	for value, want := range map[string][]metadata.Fact{
		"a=b":                           {{Key: "a", Value: "b"}},
		" a = b , c=d=e ":               {{Key: "a", Value: "b"}, {Key: "c", Value: "d=e"}},
		`a=x\,y,b=\\`:                   {{Key: "a", Value: "x,y"}, {Key: "b", Value: `\`}},
		"list=%{LIST}":                  {{Key: "list", Value: "a,b=c"}},
		"team=%{TEAM},x=1-%{TEAM}-2":    {{Key: "team", Value: "payments"}, {Key: "x", Value: "1-payments-2"}},
		"a=${unclosed":                  {{Key: "a", Value: "${unclosed"}},
		"a=,b=c,d=%{EMPTY},e=%{ABSENT}": {{Key: "b", Value: "c"}},
	} {
		c := mustLoad(t, with("attributes", value))
		if !slices.Equal(c.Mapping.Static, want) {
			t.Errorf("%q: got %v, want %v", value, c.Mapping.Static, want)
		}
		if left := strings.Count(value, "=") - len(want); strings.HasPrefix(value, "a=,") && len(c.Warnings) != left {
			t.Errorf("%q: warnings %q", value, c.Warnings)
		}
		if c.Mapping.InHeader {
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

func TestLoad_ContentKeysAreAChoiceIfADefaultOneIsMissing(t *testing.T) {
	usual := strings.Join(mustLoad(t, with()).Mapping.ContentKeys, ",")
	for keys, want := range map[string]bool{
		"":             false,
		usual:          false,
		"own," + usual: false,
		"event,output": true,
		strings.TrimSuffix(usual, ",event.original"): true,
	} {
		if got := mustLoad(t, with("content_key", keys)).Mapping.OwnContentKeys; got != want {
			t.Errorf("content_key %q is a choice: %v, want %v", keys, got, want)
		}
	}
}
