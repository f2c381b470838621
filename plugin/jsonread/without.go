package jsonread

import (
	"math"
	"unicode"
	"unicode/utf8"
)

// A Matcher selects fields by their names.
type Matcher interface{ Match(name []byte) bool }

// Cutter cuts fields out of JSON text. It keeps its memory from call to call and is not safe for
// concurrent use. The zero Cutter is ready to use.
type Cutter struct {
	matcher Matcher
	lower   bool
	path    []byte
	key     []byte // scratch for a key with escapes
	cut     bool
}

// sparePath is the scratch memory that a Cutter retains, in bytes.
const sparePath = 64 << 10

// longestPath bounds the part of a name that is compared in addition to a field's own key.
const longestPath = 1 << 10

// Without appends text without the fields that m selects, and what is inside them. The name of a
// field is its keys from the outermost object on, with dots between them; the elements of an array
// have the name of the array. With lower, names are compared in lower case. What stays is copied as
// it is. ok is false, and out has the content of dst, if text is not one JSON
// object or array (RFC 8259) with only white space around it, nests deeper than 100 levels, or has
// no such field.
func (k *Cutter) Without(dst, text []byte, m Matcher, lower bool) (out []byte, ok bool) {
	i, end := space(text, 0), len(text)
	for end > i && isSpace(text[end-1]) {
		end--
	}
	if i == end || !(text[i] == '{' && text[end-1] == '}' || text[i] == '[' && text[end-1] == ']') {
		return dst, false
	}
	if cap(k.key) > sparePath {
		k.key = nil
	}
	*k = Cutter{matcher: m, lower: lower, path: k.path[:0], key: k.key[:0]}
	out = append(dst, text[:i]...)
	out, i = k.value(out, text, i, maxDepth)
	if k.matcher = nil; i != end || !k.cut {
		return out[:len(dst)], false
	}
	return append(out, text[end:]...), true
}

// value copies the value at i, an element of something that can hold depth levels. It returns where
// the value ends.
func (k *Cutter) value(dst, text []byte, i, depth int) (_ []byte, next int) {
	if i >= len(text) {
		return dst, bad
	}
	switch text[i] {
	case '{', '[':
		if depth == 0 {
			return dst, bad
		}
		return k.inside(dst, text, i, depth)
	}
	next = k.scalar(text, i)
	if next == bad {
		return dst, bad
	}
	return append(dst, text[i:next]...), next
}

// inside copies the object or the array whose bracket is at i.
func (k *Cutter) inside(dst, text []byte, i, depth int) (_ []byte, next int) {
	isObject := text[i] == '{'
	closing := text[i] + 2 // in ASCII, of both kinds
	dst = append(dst, text[i])
	first := len(dst)
	if next = space(text, i+1); next < len(text) && text[next] == closing {
		return append(dst, text[i+1:next+1]...), next + 1
	}
	for i++; ; i++ {
		start, lead := len(dst), i
		if start > first {
			dst = append(dst, ',')
		}
		i = space(text, i)
		stays, before := true, len(k.path)
		if isObject {
			if i, stays = k.enter(text, i); i == bad {
				return dst, bad
			}
		}
		dst = append(dst, text[lead:i]...)
		if dst, i = k.value(dst, text, i, depth-1); i == bad {
			return dst, bad
		}
		k.path = k.path[:before]
		if !stays {
			dst, k.cut = dst[:start], true
		}
		behind := i
		if i = space(text, i); i >= len(text) || text[i] != ',' && text[i] != closing {
			return dst, bad
		}
		if stays {
			dst = append(dst, text[behind:i]...)
		}
		if text[i] == closing {
			return append(dst, closing), i + 1
		}
	}
}

// enter reads the key at i and adds it to the path. It returns where the value begins, and whether
// the field stays.
func (k *Cutter) enter(text []byte, i int) (value int, stays bool) {
	if i >= len(text) || text[i] != '"' {
		return bad, false
	}
	end := clean(text, i+1)
	key := text[i+1 : min(end, len(text))]
	if end < len(text) && text[end] == '"' {
		end++
	} else {
		k.key, end = appendEscaped(k.key[:0], text, i+1, end)
		if end == bad {
			return bad, false
		}
		head := 3 // of the str that the key was written as
		if len(text)-(i+1) > math.MaxUint16 {
			head = 5
		}
		key = k.key[head:]
	}
	if value = space(text, end); value >= len(text) || text[value] != ':' {
		return bad, false
	}
	k.path = k.path[:min(len(k.path), longestPath)]
	if len(k.path) > 0 {
		k.path = append(k.path, '.')
	}
	k.path = k.append(k.path, key)
	return space(text, value+1), !k.matcher.Match(k.path)
}

// append appends a key, in lower case if that is asked for.
func (k *Cutter) append(dst, key []byte) []byte {
	if !k.lower {
		return append(dst, key...)
	}
	for len(key) > 0 {
		r, width := utf8.DecodeRune(key)
		if r == utf8.RuneError {
			dst = append(dst, key[:width]...)
		} else {
			dst = utf8.AppendRune(dst, unicode.ToLower(r))
		}
		key = key[width:]
	}
	return dst
}

// scalar returns where the scalar at i ends.
func (k *Cutter) scalar(text []byte, i int) (next int) {
	// Values are read as they are parsed, so that both agree on what is JSON. What is written is
	// thrown away.
	k.key, next = appendValue(k.key[:0], text, i, 1)
	return next
}
