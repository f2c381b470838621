package record

import (
	"unicode"
	"unicode/utf8"
)

// Old servers, and the Classic pipeline, store keys in lower case. Of two keys that differ only in
// case, they rename or lose the second. With Rules.LowercaseKeys the Builder decides that by the
// names that the server will store.

// appendLower appends s in lower case, letter by letter as unicode.ToLower does. It stops a little
// after limit bytes: the rest would be cut off anyway.
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

// firstUpper returns the position of the first letter that lower case changes, or -1.
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
