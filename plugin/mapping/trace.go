package mapping

import (
	"bytes"
	"encoding/hex"

	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// traceIDs is the search for the ids of a trace and a span.
type traceIDs struct {
	trace, span candidate
	parent      parent
	// traces and spans are the valid ids so far. They say which span is of which trace.
	traces, spans scopedIDs
}

// scopedID is an id and the scope that it is from: the top level, a map, or what is listed at
// otlpScope.
type scopedID struct {
	scope int
	rank  uint8
	text  []byte
}

// mostIDs bounds the ids of a record that are remembered.
const mostIDs = 8

// scopedIDs are the ids of a record with the best ranks.
type scopedIDs struct {
	list [mostIDs]scopedID
	size int
	// isCrowded reports that there were more.
	isCrowded bool
}

func (s *scopedIDs) add(id scopedID) {
	if s.size == mostIDs {
		s.isCrowded = true
		worst := &s.list[0]
		for i := range s.list {
			if s.list[i].rank >= worst.rank {
				worst = &s.list[i]
			}
		}
		if id.rank < worst.rank {
			*worst = id
		}
		return
	}
	s.list[s.size] = id
	s.size++
}

// Scopes of ids that are in no map of the body. The scope of a map is the position of its
// top-level key, and that of a map in an array its own position. The scope of the top level is 0,
// and parsedAt in what was JSON in the content.
const (
	otlpScope       = -1 - iota // of the metadata of OTLP
	attributesScope             // of the attributes of an OTLP record
	sectionScope                // of the sections of a line
)

// topScope returns the scope of a top-level field at a position.
func topScope(at int) int { return at - at%parsedAt }

// parent are the ids of a traceparent. Its span is part of its trace.
type parent struct{ trace, span []byte }

// Lengths of the ids in hexadecimal digits (https://www.w3.org/TR/trace-context/).
const (
	traceDigits = 32
	spanDigits  = 16
)

// Ranks of ids in addition to those of the trace source, the best and the last.
const (
	otlpRank   = 1 // of the metadata of OTLP
	parentRank = 99
)

var (
	traceKey = []byte("trace_id")
	spanKey  = []byte("span_id")
)

// displaced is the role of a field that was the best id for a while.
var displaced = role{}

func (t *traceIDs) reset() {
	t.trace.rank, t.span.rank = 0, 0
	t.traces.size, t.traces.isCrowded = 0, false
	t.spans.size, t.spans.isCrowded = 0, false
	if t.parent.trace != nil {
		t.parent = parent{}
	}
}

// consider takes a valid id of a scope that is better than the one found so far, and reports
// whether it took the field. Of fields that stay under their own name it takes only the id. A field
// that loses is added to late, because only then the name of its attribute is taken.
func (t *traceIDs) consider(
	u source.Use, rank uint8, scope, at int, text []byte, late *lateFields,
) bool {
	best, known, length := &t.trace, &t.traces, traceDigits
	switch u {
	case source.TraceParent:
		id, span, ok := splitParent(text)
		if ok && ascii.IsID(id, traceDigits) {
			known.add(scopedID{scope, rank, id})
			if t.parent.trace == nil {
				t.parent = parent{id, span}
			}
		}
		return false
	case source.SpanID:
		best, known, length = &t.span, &t.spans, spanDigits
	}
	if u == source.TraceID {
		text = cutProject(text)
	}
	if !ascii.IsID(text, length) {
		return false
	}
	known.add(scopedID{scope, rank, text})
	if best.rank != 0 && best.rank <= uint16(rank) {
		return false
	}
	if rank >= source.KeptRank {
		at = inPlace
	}
	if best.rank != 0 && best.at != inPlace {
		*late = append(*late, lateField{at: best.at, top: best.top, role: &displaced})
	}
	id := chunk.Token{Kind: chunk.String, Data: text}
	*best = candidate{rank: uint16(rank), at: at, text: id}
	return at != inPlace
}

// considerBelow is consider for a text at a position of a map below the top-level key at top. The
// id that it takes is hidden when the map is flattened. at is inPlace if the text stays where it
// is.
func (t *traceIDs) considerBelow(
	e *event, l *leaf, scope, top, at int, text []byte, late *lateFields,
) {
	if !t.consider(l.use, l.rank, scope, at, text, late) {
		return
	}
	best := &t.trace
	if l.use == source.SpanID {
		best = &t.span
	}
	if best.top = top; !e.out.Hide(text) {
		best.at, best.top = inPlace, 0
	}
}

// isFound reports whether the record has an id.
func (t *traceIDs) isFound() bool {
	return t.trace.rank != 0 || t.span.rank != 0 || t.parent.trace != nil
}

// finish adds the ids.
func (t *traceIDs) finish(out *record.Builder, late *lateFields) {
	if p := &t.parent; p.trace != nil {
		if t.trace.rank == 0 {
			t.consider(source.TraceID, parentRank, 0, inPlace, p.trace, late)
		}
	}
	if t.trace.rank != 0 && t.span.rank != 0 {
		t.pair(late)
	}
	if p := &t.parent; p.trace != nil {
		if t.span.rank == 0 && bytes.EqualFold(t.trace.text.Data, p.trace) {
			t.consider(source.SpanID, parentRank, 0, inPlace, p.span, late)
		}
	}
	if t.trace.rank != 0 {
		out.AddText(traceKey, lowerHex(t.trace.text.Data, out))
	}
	if t.span.rank != 0 {
		out.AddText(spanKey, lowerHex(t.span.text.Data, out))
	}
}

// pair replaces a span of another trace by the best one that can be of the trace.
func (t *traceIDs) pair(late *lateFields) {
	var best *scopedID
	for i := range t.spans.list[:t.spans.size] {
		s := &t.spans.list[i]
		if (best == nil || s.rank < best.rank) && t.canHave(s) {
			best = s
		}
	}
	if best != nil && bytes.Equal(best.text, t.span.text.Data) {
		return
	}
	if t.span.at != inPlace {
		*late = append(*late, lateField{at: t.span.at, top: t.span.top, role: &displaced})
	}
	t.span = candidate{}
	if best != nil {
		id := chunk.Token{Kind: chunk.String, Data: best.text}
		t.span = candidate{rank: uint16(best.rank), at: inPlace, text: id}
	}
}

// canHave reports whether a span can be of the trace: the fields of its scope name that trace or
// none. Of several, the one in the same spelling is the span's.
func (t *traceIDs) canHave(span *scopedID) bool {
	var of *scopedID
	for i := range t.traces.list[:t.traces.size] {
		id := &t.traces.list[i]
		if id.scope != span.scope {
			continue
		}
		isSame := id.rank == span.rank
		if of == nil || isSame || id.rank < of.rank {
			of = id
		}
		if isSame {
			break
		}
	}
	if of == nil {
		return !t.traces.isCrowded
	}
	return bytes.EqualFold(of.text, t.trace.text.Data)
}

// isTaken reports whether a field that is not one of the record's own (OTLP metadata, a section of
// the line) holds the id that the record already has.
func (t *traceIDs) isTaken(r *role, text []byte) bool {
	if r == nil || !isIDUse(r.use) || r.rank >= source.KeptRank {
		return false
	}
	best := &t.trace
	if r.use == source.SpanID {
		best = &t.span
	}
	return best.rank != 0 && bytes.EqualFold(best.text.Data, text)
}

// cutProject returns the id in the name that Google Cloud gives to a trace,
// projects/<project>/traces/<id>, and other texts unchanged.
func cutProject(text []byte) []byte {
	if bytes.HasPrefix(text, []byte("projects/")) {
		_, text, _ = bytes.Cut(text, []byte("/traces/"))
	}
	return text
}

// splitParent splits the value of a traceparent header.
func splitParent(s []byte) (trace, span []byte, ok bool) {
	const dash1, dash2, dash3, length = 2, 35, 52, 55
	if len(s) < length || s[dash1] != '-' || s[dash2] != '-' || s[dash3] != '-' ||
		len(s) > length && s[length] != '-' {
		return nil, nil, false
	}
	if !ascii.IsHex(s[:dash1]) || bytes.EqualFold(s[:dash1], []byte("ff")) ||
		!ascii.IsHex(s[dash3+1:length]) {
		return nil, nil, false
	}
	return s[dash1+1 : dash2], s[dash2+1 : dash3], true
}

// lowerHex returns hexadecimal digits in lower case.
func lowerHex(s []byte, out *record.Builder) []byte {
	if !ascii.HasUpperHex(s) {
		return s
	}
	to := out.Spare()
	for _, c := range s {
		to = append(to, c|0x20)
	}
	return out.Take(to)
}

// hexOf returns an id as text: OTLP has it as bytes, Fluent Bit up to 3.2 also as digits.
func hexOf(tok chunk.Token, digits int, out *record.Builder) []byte {
	if len(tok.Data) != digits/2 {
		return tok.Data
	}
	return out.Take(hex.AppendEncode(out.Spare(), tok.Data))
}
