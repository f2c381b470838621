package golden

import (
	"cmp"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// sample is one record of a case: the names of what went in, and of what is stored.
type sample struct {
	golden *golden
	index  int
	in     []string
	out    []string
}

// samples gives the records of all cases by their source. A case that drops or adds records has none.
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
			t.Errorf("%s: %d records became %d", g.name, len(inputs), len(stored))
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

// source is the folder that the case stands in.
func (g *golden) source() string { return filepath.Dir(g.name) }

// inputs gives the records of input.json.
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

// input is one record of an input.json. Of keys that a map repeats it has the last.
type input struct {
	Metadata, Group, Record map[string]any
}

// stored gives the records of stored.json.
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

// facts are the names that the folder's JSON files besides input.json and stored.json hold, with dots between the levels.
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
