package golden

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/test/ingest"
)

const testdata = "testdata"

// golden is one case: a folder of testdata.
type golden struct {
	name    string // source/case
	dir     string
	tag     string
	options map[string]string // from output.conf
	env     map[string]string
	chunk   []byte
	byHand  bool           // the chunk is made from input.json
	profile ingest.Profile // of the server
}

func (g *golden) file(name string) string { return filepath.Join(g.dir, name) }

// allCases reads all cases of testdata.
func allCases(t testing.TB) (all []*golden) {
	t.Helper()
	confs, err := filepath.Glob(filepath.Join(testdata, "*", "*", "output.conf"))
	if err != nil || len(confs) == 0 {
		t.Fatalf("no cases in %s: %v", testdata, err)
	}
	dirs, err := filepath.Glob(filepath.Join(testdata, "*", "*"))
	dirs = slices.DeleteFunc(dirs, func(dir string) bool { // go test -fuzz writes into testdata/fuzz
		return filepath.Dir(dir) == filepath.Join(testdata, "fuzz")
	})
	if err != nil || len(dirs) != len(confs) {
		t.Errorf("got %d folders, %d of them with an output.conf (%v)", len(dirs), len(confs), err)
	}
	for _, conf := range confs {
		g, err := readCase(filepath.Dir(conf))
		if err != nil {
			t.Fatalf("%s: %v", conf, err)
		}
		all = append(all, g)
	}
	return all
}

func readCase(dir string) (*golden, error) {
	name, err := filepath.Rel(testdata, dir)
	if err != nil {
		return nil, err
	}
	g := &golden{name: filepath.ToSlash(name), dir: dir, options: map[string]string{}, env: map[string]string{}}
	conf, err := os.ReadFile(g.file("output.conf"))
	if err != nil {
		return nil, err
	}
	if err := g.parse(string(conf)); err != nil {
		return nil, err
	}
	g.chunk, err = os.ReadFile(g.file("chunk.msgpack"))
	if errors.Is(err, fs.ErrNotExist) {
		g.byHand = true
		var text []byte
		if text, err = os.ReadFile(g.file("input.json")); err == nil {
			g.chunk, err = chunkOf(text)
		}
	}
	return g, err
}

// parse reads an output.conf.
func (g *golden) parse(conf string) error {
	comment := false
	for line := range strings.Lines(conf) {
		line = strings.TrimSpace(line)
		if comment = comment || strings.HasPrefix(line, "# "); line == "" || line[0] == '#' {
			continue
		}
		key, value, _ := strings.Cut(line, " ")
		if value = strings.TrimSpace(value); value == "" {
			return fmt.Errorf("%q has no value", key)
		}
		value = strings.ReplaceAll(value, "${CASE}", g.dir)
		switch {
		case key == "tag":
			g.tag = value
		case key == "env":
			name, value, _ := strings.Cut(value, " ")
			g.env[name] = value
		case !known(key):
			return fmt.Errorf("unknown option %q", key)
		case g.options[key] != "":
			return fmt.Errorf("duplicate option %q", key)
		default:
			g.options[key] = value
		}
	}
	if g.tag == "" || !comment {
		return errors.New("needs a tag, and a comment that explains the case")
	}
	return nil
}

// known reports whether the plugin has the option.
func known(option string) bool {
	return slices.ContainsFunc(config.Table(), func(o config.Option) bool { return o.Name == option })
}

// config loads the options of the case, and the options that every case has. The environment of the
// case must be set: ${NAME} in a value is replaced by that variable, as Fluent Bit does.
func (g *golden) config(endpoint string, lookUp bool) (*config.Config, error) {
	section := options{
		"endpoint":  endpoint,
		"api_token": token,
		// The captured records are older than the 24 hours that Dynatrace accepts.
		"old_records": string(flush.OldSend),
	}
	if g.options["enrich"] == "" {
		section["enrich"] = withoutHost
	}
	for key, value := range g.options {
		if known(key) {
			section[key] = os.Expand(value, os.Getenv)
		}
	}
	if !lookUp {
		section["ecs_metadata"] = "off"
	}
	return config.Load(section)
}

// withoutHost is the default of enrich without the host name, which differs between machines.
const withoutHost = "auto,-host"

type options map[string]string

func (o options) Get(name string) string { return o[name] }

// check compares a file with its expected content. With -update it writes the file instead.
func check(t *testing.T, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	switch {
	case err == nil && bytes.Equal(got, want):
	case *update:
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	case err != nil:
		t.Errorf("%v\nRun: go test ./test/golden -update", err)
	default:
		t.Errorf("%s is out of date: %s\nRun: go test ./test/golden -update", path, firstDifference(got, want))
	}
}

// firstDifference describes the first line in which two texts differ.
func firstDifference(got, want []byte) string {
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range max(len(g), len(w)) {
		a, b := at(g, i), at(w, i)
		if a != b {
			return fmt.Sprintf("line %d\n  file %s\n  now  %s", i+1, a, b)
		}
	}
	return "no difference"
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return strings.TrimSpace(lines[i])
	}
	return "(end)"
}
