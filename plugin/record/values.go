package record

import (
	"encoding/base64"
	"math"
	"strconv"
	"unicode/utf8"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/jsontext"
)

// key reads a map's key. A key that is no string becomes its text.
func (m *Mapper) key(c *chunk.Cursor) []byte {
	if key, ok := c.ShortString(); ok {
		return key
	}
	return m.longKey(c)
}

func (m *Mapper) longKey(c *chunk.Cursor) []byte {
	before := *c
	tok := c.Next()
	if tok.Kind == chunk.String {
		return tok.Data
	}
	if text, ok := m.text(tok); ok {
		return text
	}
	whole, _ := before.Skip(1)
	skipElements(tok, c)
	return m.jsonText(whole, m.opts.Limits.AttributeKeyBytes+1)
}

// text returns a scalar as text: a string as it is, bytes as text when they are valid UTF-8 and in base64 otherwise,
// a number or a boolean as JSON writes it. Arrays, maps and nil have no text.
func (m *Mapper) text(tok chunk.Token) ([]byte, bool) {
	start := len(m.scratch)
	switch tok.Kind {
	case chunk.String:
		return tok.Data, true
	case chunk.Binary, chunk.Ext:
		if isText(tok) {
			return tok.Data, true
		}
		m.scratch = base64.StdEncoding.AppendEncode(m.scratch, tok.Data)
	case chunk.Bool:
		m.scratch = strconv.AppendBool(m.scratch, tok.Num != 0)
	case chunk.Int:
		m.scratch = strconv.AppendInt(m.scratch, tok.Int64(), 10)
	case chunk.Uint:
		m.scratch = strconv.AppendUint(m.scratch, tok.Num, 10)
	case chunk.Float32, chunk.Float64:
		m.scratch = appendFloatText(m.scratch, tok.Float(), bitSize(tok.Kind))
	default:
		return nil, false
	}
	return m.scratch[start:len(m.scratch):len(m.scratch)], true
}

// isText tells whether a value is text as it stands.
func isText(tok chunk.Token) bool {
	return tok.Kind == chunk.String || tok.Kind == chunk.Binary && utf8.Valid(tok.Data)
}

// stringified returns a number or a boolean as text, which it appends to dst, and other values as they are.
func stringified(dst []byte, v Value) ([]byte, Value) {
	start := len(dst)
	switch v.Kind {
	case Bool:
		dst = strconv.AppendBool(dst, v.Num != 0)
	case Int:
		dst = strconv.AppendInt(dst, v.Int64(), 10)
	case Uint:
		dst = strconv.AppendUint(dst, v.Num, 10)
	case Float32:
		dst = appendFloatText(dst, v.Float(), 32)
	case Float64:
		dst = appendFloatText(dst, v.Float(), 64)
	default:
		return dst, v
	}
	return dst, Value{Kind: String, Text: dst[start:len(dst):len(dst)]}
}

// appendFloatText writes a float as jsontext does, without the quotes that it puts around NaN and the infinities.
func appendFloatText(dst []byte, f float64, bits int) []byte {
	start := len(dst)
	dst = jsontext.AppendFloat(dst, f, bits)
	if dst[start] == '"' {
		n := copy(dst[start:], dst[start+1:len(dst)-1])
		dst = dst[:start+n]
	}
	return dst
}

func bitSize(k chunk.Kind) int {
	if k == chunk.Float32 {
		return 32
	}
	return 64
}

// value turns a token, and the elements behind it, into an attribute's value within the limits.
func (m *Mapper) value(tok chunk.Token, c *chunk.Cursor) Value {
	switch tok.Kind {
	case chunk.Array:
		return m.array(tok.Num, c)
	case chunk.Map:
		if tok.Num > 0 {
			m.cuts[CutNesting]++
		}
	}
	return m.scalar(tok, c, m.opts.Stringify)
}

// scalar turns a token into a value that is no array: what has elements becomes JSON text.
func (m *Mapper) scalar(tok chunk.Token, c *chunk.Cursor, stringify bool) Value {
	var text []byte
	switch tok.Kind {
	case chunk.Nil, chunk.Invalid:
		return Value{Kind: Null}
	case chunk.Bool, chunk.Int, chunk.Uint, chunk.Float32, chunk.Float64:
		if !stringify {
			return Value{Kind: numberKinds[tok.Kind], Num: tok.Num}
		}
		text, _ = m.text(tok)
	case chunk.Array, chunk.Map:
		text = m.jsonElements(tok, c, m.opts.Limits.AttributeValueBytes)
	default:
		text, _ = m.text(tok)
	}
	text, wasCut := cut(text, m.opts.Limits.AttributeValueBytes)
	if wasCut {
		m.cuts[CutValue]++
	}
	return Value{Kind: String, Text: text}
}

var numberKinds = [...]Kind{chunk.Bool: Bool, chunk.Int: Int, chunk.Uint: Uint, chunk.Float32: Float32, chunk.Float64: Float64}

// array reads n elements. As the server does, it makes all of them strings unless all are numbers or all are booleans;
// null fits anything (page "Ingest JSON and TXT logs", unification of arrays). NaN and the infinities are text in JSON.
func (m *Mapper) array(n uint64, c *chunk.Cursor) Value {
	kept := min(n, uint64(m.opts.Limits.ArrayValues))
	if kept < n {
		m.cuts[CutArray]++
	}
	stringify := m.opts.Stringify || !uniform(*c, kept)
	first := len(m.elements)
	for range kept {
		m.elements = append(m.elements, m.scalar(c.Next(), c, stringify))
	}
	_, _ = c.Skip(n - kept)
	return Value{Kind: Array, Num: uint64(first)<<32 | kept}
}

// uniform tells whether the next n elements are all numbers that JSON can write or all booleans, but for nulls.
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
