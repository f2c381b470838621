package mapping

import (
	"bytes"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// extra holds the attributes of a record that do not come from its fields: those of the OTLP
// metadata, and those of the sections in its line. They are added after the fields, when the trace
// and span ids among them are known.
type extra struct {
	attributes chunk.Cursor // of OTLP metadata, at their pairs
	pairs      uint64
	line       []byte // the line, if it has sections; otherwise nil
}

func (e *extra) isEmpty() bool { return e.pairs == 0 && e.line == nil }

// mostSections bounds the number of sections that are read from a line.
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

// considerSections considers the trace and span ids in the sections of a line.
func (t *traceIDs) considerSections(
	line []byte, roles *roleTable, out *record.Builder, late *lateFields,
) {
	eachSectionPair(line, func(key, value []byte) {
		r := roles.find(key)
		if r == nil || r.mayExclude && out.Excludes(key) {
			return
		}
		if r.use == source.TraceID || r.use == source.SpanID {
			rank := max(r.rank, source.KeptRank)
			t.consider(r.use, rank, sectionScope, inPlace, value, late)
		}
	})
}

// addSections adds the pairs in the sections of a line, except the ids that the record already has.
func addSections(line []byte, roles *roleTable, t *traceIDs, out *record.Builder) {
	eachSectionPair(line, func(key, value []byte) {
		if !t.isTaken(roles.find(key), value) {
			out.AddField(key, chunk.Token{Kind: chunk.String, Data: value}, nil)
		}
	})
}

// eachSectionPair calls do for each pair in the sections of a line.
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

// cutSection returns the text before, inside and after the first section of s.
func cutSection(s []byte) (before, section, behind []byte, ok bool) {
	before, rest, ok := bytes.Cut(s, sectionStart)
	if !ok {
		return s, nil, nil, false
	}
	section, behind, ok = bytes.Cut(rest, []byte("]"))
	return before, section, behind, ok
}
