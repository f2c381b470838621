package record

import (
	"math"
	"slices"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/jsonread"
)

// values turns tokens and numbers into values within the limits. It owns the memory of texts and
// arrays, and the counts of what is cut.
type values struct {
	Scratch
	rules    Rules
	rec      *Record
	elements []Value // of arrays
	leaving  leaving
	cutter   jsonread.Cutter

	// What Keep has kept: the start of the scratch memory and of the elements.
	keptScratch, keptElements int
}

const (
	// spareScratch is how much scratch memory a Builder retains between chunks, in bytes.
	spareScratch = 1 << 20
	// spareElements is the same for elements of arrays: as many as a record can have by the
	// limits of the API, 655 kB.
	spareElements = 16 << 10
)

// Rules returns the rules.
func (b *values) Rules() *Rules { return &b.rules }

// Count adds n to a count of the record's cuts.
func (b *values) Count(cut Cut, n int) { b.rec.Cuts[cut] += uint64(n) }

// Memory returns the capacity of the scratch memory, in bytes, and of the elements.
func (b *values) Memory() (scratch, elements int) { return cap(b.buf), cap(b.elements) }

// NumElements returns the number of elements in use, those that are kept included.
func (b *values) NumElements() int { return len(b.elements) }

// Keep keeps the scratch memory and the elements that are in use now until Forget.
func (b *values) Keep() { b.keptScratch, b.keptElements = len(b.buf), len(b.elements) }

// Kept returns the size of the scratch memory that is kept, in bytes.
func (b *values) Kept() int { return b.keptScratch }

// Forget releases what Keep has kept.
func (b *values) Forget() { b.keptScratch, b.keptElements = 0, 0 }

// Reserve makes room for n elements that are kept until Forget, and returns where it begins. It
// must be called before the record has elements of its own.
func (b *values) Reserve(n int) (at int) {
	at = b.keptElements
	b.keptElements += n
	b.elements = slices.Grow(b.elements, n)[:b.keptElements]
	return at
}

// CopyElements copies elements into room that was reserved, and returns how many.
func (b *values) CopyElements(at int, elements []Value) int {
	return copy(b.elements[at:], elements)
}

// stringified returns a number or a boolean as text if the rules ask for it, and other values as
// they are.
func (b *values) stringified(v Value) Value {
	if !b.rules.Stringify || v.Kind == Null || v.Kind >= String {
		return v
	}
	return Text(b.Take(appendNumber(b.buf, v)))
}

// WithoutExcluded returns a text without the fields that exclude leaves out, if the text is JSON
// and has such fields. There, they have the names that parse_json gives them.
func (b *values) WithoutExcluded(text []byte) []byte {
	if b.leaving.patterns == nil {
		return text
	}
	out, ok := b.cutter.Without(b.buf, text, b.leaving.patterns, b.leaving.lower)
	if !ok {
		return text
	}
	rest := b.Take(out)
	b.Count(LeftOut, len(text)-len(rest))
	return rest
}

// trimText cuts the text of a value at its limit.
func (b *values) trimText(text []byte) []byte {
	if limit := b.rules.Limits.AttributeValueBytes; !fits(text, limit) {
		return b.trim(text, limit, CutValue)
	}
	return text
}

// trim cuts a text at a limit, and counts that.
func (b *values) trim(text []byte, limit int, cut Cut) []byte {
	short, wasCut := Trim(text, limit)
	if wasCut {
		b.rec.Cuts[cut]++
	}
	return short
}

// Content cuts text at the limit of contents and makes it the content. A content is never nil, so
// that an empty one differs from none.
func (b *values) Content(text []byte) {
	text, wasCut := Trim(text, b.rules.Limits.ContentBytes)
	if wasCut {
		b.rec.Cuts[CutContent]++
	}
	if text == nil {
		text = []byte{}
	}
	b.rec.Content = text
}

