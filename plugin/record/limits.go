package record

import "unicode/utf8"

// Limits are the limits of the ingest API (page "Log ingest limits"), in UTF-8 bytes or in numbers.
// Zero means zero, not unlimited.
type Limits struct {
	ContentBytes, AttributeValueBytes, AttributeKeyBytes int
	// Attributes is the number of attributes in addition to content, timestamp and loglevel.
	Attributes int
	// ArrayValues is the number of elements of an array.
	ArrayValues int
	// NestingLevels is how deep maps are flattened. What lies deeper becomes JSON text.
	NestingLevels int
}

// fits reports whether s surely takes at most limit bytes, whatever is in it.
func fits(s []byte, limit int) bool { return len(s)*len("\uFFFD") <= limit }

// Trim returns the longest prefix of s that takes at most limit bytes as it is sent and that ends
// at a character boundary. The limits of the ingest API count the UTF-8 bytes sent, in which each
// invalid byte has become U+FFFD, three bytes long.
func Trim(s []byte, limit int) (head []byte, wasCut bool) {
	if fits(s, limit) {
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
