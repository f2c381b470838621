package record

import "unicode/utf8"

// cut returns the longest start of s whose encoded form is at most limit bytes and that ends at the border of a
// character. The limits of the ingest API count UTF-8 bytes as they are sent, where each invalid byte has become U+FFFD,
// three bytes long.
func cut(s []byte, limit int) (head []byte, wasCut bool) {
	if len(s)*len("\uFFFD") <= limit {
		return s, false
	}
	if utf8.Valid(s) {
		if len(s) <= limit {
			return s, false
		}
		end := limit
		for !utf8.RuneStart(s[end]) {
			end--
		}
		return s[:end], true
	}
	size := 0
	for i := 0; i < len(s); {
		r, width := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && width == 1 {
			size += len("\uFFFD")
		} else {
			size += width
		}
		if size > limit {
			return s[:i], true
		}
		i += width
	}
	return s, false
}
