package golden

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"out_dynatrace/test/ingest"
)

// TestEveryFormatStoresTheSame delivers each case once more in the other formats.
func TestEveryFormatStoresTheSame(t *testing.T) {
	for _, format := range []string{"jsonl"} {
		for _, g := range allCases(t) {
			t.Run(format+" "+g.name, func(t *testing.T) {
				g.options["format"] = format
				check(t, g.file("stored.json"), g.deliver(t, ingest.Raw))
			})
		}
	}
}

// TestTextStoresTheSameAsText: of null and of arrays a header knows less, and it has no types.
func TestTextStoresTheSameAsText(t *testing.T) {
	for _, g := range allCases(t) {
		t.Run(g.name, func(t *testing.T) {
			g.options["format"] = "text"
			delete(g.options, "attributes_in")
			stored, err := os.ReadFile(g.file("stored.json"))
			if err != nil {
				t.Fatal(err)
			}
			got, want := recordsOf(t, g.deliver(t, ingest.Raw)), recordsOf(t, stored)
			if len(got) != len(want) {
				t.Fatalf("%d records, want %d", len(got), len(want))
			}
			for i := range want {
				for _, key := range slices.Sorted(maps.Keys(want[i])) {
					if w, g := asText(want[i][key]), asText(got[i][key]); !slices.Equal(g, w) {
						t.Errorf("record %d: %s is %q, want %q", i, key, g, w)
					}
					delete(got[i], key)
				}
				if len(got[i]) > 0 {
					t.Errorf("record %d has more: %s", i, got[i])
				}
			}
		})
	}
}

// TestOTLPStoresTheSame compares values, since a text can be escaped in more than one way.
func TestOTLPStoresTheSame(t *testing.T) {
	for _, g := range allCases(t) {
		t.Run(g.name, func(t *testing.T) {
			g.options["format"] = "otlp"
			stored, err := os.ReadFile(g.file("stored.json"))
			if err != nil {
				t.Fatal(err)
			}
			want := recordsOf(t, stored)
			for _, model := range []ingest.Structure{ingest.Raw, ingest.Flattened} {
				wantRecords(t, recordsOf(t, g.deliver(t, model)), want)
			}
		})
	}
}

func wantRecords(t *testing.T, got, want []map[string]any) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d records, want %d", len(got), len(want))
	}
	for i := range want {
		for _, key := range slices.Sorted(maps.Keys(want[i])) {
			if g, ok := got[i][key]; !ok || !reflect.DeepEqual(g, want[i][key]) {
				t.Errorf("record %d: %s is %v, want %v", i, key, g, want[i][key])
			}
			delete(got[i], key)
		}
		if len(got[i]) > 0 {
			t.Errorf("record %d has more: %s", i, got[i])
		}
	}
}

func recordsOf(t testing.TB, text []byte) (all []map[string]any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// asText gives the texts of a value.
func asText(v any) (all []string) {
	switch v := v.(type) {
	case nil:
	case []any:
		for _, e := range v {
			all = append(all, asText(e)...)
		}
	case string:
		all = []string{v}
	default:
		text, _ := json.Marshal(v)
		all = []string{strings.TrimSpace(string(text))}
	}
	return all
}
