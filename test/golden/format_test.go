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

// TestFormats_StoreTheSameAsJSONL delivers each case in the format jsonl.
func TestFormats_StoreTheSameAsJSONL(t *testing.T) {
	for _, format := range []string{"jsonl"} {
		for _, g := range allCases(t) {
			t.Run(format+" "+g.name, func(t *testing.T) {
				g.options["format"] = format
				check(t, g.file("stored.json"), g.deliver(t, ingest.Raw))
			})
		}
	}
}

// TestFormats_StoreTheSameValuesAsText delivers each case in the format text and compares values as
// text. The header has no types, cannot represent null, and writes an array as repeated names.
func TestFormats_StoreTheSameValuesAsText(t *testing.T) {
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
				t.Fatalf("got %d records, want %d", len(got), len(want))
			}
			for i := range want {
				for _, key := range slices.Sorted(maps.Keys(want[i])) {
					if w, g := asText(want[i][key]), asText(got[i][key]); !slices.Equal(g, w) {
						t.Errorf("record %d: %s: got %q, want %q", i, key, g, w)
					}
					delete(got[i], key)
				}
				if len(got[i]) > 0 {
					t.Errorf("record %d: unexpected attributes %s", i, got[i])
				}
			}
		})
	}
}

// TestFormats_StoreTheSameAsOTLP compares values, since JSON has more than one escape for a text.
func TestFormats_StoreTheSameAsOTLP(t *testing.T) {
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

// wantRecords compares records by value, in order.
func wantRecords(t *testing.T, got, want []map[string]any) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("got %d records, want %d", len(got), len(want))
	}
	for i := range want {
		for _, key := range slices.Sorted(maps.Keys(want[i])) {
			if g, ok := got[i][key]; !ok || !reflect.DeepEqual(g, want[i][key]) {
				t.Errorf("record %d: %s: got %v, want %v", i, key, g, want[i][key])
			}
			delete(got[i], key)
		}
		if len(got[i]) > 0 {
			t.Errorf("record %d: unexpected attributes %s", i, got[i])
		}
	}
}

// recordsOf parses a JSON array of records. Numbers keep their text.
func recordsOf(t testing.TB, text []byte) (all []map[string]any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

// asText returns a value as text: none for null, several for an array.
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
