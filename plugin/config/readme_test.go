package config

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const readme = "../../README.md"

var update = flag.Bool("update", false, "write the option table into "+readme)

// replaceTable puts the option table between the marks of a README.
func replaceTable(text []byte) ([]byte, error) {
	begin, end := bytes.Index(text, []byte(tableBegin)), bytes.Index(text, []byte(tableEnd))
	if begin < 0 || end < begin || bytes.Count(text, []byte(tableBegin)) != 1 || bytes.Count(text, []byte(tableEnd)) != 1 {
		return nil, fmt.Errorf("needs the lines %s and %s once, in this order, where the option table goes", tableBegin, tableEnd)
	}
	return bytes.Join([][]byte{text[:begin], []byte(Markdown()), text[end+len(tableEnd):]}, nil), nil
}

// checkReadme compares the table in path with ours, or writes it.
func checkReadme(path string, update bool) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%w: write it, with the lines %s and %s where the option table goes", err, tableBegin, tableEnd)
	}
	want, err := replaceTable(text)
	switch {
	case err != nil:
		return fmt.Errorf("%s %w", path, err)
	case bytes.Equal(text, want):
		return nil
	case update:
		return os.WriteFile(path, want, 0o644)
	}
	return errors.New(path + " has another option table than plugin/config/options.go")
}

func TestReadmeHasTheOptionTable(t *testing.T) {
	if err := checkReadme(readme, *update); err != nil {
		t.Fatalf("%v\nThen run: go generate ./plugin/config", err)
	}
}

func TestTheOptionTableIsWrittenBetweenTheMarks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "README.md")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := checkReadme(path, true); err == nil || !strings.Contains(err.Error(), "write it, with the lines") {
		t.Errorf("no README: %v", err)
	}
	for _, text := range []string{"", tableBegin, tableEnd + "\n" + tableBegin, tableBegin + tableEnd + tableBegin + tableEnd} {
		write(text)
		if err := checkReadme(path, true); err == nil || !strings.Contains(err.Error(), "once, in this order") {
			t.Errorf("%q: %v", text, err)
		}
	}
	write("before\n" + tableBegin + "\nold\n" + tableEnd + "\nbehind\n")
	if err := checkReadme(path, false); err == nil || !strings.Contains(err.Error(), "another option table") {
		t.Errorf("an old table: %v", err)
	}
	for range 2 {
		if err := checkReadme(path, true); err != nil {
			t.Error(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "before\n"+Markdown()+"\nbehind\n" {
		t.Errorf("got %s, %v", got, err)
	}
	if err := checkReadme(path, false); err != nil {
		t.Error(err)
	}
}

func TestTheOptionTableHasARowForEveryOption(t *testing.T) {
	rows := strings.Split(Markdown(), "\n")
	for i, o := range Options() {
		row := rows[i+3]
		if !strings.HasPrefix(row, "| `"+o.Name+"` |") || strings.Count(row, " | ") != 4 {
			t.Errorf("got %s", row)
		}
	}
}
