package mapping

import (
	"bytes"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// beside are attributes that stand beside the fields of a record. They are added behind them, once
// the ids among them are known.
type beside struct {
	attributes chunk.Cursor // of OTLP metadata, at their pairs
	pairs      uint64
	line       []byte // with sections
}

func (b *beside) isEmpty() bool { return b.pairs == 0 && b.line == nil }

// mostSections bounds the sections that are looked for in a line.
const mostSections = 16

var sectionStart = []byte("[!dt ")

// cutSections removes the sections [!dt key=value, key2=value2] that OneAgent writes into the lines
// of applications. It reports whether there is one.
func cutSections(line []byte, out *record.Builder) (text []byte, found bool) {
	if !bytes.Contains(line, sectionStart) {
		return line, false
	}
	to := out.Spare()
	start := len(to)
	rest := line
	for range mostSections {
		before, _, behind, ok := cutSection(rest)
		if !ok {
			break
		}
		to = append(to, bytes.TrimRight(before, " ")...)
		if rest = behind; len(to) == start {
			rest = bytes.TrimLeft(rest, " ")
		}
	}
	return out.Take(append(to, rest...)), true
}

// considerSections takes the ids among the pairs of the sections of a line.
func (t *traceIDs) considerSections(line []byte, roles *roleTable, late *lateFields) {
	eachSectionPair(line, func(key, value []byte) {
		if r := roles.find(key); r != nil && (r.use == source.TraceID || r.use == source.SpanID) {
			t.consider(r.use, max(r.rank, source.KeptRank), inPlace, value, late)
		}
	})
}

// addSections adds the pairs of the sections of a line, apart from the ids that the record has.
func addSections(line []byte, roles *roleTable, t *traceIDs, out *record.Builder) {
	eachSectionPair(line, func(key, value []byte) {
		if !t.isTaken(roles.find(key), value) {
			out.AddField(key, chunk.Token{Kind: chunk.String, Data: value}, nil)
		}
	})
}

// eachSectionPair calls do for the pairs of the sections of a line.
func eachSectionPair(line []byte, do func(key, value []byte)) {
	for range mostSections {
		_, pairs, behind, ok := cutSection(line)
		if !ok {
			return
		}
		line = behind
		for len(pairs) > 0 {
			var pair []byte
			pair, pairs, _ = bytes.Cut(pairs, []byte(","))
			key, value, ok := bytes.Cut(bytes.TrimSpace(pair), []byte("="))
			if ok && len(key) > 0 {
				do(key, value)
			}
		}
	}
}

// cutSection returns what stands before, in and behind the first section.
func cutSection(s []byte) (before, section, behind []byte, ok bool) {
	before, rest, ok := bytes.Cut(s, sectionStart)
	if !ok {
		return s, nil, nil, false
	}
	section, behind, ok = bytes.Cut(rest, []byte("]"))
	return before, section, behind, ok
}
