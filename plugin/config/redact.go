package config

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// maxQuoted bounds how much of a value an error repeats, in bytes.
const maxQuoted = 120

// anyToken finds what could be a token in a value that is not meant to hold one: something that starts like a Dynatrace token
// (dt0c01.), or like a JSON web token (eyJ), up to the next white space. Better too much than too little.
var anyToken = regexp.MustCompile(`(?i)dt0[a-z][0-9]{2}\S*|eyJ[a-z0-9_-]{8}\S*`)

// likelyToken finds what is a token beyond doubt, to say so where something else is expected.
var likelyToken = regexp.MustCompile(`(?i:dt0[a-z][0-9]{2}\.?[a-z0-9]{20,})|eyJ[A-Za-z0-9_-]{20,}`)

// quote makes a value fit for an error: one line, of bounded length, without tokens and without the query or fragment of a URL, which
// can hold a token too. A value with an @ is not shown at all: it can hold a password, and where that begins and ends is anyone's guess.
func quote(s string) string {
	if strings.Contains(s, "@") {
		s = redacted
	}
	if i := strings.IndexAny(s, "?#"); i >= 0 {
		s = s[:i+1] + redacted
	}
	s = anyToken.ReplaceAllString(s, redacted)
	if len(s) > maxQuoted {
		return strconv.Quote(s[:maxQuoted]) + "..."
	}
	return strconv.Quote(s)
}

// isQuoted says that a value was written with quotation marks, which Fluent Bit keeps in its classic configuration format.
func isQuoted(s string) bool {
	return strings.IndexAny(s, "\"'`") == 0 || strings.LastIndexAny(s, "\"'`") == len(s)-1
}

// hasVariable says that a value still holds a variable: ${NAME}, $(NAME), {{ .Name }}.
func hasVariable(s string) bool {
	return strings.Contains(s, "${") || strings.Contains(s, "$(") || strings.Contains(s, "{{")
}

func hasControl(s string) bool { return strings.ContainsFunc(s, unicode.IsControl) }
