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
)

const confDir = "../../conf"

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

// parseYAML reads the little of YAML that conf/ uses: service, and pipeline with lists of inputs and outputs.
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

func TestEveryOptionInTheConfigurationsExists(t *testing.T) {
	known := slices.Clone(ofTheCore)
	for _, o := range config.Options() {
		known = append(known, o.Name)
	}
	for name, sections := range map[string][]section{
		"fluent-bit.conf": parseClassic(readConf(t, "fluent-bit.conf")),
		"fluent-bit.yaml": parseYAML(t, readConf(t, "fluent-bit.yaml")),
	} {
		outputs := 0
		for _, s := range sections {
			if plugin, _ := s.get("name"); s.name != "output" || plugin != "dynatrace" {
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

func TestTheTwoFormatsSayTheSame(t *testing.T) {
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

func TestTheConfigurationsNeedNoOtherVariablesThanTheyExplain(t *testing.T) {
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

func TestTheBufferGrowsForALongLineAndNothingElseChanges(t *testing.T) {
	for _, name := range []string{"fluent-bit.conf", "fluent-bit.yaml"} {
		j := &job{dir: t.TempDir(), conf: filepath.Join(confDir, name), longest: 9_900_000}
		if conf, err := j.placeConf(); err != nil || conf != j.conf {
			t.Errorf("%s: a line that fits changes it: %s, %v", name, conf, err)
		}
		j.longest = 12_000_000
		conf, err := j.placeConf()
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(conf)
		if err != nil {
			t.Fatal(err)
		}
		if want := regexp.MustCompile(`\b10M\b`).ReplaceAllString(readConf(t, name), "12065536"); string(text) != want {
			t.Errorf("%s:\n%s", name, text)
		}
	}
}

func TestThePluginIsPlacedInTheListOfPlugins(t *testing.T) {
	j := &job{dir: t.TempDir(), conf: filepath.Join(confDir, "fluent-bit.conf"), plugin: "/some where/$1/out_dynatrace.so"}
	if err := j.placePlugin(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(j.dir, "plugins.conf"))
	if err != nil {
		t.Fatal(err)
	}
	sections := parseClassic(string(text))
	if len(sections) != 1 || sections[0].name != "plugins" || len(sections[0].entries) != 1 || sections[0].entries[0] != (entry{"path", j.plugin}) {
		t.Errorf("%+v", sections)
	}
}