// value turns a token, and the elements after it, into the value of an attribute within the
// limits.
func (b *values) value(tok chunk.Token, c *chunk.Cursor) Value {
	switch tok.Kind {
	case chunk.Array:
		return b.array(tok.Num, c)
	case chunk.Map:
		if tok.Num > 0 {
			b.rec.Cuts[CutNesting]++
		}
	}
	return b.Scalar(tok, c, b.rules.Stringify)
}

// Scalar turns a token into a value that is not an array. What has elements becomes JSON text, and
// c is moved over them.
func (b *values) Scalar(tok chunk.Token, c *chunk.Cursor, stringify bool) Value {
	var text []byte
	switch tok.Kind {
	case chunk.Nil, chunk.Invalid:
		return Value{Kind: Null}
	case chunk.Bool, chunk.Int, chunk.Uint, chunk.Float32, chunk.Float64:
		if !stringify {
			return Value{Kind: numberKinds[tok.Kind], Num: tok.Num}
		}
		text, _ = b.Text(tok)
	case chunk.Array, chunk.Map:
		text = b.elementsText(tok, c, b.rules.Limits.AttributeValueBytes)
	default:
		text, _ = b.Text(tok)
		text = b.WithoutExcluded(text)
	}
	return Text(b.trimText(text))
}

var numberKinds = [...]Kind{
	chunk.Bool: Bool, chunk.Int: Int, chunk.Uint: Uint, chunk.Float32: Float32, chunk.Float64: Float64,
}

// elementsText is Elements without the fields that are left out. The caller has begun their path.
func (b *values) elementsText(tok chunk.Token, c *chunk.Cursor, limit int) []byte {
	l := &b.leaving
	if l.patterns == nil {
		return b.Elements(tok, c, limit)
	}
	l.size = 0
	w := textWriter{dst: b.buf, end: len(b.buf) + limit, leaving: l}
	w.value(tok, c, 1)
	b.Count(LeftOut, l.size)
	return b.Take(w.dst)
}

// ContentText returns the elements of a map or an array as JSON text of little more than limit
// bytes. The text is a content, whose fields are left out by their names within the event, that
// begin with key, as well as by their names within the content.
func (b *values) ContentText(key []byte, tok chunk.Token, c *chunk.Cursor, limit int) []byte {
	b.leaving.begin(key)
	if len(key) > 0 {
		b.leaving.inContent = len(b.leaving.path) + len(".")
	}
	return b.elementsText(tok, c, limit)
}

// array reads n elements. As the server does, it turns all of them into strings unless all are
// numbers or all are booleans. Null fits anything (page "Ingest JSON and TXT logs", unification of
// arrays). NaN and the infinities are text in JSON.
func (b *values) array(n uint64, c *chunk.Cursor) Value {
	kept := min(n, uint64(b.rules.Limits.ArrayValues))
	if kept < n {
		b.rec.Cuts[CutArray]++
	}
	stringify := b.rules.Stringify || !uniform(*c, kept)
	first := len(b.elements)
	for range kept {
		b.elements = append(b.elements, b.Scalar(c.Next(), c, stringify))
	}
	_, _ = c.Skip(n - kept)
	return Value{Kind: Array, Num: uint64(first)<<32 | kept}
}

// uniform reports whether the next n elements are all numbers that JSON can write, or all booleans,
// apart from nulls.
func uniform(c chunk.Cursor, n uint64) bool {
	numbers, booleans := false, false
	for range n {
		tok := c.Next()
		switch tok.Kind {
		case chunk.Nil:
		case chunk.Int, chunk.Uint:
			numbers = true
		case chunk.Float32, chunk.Float64:
			if f := tok.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
				return false
			}
			numbers = true
		case chunk.Bool:
			booleans = true
		default:
			return false
		}
	}
	return !numbers || !booleans
}

// FloatValue returns the value of a float.
func FloatValue(f float64) Value { return Value{Kind: Float64, Num: math.Float64bits(f)} }
