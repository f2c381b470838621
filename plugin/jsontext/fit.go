package jsontext

import "unicode/utf8"

// Fit returns the length of the longest prefix of s, ending between two characters, for which
// AppendString writes at most room bytes between the quotes.
func Fit(s []byte, room int) int {
	for i := 0; i < len(s); {
		size, width := 1, 1
		switch c := s[i]; {
		case shortEscapes[c] != 0:
			size = 2
		case c < 0x20:
			size = longestEscape
		case c >= utf8.RuneSelf:
			var r rune
			if r, width = utf8.DecodeRune(s[i:]); r == utf8.RuneError {
				size = len("\uFFFD")
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
