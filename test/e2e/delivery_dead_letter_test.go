package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
)

// deadLetter is a line of a dead letter file.
type deadLetter struct {
	Time    time.Time      `json:"time"`
	Tag     string         `json:"tag"`
	Reason  string         `json:"reason"`
	Status  int            `json:"status"`
	Message string         `json:"message"`
	Record  map[string]any `json:"record"`
}

// content returns the content of the record.
func (d *deadLetter) content() string {
	text, _ := d.Record["content"].(string)
	return text
}

// readDeadLetters reads the complete lines of a file, none if it is missing.
func readDeadLetters(t *testing.T, file string) (letters []deadLetter) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			break // it is being written
		}
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		var letter deadLetter
		if err := d.Decode(&letter); err != nil {
			t.Fatalf("a dead letter cannot be read: %v: %.300s", err, line)
		}
		letters = append(letters, letter)
	}
	return letters
}

// wantDeadLetters checks that the dead letter file holds the lost lines that the row names, and
// nothing else.
func (t *trial) wantDeadLetters() {
	t.Helper()
	letters := readDeadLetters(t.T, t.deadLetters)
	if len(letters) != t.row.dead {
		t.Errorf("%d dead letters, want %d", len(letters), t.row.dead)
	}
	if len(letters) == 0 {
		return
	}
	for _, d := range letters {
		if age := time.Since(d.Time); age < 0 || age > time.Hour {
			t.Errorf("a dead letter of %v", d.Time)
		}
		if d.Reason != t.row.deadReason || d.Status != t.refusedWith() || d.Message == "" || !strings.HasPrefix(d.Tag, "app") {
			t.Errorf("want reason %s and status %d: %+v", t.row.deadReason, t.refusedWith(), d)
			break
		}
	}
	a := corpus.CheckNumbered(t.lines, func(yield func(string) bool) {
		for _, d := range letters {
			if !yield(d.content()) {
				return
			}
		}
	})
	if arrived := without(t.lines, a.Missing); len(a.Doubled)+len(a.Damaged) > 0 || !slices.Equal(arrived, t.row.lost) {
		t.Errorf("the dead letters hold %d of the lost lines, %d twice, %d damaged", len(arrived), len(a.Doubled), len(a.Damaged))
	}
	info, err := os.Stat(t.deadLetters)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the dead letter file has mode %v, want 0600", info.Mode().Perm())
	}
	text, err := os.ReadFile(t.deadLetters)
	if err != nil {
		t.Fatal(err)
	}
	if _, secret, _ := strings.Cut(t.d.token[len("dt0c01."):], "."); bytes.Contains(text, []byte(secret)) {
		t.Error("the dead letter file holds the token")
	}
}

// refusedWith is the status with which the row's server rejects records.
func (t *trial) refusedWith() int {
	if status := t.row.server.RefuseStatus; status != 0 {
		return status
	}
	return 400
}

// without returns the numbers from 1 to n that are not among the others. The others are in
// ascending order.
func without(n int, others []int) (rest []int) {
	for i := 1; i <= n; i++ {
		if len(others) > 0 && others[0] == i {
			others = others[1:]
			continue
		}
		rest = append(rest, i)
	}
	return rest
}
