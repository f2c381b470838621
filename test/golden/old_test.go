package golden

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"out_dynatrace/test/ingest"
)

// TestPresets_LeaveNothingToChangeForLegacyServers delivers each case with the presets for servers
// that lower-case keys and convert values to text. The plugin already sends the form that such a
// server stores: the server trims, renames and converts nothing, see storedText.
func TestPresets_LeaveNothingToChangeForLegacyServers(t *testing.T) {
	changed := 0
	for _, server := range []struct {
		profile ingest.Profile
		format  string
	}{
		{ingest.ClassicPipeline, "json"}, {ingest.Classic, "json"}, {ingest.Managed, "json"}, {ingest.Managed, "otlp"},
	} {
		limits := server.profile.Limits()
		for _, g := range allCases(t) {
			t.Run(fmt.Sprint(server.profile, " ", server.format, " ", g.name), func(t *testing.T) {
				g.options["limits"], g.options["format"], g.profile = server.profile.String(), server.format, server.profile
				stored, err := os.ReadFile(g.file("stored.json"))
				if err != nil {
					t.Fatal(err)
				}
				got, want := recordsOf(t, g.deliver(t, ingest.Raw)), recordsOf(t, stored)
				if len(got) != len(want) {
					t.Fatalf("got %d records, want %d", len(got), len(want))
				}
				for i := range want {
					isSummary := summarizes(got[i])
					for _, key := range slices.Sorted(maps.Keys(want[i])) {
						if key == beyondHalf[g.name] {
							continue
						}
						if key == "content" && isSummary { // of names and values as they are stored
							delete(got[i], key)
							continue
						}
						low, most := strings.ToLower(key), limits.ValueBytes
						if key == "content" {
							most = limits.ContentBytes
						}
						w, g := asText(want[i][key]), asText(got[i][low])
						if key == "content" {
							w = []string{oldContent(g[0], w[0])}
						}
						for n := range w {
							if len(w[n]) > most {
								w[n] = w[n][:len(g[n])]
							}
						}
						if !slices.Equal(g, w) || !isOnlyText(got[i][low]) {
							t.Errorf("record %d: %s: got %q, want %q", i, low, g, w)
						}
						if low != key || !isOnlyText(want[i][key]) {
							changed++
						}
						delete(got[i], low)
					}
					if len(got[i]) > 0 {
						t.Errorf("record %d: unexpected attributes %s", i, got[i])
					}
				}
			})
		}
	}
	if changed == 0 {
		t.Error("no case has a key with upper-case letters or a number")
	}
}

// oldContent returns the content that is wanted of a legacy server. The content of a record without
// a message is made of attributes in the form that is sent, which differs there: if got has the same
// attributes, it is wanted.
func oldContent(got, want string) string {
	g, w := map[string]any{}, map[string]any{}
	if json.Unmarshal([]byte(got), &g) != nil || json.Unmarshal([]byte(want), &w) != nil || len(g) != len(w) {
		return want
	}
	for key, value := range w {
		low := strings.ToLower(key)
		if !isOnlyText(g[low]) || !slices.Equal(asText(g[low]), asText(value)) {
			return want
		}
	}
	return got
}

// beyondHalf lists attributes that do not fit: the mappings use at most half of the 50 attributes.
var beyondHalf = map[string]string{"kubernetes/extras": "dt.kubernetes.cluster.id"}

// summarizes reports whether the content of a record is a JSON object of attributes of the record.
func summarizes(record map[string]any) bool {
	content, _ := record["content"].(string)
	var summary map[string]any
	if json.Unmarshal([]byte(content), &summary) != nil {
		return false
	}
	for key, value := range summary {
		if stored, ok := record[key]; !ok || !slices.Equal(asText(value), asText(stored)) {
			return false
		}
	}
	return true
}

// isOnlyText reports whether a value is text, null, or an array of these.
func isOnlyText(v any) bool {
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	return !slices.ContainsFunc(list, func(v any) bool {
		_, isText := v.(string)
		return !isText && v != nil
	})
}
