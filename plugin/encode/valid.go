package encode

import "unicode/utf8"

// replacement replaces each byte that is not part of valid UTF-8.
const replacement = "\uFFFD"

// appendValid appends s as valid UTF-8.
func appendValid(dst, s []byte) []byte {
	if utf8.Valid(s) {
		return append(dst, s...)
	}
	for len(s) > 0 {
		r, width := utf8.DecodeRune(s)
		if r == utf8.RuneError {
			dst = append(dst, replacement...)
		} else {
			dst = append(dst, s[:width]...)
		}
		s = s[width:]
	}
	return dst
}

// validLen returns the number of bytes that appendValid appends.
func validLen(s []byte) int {
	if utf8.Valid(s) {
		return len(s)
	}
	n := 0
	for len(s) > 0 {
		r, width := utf8.DecodeRune(s)
		if n += width; r == utf8.RuneError && width == 1 {
			n += len(replacement) - 1
		}
		s = s[width:]
	}
	return n
}

// fitValid returns the length of the longest prefix of s for which appendValid appends at most room
// bytes. The prefix ends at a character boundary.
func fitValid(s []byte, room int) int {
	for i := 0; i < len(s); {
		size, width := 1, 1
		if s[i] >= utf8.RuneSelf {
			var r rune
			if r, width = utf8.DecodeRune(s[i:]); r == utf8.RuneError {
				size = len(replacement)
			} else {
				size = width
			}
		}
		if room -= size; room < 0 {
			return i
		}
		i += width
	}
	return len(s)
}
