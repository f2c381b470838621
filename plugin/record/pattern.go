package record

import (
	"bytes"
	"strings"
)

// Patterns select keys. A pattern is a key in which * matches any number of characters. Patterns
// do not change after NewPatterns: any number of goroutines may use them. Matching does not
// allocate.
type Patterns struct {
	list   []pattern
	folded []pattern // the list in lower case
}

// pattern holds the parts of a key between its stars. A single part is a whole key.
type pattern [][]byte

// NewPatterns compiles patterns.
func NewPatterns(patterns []string) (p Patterns) {
	for _, s := range patterns {
		p.list = append(p.list, newPattern(s))
		p.folded = append(p.folded, newPattern(strings.ToLower(s)))
	}
	return p
}

func newPattern(s string) (parts pattern) {
	for part := range strings.SplitSeq(s, "*") {
		parts = append(parts, []byte(part))
	}
	return parts
}

// Any reports whether there is at least one pattern.
func (p *Patterns) Any() bool { return len(p.list) > 0 }

// Match reports whether a pattern matches the whole key.
func (p *Patterns) Match(key []byte) bool { return matchAny(p.list, key) }

// MatchFold is Match without regard to case. It is for the start, not for each record: it
// allocates.
func (p *Patterns) MatchFold(key string) bool {
	return matchAny(p.folded, []byte(strings.ToLower(key)))
}

func matchAny(list []pattern, key []byte) bool {
	for _, parts := range list {
		if parts.match(key) {
			return true
		}
	}
	return false
}

func (p pattern) match(key []byte) bool {
	first, last := p[0], p[len(p)-1]
	if len(p) == 1 {
		return bytes.Equal(key, first)
	}
	if len(key) < len(first)+len(last) ||
		!bytes.HasPrefix(key, first) || !bytes.HasSuffix(key, last) {
		return false
	}
	key = key[len(first) : len(key)-len(last)]
	for _, part := range p[1 : len(p)-1] { // the first occurrence of each part is as good as any
		at := bytes.Index(key, part)
		if at < 0 {
			return false
		}
		key = key[at+len(part):]
	}
	return true
}
