package main

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"out_dynatrace/plugin/config"
	"out_dynatrace/test/host"
)

const confDir = "../../conf"

// section is one [SECTION] of a configuration in Fluent Bit's classic format. Names and keys are in
// lower case.
type section struct {
	name    string
	entries []entry
}

// entry is one line of a section.
type entry struct{ key, value string }

// get returns the value of the first entry with the key, or "".
func (s section) get(key string) string {
	for _, e := range s.entries {
		if e.key == key {
			return e.value
		}
	}
	return ""
}

// parseClassic reads sections, entries and comments, which is all that conf/ uses: no @SET, no
// @INCLUDE.
func parseClassic(text string) []section {
	var sections []section
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			sections = append(sections, section{name: strings.ToLower(strings.Trim(line, "[]"))})
		case len(sections) > 0:
			s := &sections[len(sections)-1]
			key, value := line, ""
			if i := strings.IndexAny(line, " \t"); i >= 0 {
				key, value = line[:i], strings.TrimSpace(line[i:])
			}
			s.entries = append(s.entries, entry{strings.ToLower(key), value})
		}
	}
	return sections
}

// ofTheCore are the keys of an output that Fluent Bit reads itself.
var ofTheCore = []string{"name", "match", "workers", "retry_limit", "storage.total_limit_size"}

func readConf(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(confDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var yamlPair = regexp.MustCompile(`^( *)(- )?([\w.]+): *(.*)$`)

// parseYAML reads the little of YAML that conf/ uses: service, and pipeline with lists of inputs
// and outputs.
func parseYAML(t *testing.T, text string) []section {
	t.Helper()
	var sections []section
	name := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if trimmed := strings.TrimSpace(line); trimmed == "" || trimmed[0] == '#' {
			continue
		}
		m := yamlPair.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("not understood: %q", line)
		}
		key, value := m[3], strings.Trim(m[4], `'`)
		switch {
		case value == "": // service, pipeline, inputs, outputs
			if name = strings.TrimSuffix(key, "s"); name == "service" {
				sections = append(sections, section{name: name})
			}
			continue
		case m[2] != "":
			sections = append(sections, section{name: name})
		}
		s := &sections[len(sections)-1]
		s.entries = append(s.entries, entry{key, value})
	}
	return sections
}

func TestConf_EveryOptionExists(t *testing.T) {
	known := slices.Clone(ofTheCore)
	for _, o := range config.Table() {
		known = append(known, o.Name)
	}
	for name, sections := range map[string][]section{
		"fluent-bit.conf": parseClassic(readConf(t, "fluent-bit.conf")),
		"fluent-bit.yaml": parseYAML(t, readConf(t, "fluent-bit.yaml")),
	} {
		outputs := 0
		for _, s := range sections {
			if s.name != "output" || s.get("name") != "dynatrace" {
				continue
			}
			outputs++
			for _, e := range s.entries {
				if !slices.Contains(known, e.key) {
					t.Errorf("%s: there is no option %s", name, e.key)
				}
			}
		}
		if outputs == 0 {
			t.Errorf("%s has no output with the name dynatrace", name)
		}
	}
}

func TestConf_BothFormatsSayTheSame(t *testing.T) {
	same := map[string]string{"On": "true", "Off": "false"}
	collect := func(sections []section) map[string]string {
		all := map[string]string{}
		for _, s := range sections {
			for _, e := range s.entries {
				value := e.value
				if v, ok := same[value]; ok {
					value = v
				}
				all[s.name+"."+e.key] = value
			}
		}
		return all
	}
	classic, yaml := collect(parseClassic(readConf(t, "fluent-bit.conf"))), collect(parseYAML(t, readConf(t, "fluent-bit.yaml")))
	if !maps.Equal(classic, yaml) {
		t.Errorf("classic %v\nYAML    %v", classic, yaml)
	}
}

func TestConf_EveryVariableIsExplained(t *testing.T) {
	set := (&job{}).environment()
	for _, name := range []string{"fluent-bit.conf", "fluent-bit.yaml"} {
		text := readConf(t, name)
		for _, m := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllStringSubmatch(text, -1) {
			if _, ok := set[m[1]]; !ok {
				t.Errorf("%s: %s is not set by make run", name, m[1])
			}
			if !strings.Contains(text, "\n#   "+m[1]+" ") {
				t.Errorf("%s: %s is not explained", name, m[1])
			}
		}
	}
}

func TestOutputProperties_AreThoseOfTheConfiguration(t *testing.T) {
	j := &job{endpoint: "http://127.0.0.1:1", dir: "/work"}
	got := outputProperties(readConf(t, "fluent-bit.conf"), j.environment())
	var want host.Properties
	for _, s := range parseClassic(readConf(t, "fluent-bit.conf")) {
		for _, e := range s.entries {
			selects := e.key == "name" || e.key == "match" || strings.HasPrefix(e.key, "storage.")
			if s.name != "output" || selects {
				continue
			}
			value := os.Expand(e.value, func(name string) string { return j.environment()[name] })
			want = append(want, host.Property{Key: e.key, Value: value})
		}
	}
	if len(want) < 5 || !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := outputProperties("[OUTPUT]\n    Name  stdout\n[INPUT]\n    Name  dynatrace\n", nil); got != nil {
		t.Errorf("another section: %v", got)
	}
}
