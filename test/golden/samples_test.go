package golden

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// sample is one record of a case: the names of its input fields and of its stored attributes.
type sample struct {
	golden *golden
	index  int
	in     []string
	out    []string
}

// samples returns the records of all cases by source. A case that drops or adds records fails the
// test.
func samples(t *testing.T) map[string][]sample {
	t.Helper()
	all := map[string][]sample{}
	for _, g := range allCases(t) {
		inputs, stored := g.inputs(t), g.stored(t)
		given := g.facts(t)
		for option := range g.options {
			given = append(given, option)
		}
		for variable := range g.env {
			given = append(given, variable)
		}
		if len(inputs) != len(stored) {
			t.Errorf("%s: got %d stored records, want %d", g.name, len(stored), len(inputs))
			continue
		}
		for i := range inputs {
			s := sample{golden: g, index: i, in: slices.Clone(given)}
			for _, part := range []map[string]any{inputs[i].Record, inputs[i].Metadata, inputs[i].Group} {
				s.in = paths(s.in, "", part)
			}
			for key := range stored[i] {
				s.out = append(s.out, key)
			}
			all[g.source()] = append(all[g.source()], s)
		}
	}
	return all
}

// source returns the folder of the source that the case belongs to.
func (g *golden) source() string { return filepath.Dir(g.name) }

// inputs returns the records of input.json.
func (g *golden) inputs(t *testing.T) (all []input) {
	t.Helper()
	text, err := inputOf(g.chunk)
	if err != nil {
		t.Fatalf("%s: %v", g.name, err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatalf("%s: %v", g.name, err)
	}
	return all
}

// input is one record of an input.json. Of duplicate keys it holds the last.
type input struct {
	Metadata, Group, Record map[string]any
}

// stored returns the records of stored.json.
func (g *golden) stored(t *testing.T) (all []map[string]any) {
	t.Helper()
	text, err := os.ReadFile(g.file("stored.json"))
	if err == nil {
		err = json.Unmarshal(text, &all)
	}
	if err != nil {
		t.Fatalf("%s: %v", g.name, err)
	}
	return all
}

// facts returns the names in the JSON files of the folder other than input.json and stored.json,
// with dots between the levels.
func (g *golden) facts(t *testing.T) (names []string) {
	t.Helper()
	files, err := filepath.Glob(g.file("*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		base := filepath.Base(file)
		if base == "input.json" || base == "stored.json" {
			continue
		}
		text, err := os.ReadFile(file)
		var root map[string]any
		if err = cmp.Or(err, json.Unmarshal(text, &root)); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		names = paths(names, "", root)
	}
	return names
}
