package record

import (
	"unicode"
	"unicode/utf8"
)

// Servers of old, and the Classic pipeline, store keys in lower case: of two that differ in case alone the second would be renamed there
// or lost. With LowercaseKeys that is decided here, by the names that the server will have.

// lowered returns key as such a server has it, up to a little over the limit of keys; key itself where nothing changes.
func (m *Mapper) lowered(key []byte) []byte {
	if !m.opts.LowercaseKeys || firstUpper(key) < 0 {
		return key
	}
	start := len(m.scratch)
	m.scratch = m.appendKey(m.scratch, key)
	return m.scratch[start:len(m.scratch):len(m.scratch)]
}

// appendKey appends a key, or a part of one, as lowered gives it.
func (m *Mapper) appendKey(dst, key []byte) []byte {
	if !m.opts.LowercaseKeys {
		return append(dst, key...)
	}
	return appendLower(dst, key, m.opts.Limits.AttributeKeyBytes)
}

// appendLower appends s in lower case, letter by letter as unicode.ToLower has it. What lies far behind the limit is left out: it would be
// cut off anyway.
func appendLower(dst, s []byte, limit int) []byte {
	end := len(dst) + limit
	at := firstUpper(s)
	if at < 0 {
		at = len(s)
	}
	at = min(at, limit+1)
	dst = append(dst, s[:at]...)
	for at < len(s) && len(dst) <= end {
		c := s[at]
		if c < utf8.RuneSelf {
			if 'A' <= c && c <= 'Z' {
				c |= 0x20
			}
			dst = append(dst, c)
			at++
			continue
		}
		r, width := utf8.DecodeRune(s[at:])
		dst = utf8.AppendRune(dst, unicode.ToLower(r))
		at += width
	}
	return dst
}

// firstUpper returns the position of the first letter that has another form in lower case, or -1.
func firstUpper(s []byte) int {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			return i
		}
		if c < utf8.RuneSelf {
			continue
		}
		r, width := utf8.DecodeRune(s[i:])
		if unicode.ToLower(r) != r {
			return i
		}
		i += width - 1
	}
	return -1
}
