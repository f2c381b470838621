package mapping

import (
	"strings"

	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/mapping/source"
)

// leaf is what a field of a nested map may be used for.
type leaf struct {
	contentRank, levelRank uint8      // as in role
	use                    source.Use // TraceID, SpanID or TraceParent, with its rank
	rank                   uint8
}

// isUsed reports whether a field has a use at all.
func (l *leaf) isUsed() bool { return l.contentRank|l.levelRank != 0 || l.use != source.None }

// merge adds the uses of another leaf for the same key. Those that l has already stay.
func (l *leaf) merge(other *leaf) {
	if l.contentRank == 0 {
		l.contentRank = other.contentRank
	}
	if l.levelRank == 0 {
		l.levelRank = other.levelRank
	}
	if l.use == source.None {
		l.use, l.rank = other.use, other.rank
	}
}

// branch is a table of the keys of a nested map that have a use, or lead to one. The roles of the
// top-level keys are the root.
type branch struct {
	twigs   []twig
	lengths uint64 // of their keys, as bits: most other keys differ in that
}

// twig is a key of a nested map: its use, and the tables of what is below.
type twig struct {
	key string
	leaf
	fork
}

// fork leads from a key to the values below it.
type fork struct {
	maps     *branch // of a map
	elements *branch // of each map in an array
}

// isEmpty reports whether nothing below has a use.
func (f *fork) isEmpty() bool { return f.maps == nil && f.elements == nil }

// mostDots bounds the dots of a key that is looked for in nested maps: each of them can be a dot or
// a level of nesting, so that the table can double with each.
const mostDots = 6

// inArray marks a part of a dotted key that is an array of maps: in "scopes[].id" each of them can
// have the id.
const inArray = "[]"

// forks calls do for each way to read a dotted key as a key, and a dotted key in what is below it.
func forks(dotted string, do func(key string, isArray bool, rest string)) {
	if strings.Count(dotted, ".") > mostDots {
		return
	}
	for at := range len(dotted) {
		if dotted[at] != '.' {
			continue
		}
		key, isArray := strings.CutSuffix(dotted[:at], inArray)
		if strings.Contains(key, inArray) {
			return
		}
		do(key, isArray, dotted[at+1:])
	}
}

// add gives a dotted key below f a use.
func (f *fork) add(isArray bool, dotted string, l *leaf) {
	to := &f.maps
	if isArray {
		to = &f.elements
	}
	if *to == nil {
		*to = &branch{}
	}
	(*to).add(dotted, l)
}

func (b *branch) add(dotted string, l *leaf) {
	if !strings.Contains(dotted, inArray) {
		b.twig(dotted).merge(l)
	}
	forks(dotted, func(key string, isArray bool, rest string) { b.twig(key).add(isArray, rest, l) })
}

// twig returns the twig of a key, a new one if it has none yet. The pointer is valid until the next
// call.
func (b *branch) twig(key string) *twig {
	if t := b.find([]byte(key)); t != nil {
		return t
	}
	b.twigs = append(b.twigs, twig{key: key})
	b.lengths |= lengthBit(len(key))
	return &b.twigs[len(b.twigs)-1]
}

func lengthBit(n int) uint64 { return 1 << min(n, 63) }

// find returns the twig of a key, or nil. It ignores case, as roleTable does.
func (b *branch) find(key []byte) *twig {
	if b.lengths&lengthBit(len(key)) == 0 {
		return nil
	}
	for i := range b.twigs {
		if t := &b.twigs[i]; len(t.key) == len(key) && ascii.EqualFold(key, t.key) {
			return t
		}
	}
	return nil
}
