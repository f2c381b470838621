package record

import (
	"bytes"
	"encoding/hex"

	"out_dynatrace/plugin/chunk"
)

// Lengths of the ids in hexadecimal digits (https://www.w3.org/TR/trace-context/).
const (
	traceDigits = 32
	spanDigits  = 16
)

// Ranks of ids, the best first: that of OTLP's metadata, that of a field with the right name, those of fields with other names, and
// those of fields that stay beside the id that was taken of them.
const (
	otlpRank   = 1
	namedRank  = 2
	keptRank   = 5
	parentRank = 6
)

// displaced is the role of a field that was the best id for a while.
var displaced = role{}

// considerID takes a valid id that is better than the one so far, and reports whether it took the field: of those that stay under
// their own name it takes the id only.
func (m *Mapper) considerID(u use, rank uint8, at int, text []byte) bool {
	best, length := &m.trace, traceDigits
	switch u {
	case useParent:
		if trace, span, ok := splitParent(text); ok && m.parent.trace == nil && isID(trace, traceDigits) {
			m.parent = parent{trace, span}
		}
		return false
	case useSpan:
		best, length = &m.span, spanDigits
	}
	if !isID(text, length) || best.rank != 0 && best.rank <= uint16(rank) {
		return false
	}
	if rank >= keptRank {
		at = inPlace
	}
	if best.rank != 0 && best.at != inPlace {
		m.late = append(m.late, lateField{at: best.at, role: &displaced}) // only then is the name taken
	}
	*best = candidate{rank: uint16(rank), at: at, text: chunk.Token{Kind: chunk.String, Data: text}}
	return at != inPlace
}

var (
	traceKey = []byte("trace_id")
	spanKey  = []byte("span_id")
)

// parent are the ids of a traceparent. Its span belongs to its trace.
type parent struct{ trace, span []byte }

// finishIDs adds the ids.
func (m *Mapper) finishIDs(rec *Record) {
	if p := &m.parent; p.trace != nil {
		if m.trace.rank == 0 {
			m.considerID(useTrace, parentRank, inPlace, p.trace)
		}
		if m.span.rank == 0 && bytes.EqualFold(m.trace.text.Data, p.trace) {
			m.considerID(useSpan, parentRank, inPlace, p.span)
		}
	}
	if m.trace.rank != 0 {
		m.addText(rec, traceKey, m.lower(m.trace.text.Data))
	}
	if m.span.rank != 0 {
		m.addText(rec, spanKey, m.lower(m.span.text.Data))
	}
}

// addText adds an attribute unless the record is full.
func (m *Mapper) addText(rec *Record, key, text []byte) {
	m.add(rec, key, chunk.Token{Kind: chunk.String, Data: text}, nil, 1)
}

// splitParent takes the value of a traceparent header apart.
func splitParent(s []byte) (trace, span []byte, ok bool) {
	const dash1, dash2, dash3, length = 2, 35, 52, 55
	if len(s) < length || s[dash1] != '-' || s[dash2] != '-' || s[dash3] != '-' || len(s) > length && s[length] != '-' {
		return nil, nil, false
	}
	if !isHex(s[:dash1]) || bytes.EqualFold(s[:dash1], []byte("ff")) || !isHex(s[dash3+1:length]) {
		return nil, nil, false
	}
	return s[dash1+1 : dash2], s[dash2+1 : dash3], true
}

// What a byte can be in a hexadecimal number.
const (
	digit   = 1 << iota // of any kind
	counts              // not 0
	capital             // A to F
)

var digits = func() (t [256]uint8) {
	for c := range byte(10) {
		t['0'+c] = digit | counts
	}
	t['0'] = digit
	for c := range byte(6) {
		t['a'+c], t['A'+c] = digit|counts, digit|counts|capital
	}
	return t
}()

// hexOf returns what all bytes of s are, and what one of them is at least.
func hexOf(s []byte) (all, any uint8) {
	all = digit
	for _, c := range s {
		all &= digits[c]
		any |= digits[c]
	}
	return all, any
}

// isID tells whether s is a number of so many hexadecimal digits that is not zero.
func isID(s []byte, length int) bool {
	if len(s) != length {
		return false
	}
	all, any := hexOf(s)
	return all&digit != 0 && any&counts != 0
}

func isHex(s []byte) bool {
	all, _ := hexOf(s)
	return all&digit != 0
}

// lower returns hexadecimal digits in lower case.
func (m *Mapper) lower(s []byte) []byte {
	if _, any := hexOf(s); any&capital == 0 {
		return s
	}
	start := len(m.scratch)
	for _, c := range s {
		m.scratch = append(m.scratch, c|0x20)
	}
	return m.scratch[start:len(m.scratch):len(m.scratch)]
}

// id returns an id as text: OTLP has it as bytes, Fluent Bit up to 3.2 also as digits.
func (m *Mapper) id(tok chunk.Token, digits int) []byte {
	if len(tok.Data) != digits/2 {
		return tok.Data
	}
	start := len(m.scratch)
	m.scratch = hex.AppendEncode(m.scratch, tok.Data)
	return m.scratch[start:len(m.scratch):len(m.scratch)]
}

// isTaken tells whether a field beside the record's own holds the id that the record has got.
func (m *Mapper) isTaken(r *role, text []byte) bool {
	if r == nil || r.rank != namedRank {
		return false
	}
	best := &m.trace
	if r.use == useSpan {
		best = &m.span
	}
	return best.rank != 0 && bytes.EqualFold(best.text.Data, text)
}
