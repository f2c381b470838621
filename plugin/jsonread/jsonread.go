// Package jsonread turns the text of a JSON object into the msgpack form in which a chunk holds records, so that JSON inside
// a log line, or inside an annotation, takes the same way as a record's own fields.
//
// It takes RFC 8259 by the letter and one object only: a line that merely looks like JSON is not half read but left to its
// owner as text. What the text says is kept: the order of the keys, keys that come twice, the digits of numbers that no
// msgpack number holds, and bytes that are not UTF-8, which the encoder mends as it mends those of any other field.
//
// encoding/json, with its decoder of tokens, is its oracle in the tests.
package jsonread

import "encoding/binary"

// maxDepth is how many maps and arrays can lie in one another, the outermost object included. It bounds the stack.
const maxDepth = 100

// bad is the position that stands for text which is not JSON.
const bad = -1

// Append appends the msgpack form of the JSON object in text to dst. ok is false, and out holds what dst held, when text is
// not one JSON object (RFC 8259) with nothing but white space around it, or when it nests deeper than 100 levels.
//
//   - An object becomes a map, an array an array. Pairs keep their order, and equal keys are all kept.
//   - A string becomes a str with its escapes decoded. Half of a surrogate pair alone becomes U+FFFD; bytes that are not valid
//     UTF-8 stay as they are.
//   - A number without fraction and exponent becomes an integer in its shortest form; -0 becomes 0. Beyond 64 bits (less than
//     -2^63, more than 2^64-1) it becomes a str of its text.
//   - Any other number becomes the nearest float64, 0 where it is too small for one. One of 1.7976931348623158e308 and more,
//     or the same below zero, becomes a str of its text, and so does one of more than 800 characters.
//
// The form is valid, not minimal: a map or an array that is not empty has a head of 16 bits, or of 32 where 128 KiB of text and
// more are left, and a str with an escape has one of 16 bits, or of 32 where 64 KiB and more are left.
//
// Append writes at most 2.25 bytes for each byte of text, reached by arrays of numbers such as 1e9, and 2.5 where text has
// 128 KiB and more. It allocates nothing but room in dst, keeps no reference to text, and takes time linear in its length.
// Text whose first or last character is no brace costs nothing more than a look at them. Append is safe for concurrent use.
func Append(dst, text []byte) (out []byte, ok bool) {
	i, end := space(text, 0), len(text)
	for end > i && isSpace(text[end-1]) {
		end--
	}
	if i == end || text[i] != '{' || text[end-1] != '}' {
		return dst, false
	}
	out, i = appendObject(dst, text[:end], i+1, maxDepth)
	if i != end {
		return out[:len(dst)], false
	}
	return out, true
}

// appendObject appends the object whose brace stands before i, and returns where it ends. It can hold depth-1 levels more.
func appendObject(dst, text []byte, i, depth int) (_ []byte, next int) {
	i = space(text, i)
	if i < len(text) && text[i] == '}' {
		return append(dst, fixMap), i + 1
	}
	head := len(dst)
	dst = appendOpenHead(dst, map16, len(text)-i)
	for count := 1; ; count++ {
		if i >= len(text) || text[i] != '"' {
			return dst, bad
		}
		if dst, i = appendString(dst, text, i+1); i == bad {
			return dst, bad
		}
		if i = space(text, i); i >= len(text) || text[i] != ':' {
			return dst, bad
		}
		if dst, i = appendValue(dst, text, space(text, i+1), depth); i == bad {
			return dst, bad
		}
		if i = space(text, i); i >= len(text) {
			return dst, bad
		}
		switch text[i] {
		case ',':
			i = space(text, i+1)
		case '}':
			closeHead(dst[head:], map16, count)
			return dst, i + 1
		default:
			return dst, bad
		}
	}
}

// appendArray does for an array what appendObject does for an object.
func appendArray(dst, text []byte, i, depth int) (_ []byte, next int) {
	i = space(text, i)
	if i < len(text) && text[i] == ']' {
		return append(dst, fixArray), i + 1
	}
	head := len(dst)
	dst = appendOpenHead(dst, array16, len(text)-i)
	for count := 1; ; count++ {
		if dst, i = appendValue(dst, text, i, depth); i == bad {
			return dst, bad
		}
		if i = space(text, i); i >= len(text) {
			return dst, bad
		}
		switch text[i] {
		case ',':
			i = space(text, i+1)
		case ']':
			closeHead(dst[head:], array16, count)
			return dst, i + 1
		default:
			return dst, bad
		}
	}
}

// appendValue appends the value at i, an element of something that can hold depth-1 levels.
func appendValue(dst, text []byte, i, depth int) (_ []byte, next int) {
	if i >= len(text) {
		return dst, bad
	}
	switch c := text[i]; c {
	case '"':
		return appendString(dst, text, i+1)
	case '{', '[':
		if depth == 1 {
			return dst, bad
		}
		if c == '{' {
			return appendObject(dst, text, i+1, depth-1)
		}
		return appendArray(dst, text, i+1, depth-1)
	case 't':
		return appendLiteral(dst, text, i, "true", msgTrue)
	case 'f':
		return appendLiteral(dst, text, i, "false", msgFalse)
	case 'n':
		return appendLiteral(dst, text, i, "null", msgNil)
	}
	return appendNumber(dst, text, i)
}

func appendLiteral(dst, text []byte, i int, literal string, form byte) (_ []byte, next int) {
	end := i + len(literal)
	if end > len(text) || string(text[i:end]) != literal {
		return dst, bad
	}
	return append(dst, form), end
}

// space returns the position of the first byte from i on that is no white space.
func space(text []byte, i int) int {
	for i < len(text) && isSpace(text[i]) {
		i++
	}
	return i
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// The lead bytes of msgpack that this package writes (msgpack specification, section "Formats").
const (
	fixMap   = 0x80
	fixArray = 0x90
	fixStr   = 0xa0
	msgNil   = 0xc0
	msgFalse = 0xc2
	msgTrue  = 0xc3
	float64s = 0xcb
	uint8s   = 0xcc
	uint16s  = 0xcd
	uint32s  = 0xce
	uint64s  = 0xcf
	int8s    = 0xd0
	int16s   = 0xd1
	int32s   = 0xd2
	int64s   = 0xd3
	str8     = 0xd9
	str16    = 0xda
	str32    = 0xdb
	array16  = 0xdc
	map16    = 0xde
)

// wideHead is how much text can hold 2^16 elements or more: each takes a byte and the comma or bracket behind it.
const wideHead = 1 << 17

// appendOpenHead appends the head of a map or an array whose number of elements is not known yet, but for the rest of the
// text that they stand in. lead is map16 or array16; the form of 32 bits has the lead byte after it.
func appendOpenHead(dst []byte, lead byte, rest int) []byte {
	if rest < wideHead {
		return append(dst, lead, 0, 0)
	}
	return append(dst, lead+1, 0, 0, 0, 0)
}

// closeHead writes the number of elements into an open head.
func closeHead(head []byte, lead byte, count int) {
	if head[0] == lead {
		binary.BigEndian.PutUint16(head[1:], uint16(count))
		return
	}
	binary.BigEndian.PutUint32(head[1:], uint32(count))
}
