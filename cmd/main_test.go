package cmd

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bin is the directory with the built commands, names are the directories of their sources.
var (
	bin   string
	names []string
)

// TestMain builds every command.
func TestMain(m *testing.M) {
	code, err := build(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func build(m *testing.M) (int, error) {
	entries, err := os.ReadDir(".")
	if err != nil {
		return 0, err
	}
	for _, entry := range entries {
		if entry.IsDir() && entry.Name() != "testdata" {
			names = append(names, entry.Name())
		}
	}
	if bin, err = os.MkdirTemp("", "commands"); err != nil {
		return 0, err
	}
	defer os.RemoveAll(bin)
	build := exec.Command("go", "build", "-o", bin+"/", "./...")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("%w: %s", err, text)
	}
	return m.Run(), nil
}

// TestCommands_RunAgainWhenTheirSourcesChange looks at every source. go test caches a result as long as
// the files that a test looks at are the same, and does not know what TestMain builds.
func TestCommands_RunAgainWhenTheirSourcesChange(t *testing.T) {
	for _, root := range []string{".", "../plugin", "../test/ingest"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".go") {
				_, err = os.Stat(path)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestCommands_PrintTheirHelp(t *testing.T) {
	for _, name := range names {
		cmd := exec.Command(filepath.Join(bin, name), "--help")
		var stdout, stderr bytes.Buffer
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		if err := cmd.Run(); err != nil || stderr.Len() > 0 {
			t.Errorf("%s --help: %v, stderr %q", name, err, &stderr)
		}
		if !strings.HasPrefix(stdout.String(), name+" - ") {
			t.Errorf("%s: the help does not start with a summary: %.80q", name, &stdout)
		}
		for line := range strings.Lines(stdout.String()) {
			if len(line) > 81 {
				t.Errorf("%s: more than 80 columns: %s", name, line)
			}
		}
	}
}
