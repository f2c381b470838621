package metadata

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"out_dynatrace/plugin/telemetry"
)

// recorder is a Logger that keeps its lines, with their levels.
type recorder struct {
	mu    sync.Mutex
	lines []string
}

func (r *recorder) Enabled(telemetry.Level) bool { return true }

func (r *recorder) Log(level telemetry.Level, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf("%d %s", level, text))
}

// said is what was printed at that level or a graver one.
func (r *recorder) said(level telemetry.Level) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var lines []string
	for _, line := range r.lines {
		if line[0] <= '0'+byte(level) {
			lines = append(lines, line)
		}
	}
	return lines
}

func newLog() (*telemetry.Log, *recorder) {
	r := new(recorder)
	return telemetry.NewLog(r, nil, 0), r
}

// expectWarnings checks that each line printed at warning or above holds one of the parts, in their
// order, and that there is no other.
func expectWarnings(t *testing.T, r *recorder, parts ...string) {
	t.Helper()
	said := r.said(telemetry.LevelWarn)
	if len(said) != len(parts) {
		t.Errorf("warned %d times, want %d: %q", len(said), len(parts), said)
		return
	}
	for i, part := range parts {
		if !strings.Contains(said[i], part) {
			t.Errorf("warned %q, want %q in it", said[i], part)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// show writes facts with their types.
func show(facts []Fact) string {
	var out []string
	for _, f := range facts {
		out = append(out, fmt.Sprintf("%s=%#v", f.Key, f.Value))
	}
	return strings.Join(out, " ")
}

func noEnvironment(string) string { return "" }

// environment is a getenv over pairs of names and values.
func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}
