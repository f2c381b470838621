package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"
)

// compare returns what differs between the lines that were read and the records that are stored.
func compare(read, stored tally) error {
	switch {
	case stored.lines != read.lines:
		return fmt.Errorf("%d lines were read, but %d records are stored", read.lines, stored.lines)
	case stored.sum != read.sum:
		return errors.New("as many records are stored as lines were read, but their contents differ")
	case stored.text > read.text:
		return errors.New("the contents of the stored records are longer than the lines that were read")
	}
	return nil
}

// printRecords shows stored records, one attribute a line.
func printRecords(w io.Writer, records []json.RawMessage, total int64) {
	fmt.Fprintf(w, "\n%d of the %d stored records:\n", len(records), total)
	for _, raw := range records {
		var text bytes.Buffer
		_ = json.Indent(&text, raw, "  ", "  ") // Put has read it already
		for line := range strings.Lines("  " + text.String()) {
			fmt.Fprintln(w, safe(strings.TrimRight(line, "\n")))
		}
	}
	fmt.Fprintln(w)
}

// safe makes a line safe for a terminal, whatever a log holds, and at most 100 characters long.
func safe(line string) string {
	const most = 100
	short := []rune(strings.Map(printable, line[:min(len(line), 4*most)]))
	if len(short) <= most && len(line) <= 4*most {
		return string(short)
	}
	return fmt.Sprintf("%s... (%d bytes)", string(short[:min(len(short), most-20)]), len(line))
}

// printable replaces what could move the cursor or change colors.
func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return '\uFFFD'
}

// transcript keeps the end of what an agent prints. It may be written to by several goroutines.
type transcript struct {
	mu   sync.Mutex
	text []byte
}

// Write implements io.Writer; it never fails.
func (t *transcript) Write(p []byte) (int, error) {
	const most = 64 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.text = append(t.text, p...); len(t.text) > 2*most {
		t.text = append(t.text[:0], t.text[len(t.text)-most:]...)
	}
	return len(p), nil
}

// print shows what is kept: all of it, or only the plugin's lines, without time and without Fluent
// Bit's own about the plugin's threads.
func (t *transcript) print(w io.Writer, all bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for line := range strings.Lines(string(t.text)) {
		line = strings.TrimSpace(line)
		_, text, ours := strings.Cut(line, "[output:dynatrace")
		_, text, _ = strings.Cut(text, "] ")
		switch {
		case all:
			fmt.Fprintln(w, " ", strings.Map(printable, line))
		case ours && !strings.Contains(text, "worker #"):
			fmt.Fprintln(w, "plugin    ", strings.Map(printable, text))
		}
	}
}
