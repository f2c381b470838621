package secret

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Redacted replaces a secret that has no part fit to be printed.
const Redacted = "[redacted]"

// maxQuoted bounds how much of a value an error repeats, in bytes.
const maxQuoted = 120

// possibleToken matches what could be a token in a value that is not meant to hold one: text that
// starts like a Dynatrace token (dt0c01.) or like a JSON web token (eyJ), up to the next white
// space. It errs on the side of matching too much.
var possibleToken = regexp.MustCompile(`(?i)dt0[a-z][0-9]{2}\S*|eyJ[a-z0-9_-]{8}\S*`)

// certainToken matches what is a token beyond doubt, so that an error can say so.
var certainToken = regexp.MustCompile(
	`(?i:dt0[a-z][0-9]{2}\.?[a-z0-9]{20,})|eyJ[A-Za-z0-9_-]{20,}`)

// MayHoldToken reports whether any part of s could be a token.
func MayHoldToken(s string) bool { return possibleToken.MatchString(s) }

// HoldsToken reports whether a part of s is a token beyond doubt.
func HoldsToken(s string) bool { return certainToken.MatchString(s) }

// Quote makes a value fit for an error: one line of at most some 130 bytes, without tokens and
// without the query or fragment of a URL, which can hold a token too. A value with an @ is not
// shown at all: it can hold a password, and nobody can tell where that begins and ends.
func Quote(s string) string {
	if strings.Contains(s, "@") {
		s = Redacted
	}
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i+1] + Redacted
	}
	s = possibleToken.ReplaceAllString(s, Redacted)
	if len(s) > maxQuoted {
		return strconv.Quote(s[:maxQuoted]) + "..."
	}
	return strconv.Quote(s)
}

// InQuotes reports whether a value was written with quotation marks, which Fluent Bit keeps in its
// classic configuration format.
func InQuotes(s string) bool {
	return strings.IndexAny(s, "\"'`") == 0 || strings.LastIndexAny(s, "\"'`") == len(s)-1
}

// HasVariable reports whether a value still holds a variable: ${NAME}, $(NAME), {{ .Name }}.
func HasVariable(s string) bool {
	return strings.Contains(s, "${") || strings.Contains(s, "$(") || strings.Contains(s, "{{")
}

// HasControl reports whether s holds a control character.
func HasControl(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }
