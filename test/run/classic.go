package main

import (
	"os"
	"strings"
)

// section is one [SECTION] of a configuration in Fluent Bit's classic format. Names and keys are in lower case.
type section struct {
	name    string
	entries []entry
}

// entry is one line of a section; the value is as it stands there.
type entry struct{ key, value string }

// get gives the value of the first entry with the key.
func (s section) get(key string) (string, bool) {
	for _, e := range s.entries {
		if e.key == key {
			return e.value, true
		}
	}
	return "", false
}

// parseClassic reads sections, entries and comments, which is all that conf/ uses: no @SET and no @INCLUDE.
func parseClassic(text string) []section {
	var sections []section
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			sections = append(sections, section{name: strings.ToLower(strings.Trim(line, "[]"))})
		case len(sections) > 0:
			s := &sections[len(sections)-1]
			key, value := line, ""
			if i := strings.IndexAny(line, " \t"); i >= 0 {
				key, value = line[:i], strings.TrimSpace(line[i:])
			}
			s.entries = append(s.entries, entry{strings.ToLower(key), value})
		}
	}
	return sections
}

// expand replaces ${NAME}.
func expand(value string, environment map[string]string) string {
	return os.Expand(value, func(name string) string { return environment[name] })
}
