package jsontext

import "unicode/utf8"

// Fit returns the length of the longest start of s, ending at the border of a character, of which AppendString makes at most
// room bytes between its quotes.
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
