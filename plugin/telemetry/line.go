package telemetry

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// cutMark ends a text that OneLine shortened.
const cutMark = "..."

// OneLine makes text from elsewhere (a server, a file, a record) fit for a log line. Line breaks,
// other control characters and invisible ones that could rewrite the line on a terminal become Go
// escapes. Bytes that are not UTF-8 become U+FFFD. A text longer than limit bytes is cut between
// two characters and ends in "..."; the result has at most limit bytes.
func OneLine(text string, limit int) string {
	if len(text) <= limit && isPlain(text) {
		return text
	}
	if limit < len(cutMark) {
		return ""
	}
	var line strings.Builder
	var escape [16]byte
	fits := 0 // the length of line at which the cut mark still fits
	for _, r := range text {
		var piece string
		switch {
		case r == utf8.RuneError || strconv.IsPrint(r):
			piece = string(r)
		default:
			quoted := strconv.AppendQuoteRune(escape[:0], r)
			piece = string(quoted[1 : len(quoted)-1])
		}
		if line.Len()+len(piece) > limit {
			return line.String()[:fits] + cutMark
		}
		line.WriteString(piece)
		if line.Len() <= limit-len(cutMark) {
			fits = line.Len()
		}
	}
	return line.String()
}

// isPlain reports whether text is printable ASCII, the common case, which needs no
// rewriting.
func isPlain(text string) bool {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return false
		}
	}
	return true
}
