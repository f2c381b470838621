package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

const (
	// shownSamples is how many stored records are shown.
	shownSamples = 4
	// sampledRecords is how many records are looked at in search of different kinds.
	sampledRecords = 100_000
	// sampledBytes is how much of a value is kept.
	sampledBytes = 400
)

// kinds are the kinds of line that a record is shown of, the most welcome first. The last takes what the others do not.
var kinds = []struct {
	name string
	is   func(content []byte) bool
}{
	{"an access line", func(c []byte) bool { return bytes.Contains(c, []byte(" HTTP/")) && bytes.Contains(c, []byte("] \"")) }},
	{"a line of JSON", func(c []byte) bool { return len(c) > 2 && c[0] == '{' && json.Valid(c) }},
	{"a line of a stack trace", func(c []byte) bool {
		return bytes.HasPrefix(c, []byte("\tat ")) || bytes.HasPrefix(c, []byte("Caused by: "))
	}},
	{"text beyond ASCII", func(c []byte) bool {
		return bytes.ContainsFunc(c, func(r rune) bool { return r > 0x7f && r != '\uFFFD' })
	}},
	{"a syslog line", func(c []byte) bool {
		return len(c) > 3 && c[0] == '<' && c[1] >= '1' && c[1] <= '9' && bytes.IndexByte(c[:min(6, len(c))], '>') > 0
	}},
	{"a line", func(c []byte) bool { return len(c) > 0 }},
	{"an empty line", func([]byte) bool { return true }},
}

// sample is one stored record, shortened.
type sample struct {
	kind   string
	fields []field
}

// field is one attribute of a stored record.
type field struct {
	key, value string
	bytes      int // of the whole value
}

// samples keeps the first records of each kind.
type samples struct {
	seen  int
	found [8][]sample // by kind, at most shownSamples of each
}

// offer keeps the record if it is among the first of its kind. Neither argument is kept.
func (s *samples) offer(content []byte, raw json.RawMessage) {
	if s.seen++; s.seen > sampledRecords {
		return
	}
	for i, kind := range kinds {
		if kind.is(content) {
			if len(s.found[i]) < shownSamples {
				s.found[i] = append(s.found[i], newSample(kind.name, raw))
			}
			return
		}
	}
}

// best are the samples to show: one of each kind, and if there are too few kinds, second ones.
func (s *samples) best() []sample {
	var out []sample
	for nth := range shownSamples {
		for _, found := range s.found {
			if nth < len(found) && len(out) < shownSamples {
				out = append(out, found[nth])
			}
		}
	}
	return out
}

// newSample takes a record apart: first what every record has, then the rest in alphabetical order.
func newSample(kind string, raw json.RawMessage) sample {
	var all map[string]json.RawMessage
	_ = json.Unmarshal(raw, &all) // Put has read it already
	s := sample{kind: kind}
	for key, value := range all {
		text := string(value)
		if value[0] == '"' {
			_ = json.Unmarshal(value, &text) // it was valid as a part of raw
		}
		f := field{key: key, value: text, bytes: len(text)}
		if len(text) > sampledBytes {
			f.value = strings.ToValidUTF8(text[:sampledBytes], "")
		}
		s.fields = append(s.fields, f)
	}
	first := []string{"timestamp", "loglevel", "status", "content"}
	slices.SortFunc(s.fields, func(a, b field) int {
		i, j := slices.Index(first, a.key), slices.Index(first, b.key)
		if i >= 0 && j >= 0 {
			return i - j
		}
		if i >= 0 || j >= 0 {
			return j - i // the one that is found comes first
		}
		return strings.Compare(a.key, b.key)
	})
	return s
}
