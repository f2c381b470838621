package encode

import "unicode/utf8"

// replacement takes the place of each byte that is no part of valid UTF-8.
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

// validLen is the number of bytes that appendValid appends.
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

// fitValid returns the length of the longest start of s, ending at the border of a character, of
// which appendValid makes at most room bytes.
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
