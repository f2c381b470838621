package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
)

// width is the number of columns that the output fits.
const width = 100

// labelWidth is where the second column of a pair begins.
const labelWidth = 11

// screen prints for a person. Several goroutines may print at once.
type screen struct {
	mu   sync.Mutex
	out  io.Writer
	gone func() // called when nobody reads any more
}

func newScreen(out io.Writer, gone func()) *screen { return &screen{out: out, gone: gone} }

// print writes a text as it is.
func (s *screen) print(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := io.WriteString(s.out, text); err != nil {
		s.gone()
	}
}

// line prints a paragraph.
func (s *screen) line(text string) { s.print(strings.Join(wrap(text, width), "\n") + "\n") }

// pair prints a label and, beside it, a text that may take several lines.
func (s *screen) pair(label, text string) {
	var b strings.Builder
	for i, line := range wrap(text, width-labelWidth) {
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(&b, "%-*s%s\n", labelWidth, label, line)
	}
	s.print(b.String())
}

// wrap breaks a text at spaces into lines of at most columns; a longer word is cut.
func wrap(text string, columns int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(text) {
		word = plain(word, columns)
		w := columnsOf(word)
		if used > 0 && used+1+w > columns {
			lines = append(lines, line)
			line, used = "", 0
		}
		if used > 0 {
			line += " "
			used++
		}
		line += word
		used += w
	}
	return append(lines, line)
}
