package jsonread

// maxDepth is the most levels of maps and arrays, the outermost object included. It bounds the
// stack.
const maxDepth = 100

// Append appends the JSON object in text to dst as msgpack. If text is not one JSON object (RFC
// 8259) with only white space around it, or nests deeper than 100 levels, ok is false and out has
// the content of dst.
//
//   - An object becomes a map, an array an array. Pairs keep their order. Equal keys are all kept.
//   - A string becomes a str with its escapes decoded. A lone half of a surrogate pair becomes
//     U+FFFD. Bytes that are not valid UTF-8 are kept.
//   - A number without fraction and exponent becomes an integer in its shortest format; -0 becomes
//     0. Beyond 64 bits (below -2^63, above 2^64-1) it becomes a str of its text.
//   - Any other number becomes the nearest float64, or 0 if it is too small for one. A number whose
//     absolute value is 1.7976931348623158e308 or more becomes a str of its text, as does a number
//     of more than 800 characters.
//
// The msgpack is valid, not minimal. A map or an array that is not empty has a head of 16 bits, or
// of 32 bits if 128 KiB of text or more are left. A str with an escape has a head of 16 bits, or of
// 32 bits if 64 KiB or more are left.
//
// Append writes at most 2.25 bytes per byte of text, which arrays of numbers such as 1e9 reach, and
// 2.5 if text has 128 KiB or more. It allocates nothing except room in dst, keeps no reference to
// text, and takes time linear in its length. For text whose first or last character is no brace it
// looks at those two only. Append is safe for concurrent use.
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

// appendObject appends the object whose brace is before i and returns where it ends. The object can
// hold depth-1 more levels.
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

// appendArray is appendObject for an array.
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

// appendValue appends the value at i, an element of an object or array that can hold depth-1
// levels.
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

// space returns the position of the first byte from i on that is not white space.
func space(text []byte, i int) int {
	for i < len(text) && isSpace(text[i]) {
		i++
	}
	return i
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
