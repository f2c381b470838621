package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// deliveryDoc is the document that shows the matrix, between the marks.
const (
	deliveryDoc = "../../docs/delivery.md"
	matrixBegin = "<!-- matrix:begin -->"
	matrixEnd   = "<!-- matrix:end -->"
)

// cell identifies a trial.
type cell struct {
	row     int
	agent   string
	workers int
}

// matrix collects the results of trials, in any order and from any goroutine.
type matrix struct {
	rows    []row
	agents  []agent
	workers []int

	mu    sync.Mutex
	cells map[cell]result
}

func newMatrix(rows []row, agents []agent, workers []int) *matrix {
	return &matrix{rows: rows, agents: agents, workers: workers, cells: map[cell]result{}}
}

func (m *matrix) set(c cell, r result) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cells[c] = r
}

// complete reports whether each trial has a result.
func (m *matrix) complete() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.cells) == len(m.rows)*len(m.agents)*len(m.workers)
}

// markdown returns the table of all results.
func (m *matrix) markdown() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b strings.Builder
	b.WriteString("| what goes wrong | agent | workers | what happened | lost | doubled |\n|---|---|---|---|---|---|\n")
	for i, row := range m.rows {
		for _, a := range m.agents {
			for _, workers := range m.workers {
				if r, ok := m.cells[cell{i, a.name, workers}]; ok {
					fmt.Fprintf(&b, "| %s | %s | %d | %s | %d | %s |\n", row.name, a.name, workers, r.happened, r.lost, doubledText(r))
				}
			}
		}
	}
	return b.String()
}

func doubledText(r result) string {
	if r.doubled == 0 {
		return "0"
	}
	return fmt.Sprintf("%d (%d by id)", r.doubled, r.doubledByID)
}

// document returns the table for the docs: the results of the host that are the same in every run.
// It returns an error if they differ between numbers of workers.
func (m *matrix) document() (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b strings.Builder
	b.WriteString(matrixBegin + "\n| What goes wrong | Returned to Fluent Bit | Lost | Duplicates |\n|---|---|---|---|\n")
	for i, row := range m.rows {
		line := ""
		for _, workers := range m.workers {
			r := m.cells[cell{i, m.agents[0].name, workers}]
			lost := fmt.Sprint(r.lost)
			if row.lostWhy != "" {
				lost += " (" + row.lostWhy + ")"
			}
			next := fmt.Sprintf("| %s | %s | %s | %s |\n", row.name, r.told, lost, doubledText(r))
			if line != "" && line != next {
				return "", fmt.Errorf("with %d workers the matrix has another line:\n%s%s", workers, line, next)
			}
			line = next
		}
		b.WriteString(line)
	}
	return b.String() + matrixEnd, nil
}

// checkDocument compares the table between the marks in a file with ours, or writes it.
func checkDocument(path, table string, update bool) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("%w: write it, with the lines %s and %s where the fault matrix goes", err, matrixBegin, matrixEnd)
	}
	begin, end := bytes.Index(text, []byte(matrixBegin)), bytes.Index(text, []byte(matrixEnd))
	if begin < 0 || end < begin || bytes.Count(text, []byte(matrixBegin)) != 1 || bytes.Count(text, []byte(matrixEnd)) != 1 {
		return fmt.Errorf("%s needs the lines %s and %s once, in this order, where the fault matrix goes", path, matrixBegin, matrixEnd)
	}
	want := bytes.Join([][]byte{text[:begin], []byte(table), text[end+len(matrixEnd):]}, nil)
	switch {
	case bytes.Equal(text, want):
		return nil
	case update:
		return os.WriteFile(path, want, 0o644)
	}
	return fmt.Errorf("%s has another fault matrix than what came out:\n%s", path, table)
}

func TestMatrix_IsWrittenBetweenTheMarks(t *testing.T) {
	path := filepath.Join(tempDir(t), "delivery.md")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	const table = matrixBegin + "\n| a |\n" + matrixEnd
	if err := checkDocument(path, table, true); err == nil || !strings.Contains(err.Error(), "write it, with the lines") {
		t.Errorf("no file: %v", err)
	}
	for _, text := range []string{"", matrixBegin, matrixEnd + "\n" + matrixBegin, matrixBegin + matrixEnd + matrixEnd} {
		write(text)
		if err := checkDocument(path, table, true); err == nil || !strings.Contains(err.Error(), "once, in this order") {
			t.Errorf("%q: %v", text, err)
		}
	}
	write("before\n" + matrixBegin + "\nold\n" + matrixEnd + "\nbehind\n")
	if err := checkDocument(path, table, false); err == nil || !strings.Contains(err.Error(), "another fault matrix") {
		t.Errorf("an old table: %v", err)
	}
	for range 2 {
		if err := checkDocument(path, table, true); err != nil {
			t.Error(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != "before\n"+table+"\nbehind\n" {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestMatrix_DocumentMergesEqualRows(t *testing.T) {
	m := newMatrix([]row{{name: "first"}, {name: "second", lostWhy: "a reason"}}, hosts("5.1.1"), []int{1, 4})
	if m.complete() {
		t.Error("complete without a result")
	}
	for i := range 2 {
		for _, workers := range m.workers {
			m.set(cell{i, "host 5.1.1", workers}, result{told: tellsOK, lost: i, doubled: 5 * i})
		}
	}
	got, err := m.document()
	if want := "| first | OK | 0 | 0 |\n| second | OK | 1 (a reason) | 5 (0 by id) |\n" + matrixEnd; err != nil || !strings.HasSuffix(got, want) || !m.complete() {
		t.Errorf("got %s, %v; want it to end in %s", got, err, want)
	}
	m.set(cell{1, "host 5.1.1", 4}, result{told: tellsOK, lost: 2})
	if _, err := m.document(); err == nil || !strings.Contains(err.Error(), "with 4 workers") {
		t.Errorf("different results: %v", err)
	}
}
