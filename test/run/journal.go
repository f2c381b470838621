package main

import (
	"bytes"
	"regexp"
	"strings"
	"sync"
)

// keptLines is how many lines of an agent are kept, the last ones; a line is kept up to keptBytes.
const (
	keptLines = 300
	keptBytes = 2000
)

// journal is what an agent prints: it shows the plugin's lines at once and keeps the last of all lines for the case that
// something goes wrong. It may be written to by several goroutines.
type journal struct {
	screen *screen

	mu      sync.Mutex
	partial []byte
	kept    []string
	dropped int
}

func newJournal(s *screen) *journal { return &journal{screen: s} }

// Write implements io.Writer; it never fails.
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for rest := p; len(rest) > 0; {
		line, after, whole := bytes.Cut(rest, []byte("\n"))
		if room := keptBytes - len(j.partial); room > 0 {
			j.partial = append(j.partial, line[:min(len(line), room)]...)
		}
		if whole {
			j.take(string(j.partial))
			j.partial = j.partial[:0]
		}
		rest = after
	}
	return len(p), nil
}

func (j *journal) take(line string) {
	if j.kept = append(j.kept, line); len(j.kept) > keptLines {
		j.kept = j.kept[1:]
		j.dropped++
	}
	if text, ok := worthShowing(line); ok {
		j.screen.pair("plugin", text)
	}
}

// lines are the last lines, and how many came before them.
func (j *journal) lines() (last []string, dropped int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	last = append(last, j.kept...)
	if len(j.partial) > 0 {
		last = append(last, string(j.partial))
	}
	return last, j.dropped
}

// logLine is Fluent Bit's: [time] [level] text.
var logLine = regexp.MustCompile(`^\[\d{4}/[^\]]*\] \[ *(\w+)\] (.*)$`)

// worthShowing picks what the plugin says, without time and without Fluent Bit's own lines about the plugin's threads.
func worthShowing(line string) (text string, ok bool) {
	m := logLine.FindStringSubmatch(line)
	if m == nil {
		return "", false
	}
	level, text := m[1], m[2]
	if !strings.HasPrefix(text, "[output:dynatrace") || strings.Contains(text, "] worker #") || strings.Contains(text, "] thread worker #") {
		return "", false
	}
	_, text, _ = strings.Cut(text, "] ")
	if level != "info" {
		text = level + ": " + text
	}
	return text, true
}
