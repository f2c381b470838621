package record

import (
	"math"

	"out_dynatrace/plugin/chunk"
)

// value turns a token, and the elements behind it, into the value of an attribute within the limits.
func (b *Builder) value(tok chunk.Token, c *chunk.Cursor) Value {
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
func (b *Builder) Scalar(tok chunk.Token, c *chunk.Cursor, stringify bool) Value {
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
		text = b.jsonElements(tok, c, b.rules.Limits.AttributeValueBytes)
	default:
		text, _ = b.Text(tok)
	}
	return Text(b.trimText(text))
}

var numberKinds = [...]Kind{
	chunk.Bool: Bool, chunk.Int: Int, chunk.Uint: Uint, chunk.Float32: Float32, chunk.Float64: Float64,
}

// array reads n elements. As the server does, it turns all of them into strings unless all are
// numbers or all are booleans. Null fits anything (page "Ingest JSON and TXT logs", unification of
// arrays). NaN and the infinities are text in JSON.
func (b *Builder) array(n uint64, c *chunk.Cursor) Value {
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
