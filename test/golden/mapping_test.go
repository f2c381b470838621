package golden

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const mappingDoc = "../../docs/mapping.md"

// dropped replaces the attributes in a row whose fields are not stored.
const dropped = "–"

// row is one row of a mapping table.
type row struct {
	source     string   // folder of the cases
	line       int      // line number in the page
	fields     []string // alternative input fields; empty if every record gets the attributes
	attributes []string // attributes of the stored record; empty if the fields are dropped
}

var ticked = regexp.MustCompile("`([^`]+)`")

// mappingRows reads the tables of the page below headings that begin with the name of a folder of
// cases and a colon.
func mappingRows(page []byte, sources map[string]bool) (rows []row, err error) {
	source := ""
	n := 0
	for line := range strings.Lines(string(page)) {
		n++
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			if source, _, _ = strings.Cut(heading, ":"); !sources[source] {
				source = ""
			}
			continue
		}
		cells := strings.Split(strings.TrimSpace(line), " | ")
		if source == "" || len(cells) != 3 || !strings.HasPrefix(cells[0], "| ") || strings.HasPrefix(cells[0], "| In ") {
			continue
		}
		r := row{source: source, line: n}
		for _, name := range ticked.FindAllStringSubmatch(cells[0], -1) {
			r.fields = append(r.fields, name[1])
		}
		for _, name := range ticked.FindAllStringSubmatch(cells[1], -1) {
			r.attributes = append(r.attributes, name[1])
		}
		if (len(r.attributes) == 0) != strings.Contains(cells[1], dropped) || len(r.fields) == 0 && len(r.attributes) == 0 {
			return nil, fmt.Errorf("line %d: want | `field` | `attribute` or %s | rule |", n, dropped)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// withoutTable are the folders of cases that are about all sources: hostile records, and the lines
// of real loggers, which docs/volume.md lists, and records with too many attributes.
var withoutTable = map[string]bool{"hostile": true, "loggers": true, "wide": true}

func TestMappingDoc_EachTableRowHasACase(t *testing.T) {
	page, err := os.ReadFile(mappingDoc)
	if err != nil {
		t.Fatal(err)
	}
	all := samples(t)
	sources := map[string]bool{}
	for source := range all {
		sources[source] = true
	}
	rows, err := mappingRows(page, sources)
	if err != nil {
		t.Fatalf("%s: %v", mappingDoc, err)
	}
	tables := map[string]int{}
	for _, r := range rows {
		tables[r.source]++
		for _, problem := range r.uncovered(all[r.source]) {
			t.Errorf("%s:%d: %s", mappingDoc, r.line, problem)
		}
	}
	for source := range sources {
		if !withoutTable[source] && tables[source] == 0 {
			t.Errorf("%s has no table under a heading \"## %s: ...\"", mappingDoc, source)
		}
	}
}

// uncovered describes the fields and attributes of the row that no sample shows.
func (r *row) uncovered(all []sample) (problems []string) {
	if len(r.fields) == 0 {
		if !slices.ContainsFunc(all, r.mapped) {
			problems = append(problems, fmt.Sprintf("no record of %s has %s", r.source, strings.Join(r.attributes, ", ")))
		}
		return problems
	}
	for _, field := range r.fields {
		with := slices.DeleteFunc(slices.Clone(all), func(s sample) bool { return !matches(field, s.in) || s.golden.options["enrich"] == "off" })
		switch {
		case len(with) == 0:
			problems = append(problems, fmt.Sprintf("no case of %s has %s", r.source, field))
		case len(r.attributes) == 0:
			for _, s := range with {
				if matches(field, s.out) {
					problems = append(problems, fmt.Sprintf("%s, record %d, is stored with %s", s.golden.name, s.index, field))
				}
			}
		case !slices.ContainsFunc(with, r.mapped):
			problems = append(problems, fmt.Sprintf("no record of %s with %s is stored with %s", r.source, field, strings.Join(r.attributes, ", ")))
		}
	}
	return problems
}

// mapped reports whether a sample has all attributes of the row.
func (r *row) mapped(s sample) bool {
	return !slices.ContainsFunc(r.attributes, func(a string) bool { return !matches(a, s.out) })
}

func TestRow_UncoveredReportsMissingCases(t *testing.T) {
	page := []byte("# x\n\n## kubernetes: pods\n\n| In Fluent Bit | In Dynatrace | Rule |\n|---|---|---|\n" +
		"| `a`, `b` | `k8s.a` | |\n| `gone` | `k8s.gone` | |\n| `noise` | – | |\n| every record | `log.source` | |\n\n## Other\n\n| `x` | y | |\n")
	rows, err := mappingRows(page, map[string]bool{"kubernetes": true})
	if err != nil || len(rows) != 4 {
		t.Fatalf("got %+v (%v), want 4 rows", rows, err)
	}
	g := &golden{name: "kubernetes/x", options: map[string]string{}}
	all := []sample{
		{golden: g, in: []string{"a", "noise"}, out: []string{"k8s.a", "noise"}},
		{golden: g, in: []string{"b"}, out: []string{"content"}},
	}
	var got []string
	for _, r := range rows {
		got = append(got, r.uncovered(all)...)
	}
	want := []string{
		"no record of kubernetes with b is stored with k8s.a", "no case of kubernetes has gone",
		"kubernetes/x, record 0, is stored with noise", "no record of kubernetes has log.source",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, broken := range []string{"| `a` | b | c |", "| `a` | – `b` | c |", "| a | – | c |"} {
		if _, err := mappingRows([]byte("## kubernetes: pods\n"+broken+"\n"), map[string]bool{"kubernetes": true}); err == nil {
			t.Errorf("%s: got no error, want one", broken)
		}
	}
}

// example matches an example and the comments around it, which name the case and the index of the
// record.
var example = regexp.MustCompile(`(?s)<!-- golden:begin ([a-z0-9._/-]+) ([0-9]+) -->\n.*?<!-- golden:end -->`)

func TestMappingDoc_ExamplesAreGoldenRecords(t *testing.T) {
	page, err := os.ReadFile(mappingDoc)
	if err != nil {
		t.Fatal(err)
	}
	if begun := bytes.Count(page, []byte("<!-- golden:begin")); begun == 0 || begun != len(example.FindAll(page, -1)) {
		t.Fatalf("%s: got %d begin comments and %d complete examples", mappingDoc, begun, len(example.FindAll(page, -1)))
	}
	check(t, mappingDoc, example.ReplaceAllFunc(page, func(old []byte) []byte {
		found := example.FindSubmatch(old)
		text, err := exampleOf(string(found[1]), string(found[2]))
		if err != nil {
			t.Errorf("%s: %s %s: %v", mappingDoc, found[1], found[2], err)
			return old
		}
		return text
	}))
}

// exampleOf renders a record before and after the mapping, between the comments that mark an
// example.
func exampleOf(name, index string) ([]byte, error) {
	i, err := strconv.Atoi(index)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "<!-- golden:begin %s %d -->\n[test/golden/testdata/%[1]s](../test/golden/testdata/%[1]s), before:\n", name, i)
	for _, file := range []string{"input.json", "stored.json"} {
		text, err := os.ReadFile(testdata + "/" + name + "/" + file)
		if err != nil {
			return nil, err
		}
		var records []json.RawMessage
		if err := json.Unmarshal(text, &records); err != nil {
			return nil, err
		}
		if i >= len(records) {
			return nil, fmt.Errorf("%s has %d records, counted from 0", file, len(records))
		}
		record, err := pretty(records[i])
		if err != nil {
			return nil, err
		}
		if file == "stored.json" {
			out.WriteString("\nand after:\n")
		}
		fmt.Fprintf(&out, "\n```json\n%s```\n", record)
	}
	out.WriteString("<!-- golden:end -->")
	return out.Bytes(), nil
}
