package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// fields are the attributes of a stored record by name. A value is one that JSON can encode, or a
// perhaps, begins or anything.
type fields map[string]any

// anything matches any value of an attribute that must be present.
type anything struct{}

// begins matches a text with this prefix.
type begins string

// perhaps matches this value or no attribute at all.
type perhaps struct{ value any }

// serversOwn are the fields that the server adds to every record. What it stores as status follows
// from loglevel. A record's time is compared where a test names it.
var serversOwn = []string{"dt.auth.origin", "dt.openpipeline.source", "status", "timestamp"}

// mostShown is the number of records whose differences are shown.
const mostShown = 6

// wantStored fails the test unless the stored records have these contents, once each, with exactly
// these fields besides. A record without a loglevel here is expected to have NONE, the server's
// default.
func (d *destination) wantStored(t *testing.T, want map[string]fields) {
	t.Helper()
	d.wantClean(t)
	seen := map[string]int{}
	different := 0
	for _, raw := range d.Records() {
		got := decodeRecord(t, raw)
		content, _ := got["content"].(string)
		expected, known := want[content]
		if !known {
			t.Errorf("nobody expected this record: %.2000s", raw)
			continue
		}
		seen[content]++
		if differences := compare(got, expected); len(differences) == 0 {
			continue
		} else if different++; different <= mostShown {
			t.Errorf("the record with content %.120q differs:\n%s", content, strings.Join(differences, "\n"))
		}
	}
	if different > mostShown {
		t.Errorf("%d more records differ", different-mostShown)
	}
	for content := range want {
		if seen[content] != 1 {
			t.Errorf("%d records with content %.120q, want 1", seen[content], content)
		}
	}
}

// decodeRecord keeps numbers as they are written.
func decodeRecord(t *testing.T, raw json.RawMessage) fields {
	t.Helper()
	var record fields
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&record); err != nil {
		t.Fatalf("a stored record: %v: %.200s", err, raw)
	}
	return record
}

// compare returns a line for each field that is missing (-), unexpected (+) or different (~),
// sorted by name.
func compare(got, want fields) (differences []string) {
	want = maps.Clone(want)
	if _, named := want["loglevel"]; !named {
		want["loglevel"] = "NONE"
	}
	names := slices.Collect(maps.Keys(want))
	for name := range got {
		if _, expected := want[name]; !expected {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		value, present := got[name]
		expected, wanted := want[name]
		optional, mayBeAbsent := expected.(perhaps)
		if mayBeAbsent {
			expected = optional.value
		}
		switch {
		case !wanted && (name == "content" || slices.Contains(serversOwn, name)):
		case !wanted:
			differences = append(differences, fmt.Sprintf("  + %s = %.300s", name, asJSON(value)))
		case !present && mayBeAbsent:
		case !present:
			differences = append(differences, fmt.Sprintf("  - %s = %s", name, asJSON(expected)))
		case !isAsExpected(value, expected):
			differences = append(differences, fmt.Sprintf("  ~ %s = %.300s, want %.300s", name, asJSON(value), asJSON(expected)))
		}
	}
	return differences
}

func isAsExpected(value, expected any) bool {
	switch expected := expected.(type) {
	case anything:
		return true
	case begins:
		text, isText := value.(string)
		return isText && strings.HasPrefix(text, string(expected))
	}
	return asJSON(value) == asJSON(expected)
}

func asJSON(value any) string {
	if _, isOpen := value.(anything); isOpen {
		return "(anything)"
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprintf("(%v)", err)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// with returns a copy with more fields; a nil value removes one.
func (f fields) with(more fields) fields {
	all := maps.Clone(f)
	maps.Copy(all, more)
	maps.DeleteFunc(all, func(_ string, value any) bool { return value == nil })
	return all
}

// The tests of the mapping rely on this comparison.
func TestStored_ComparisonSeesEveryDifference(t *testing.T) {
	got := decodeRecord(t, json.RawMessage(`{"content":"c","loglevel":"INFO","n":1.50,"list":["a"],"status":"INFO","more":true}`))
	want := fields{"n": 1, "list": []string{"a"}, "absent": "x", "optional": perhaps{"y"}, "more": perhaps{false}}
	lines := []string{`  - absent = "x"`, `  ~ loglevel = "INFO", want "NONE"`, `  ~ more = true, want false`, `  ~ n = 1.50, want 1`}
	if differences := compare(got, want); !slices.Equal(differences, lines) {
		t.Errorf("differences:\n%s\nwant:\n%s", strings.Join(differences, "\n"), strings.Join(lines, "\n"))
	}
	right := fields{"n": anything{}, "list": []string{"a"}, "loglevel": begins("IN"), "more": perhaps{true}}
	if differences := compare(got, right); len(differences) > 0 {
		t.Errorf("differences where there are none:\n%s", strings.Join(differences, "\n"))
	}
	if differences := compare(got, right.with(fields{"loglevel": begins("X"), "n": begins("1")})); len(differences) != 2 {
		t.Errorf("differences: %q", differences)
	}
	if differences := compare(got, right.with(fields{"list": nil})); !slices.Equal(differences, []string{`  + list = ["a"]`}) {
		t.Errorf("differences: %q", differences)
	}
}
