package secret

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// maxLength bounds a token, in bytes. Dynatrace's have 96; JSON web tokens have one or two
// thousand.
const maxLength = 8192

var (
	// shape is prefix.public(24).secret(64), Dynatrace's own pattern for finding leaked tokens
	// (https://docs.dynatrace.com/managed/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens).
	// Tokens of the older form, without dots, are still valid.
	shape       = regexp.MustCompile(`^(dt0[a-zA-Z][0-9]{2}\.[A-Z0-9]{24})\.([A-Z0-9]{64})$`)
	publicShape = regexp.MustCompile(`^dt0[a-zA-Z][0-9]{2}\.[A-Z0-9]{24}\.?$`)
	jwtShape    = regexp.MustCompile(`^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$`)
)

// Parse reads a token as it stands in a configuration or a file. It ignores white space and line
// ends around it. It rejects what cannot be a token: nothing at all, quotation marks, white space
// or control characters inside, a scheme in front, a variable that was not replaced, a
// placeholder. A text that is possible but does not look like a Dynatrace token gives warnings,
// one line each.
//
// Neither errors nor warnings show more than the length and the public part of the token.
func Parse(s string) (Secret, []string, error) {
	// Editors on Windows put a byte order mark in front.
	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "\uFEFF"))
	if err := reject(s); err != nil {
		return Secret{}, nil, err
	}
	t := token{text: s, bearer: strings.HasPrefix(s, "dt0s") || jwtShape.MatchString(s)}
	if m := shape.FindStringSubmatch(s); m != nil {
		t.public = m[1]
	}
	t.authorization = "Api-Token " + s
	if t.bearer {
		t.authorization = "Bearer " + s
	}
	return Secret{reveal: func() token { return t }}, warnings(s), nil
}

// reject returns the reason why a trimmed text cannot be a token, nil if it can.
func reject(s string) error {
	lower := strings.ToLower(s)
	switch {
	case s == "":
		return errors.New("got nothing, takes a token")
	case len(s) > maxLength:
		return fmt.Errorf("got %d bytes, takes a token of at most %d", len(s), maxLength)
	case strings.ContainsAny(s, "\"'`"):
		return fmt.Errorf("got %d characters with a quotation mark among them; "+
			"write the token without quotation marks", len(s))
	case HasVariable(s) || s[0] == '$':
		return fmt.Errorf("got %d characters with a variable that was not replaced; "+
			"Fluent Bit replaces ${NAME} where NAME is set in its environment", len(s))
	case strings.HasPrefix(lower, "api-token ") || strings.HasPrefix(lower, "bearer ") ||
		strings.HasPrefix(lower, "authorization"):
		return errors.New("got a token with a scheme in front of it; " +
			"write the token alone, the scheme follows from its prefix")
	}
	for i, r := range s {
		switch {
		case unicode.IsSpace(r):
			return fmt.Errorf("got %d characters with white space at position %d; "+
				"write the token alone on the line, a comment too needs a line of its own", len(s), i+1)
		case r < ' ' || r > '~':
			return fmt.Errorf("got %d bytes with a control character or one that is not ASCII "+
				"at position %d, takes a token", len(s), i+1)
		}
	}
	if isPlaceholderToken(s) {
		return fmt.Errorf("got %d characters that look like a placeholder, "+
			"takes a token such as dt0c01.{24 characters}.{64 characters}", len(s))
	}
	return nil
}

func isPlaceholderToken(s string) bool {
	if m := shape.FindStringSubmatch(s); m != nil {
		// XXXX...; placeholder words can come up by chance among so many capital letters.
		return strings.Count(m[2], m[2][:1]) == len(m[2])
	}
	return !jwtShape.MatchString(s) && IsPlaceholder(s)
}

// warnings lists what is odd about a text that can be a token.
func warnings(s string) []string {
	var lines []string
	switch {
	case publicShape.MatchString(s):
		lines = append(lines, "holds only the public part of a token, "+strings.TrimSuffix(s, ".")+
			"; the secret part of 64 characters behind it is missing")
	case jwtShape.MatchString(s):
		lines = append(lines, "looks like an OAuth access token, which expires after some minutes; "+
			"a platform token (dt0s16.) lasts")
	case !shape.MatchString(s):
		lines = append(lines, fmt.Sprintf("does not look like dt0c01.{24}.{64} of A-Z and 0-9 but has "+
			"%s; right only for a token of the older form", partLengths(s)))
	}
	if strings.HasPrefix(s, "dt0s") && !strings.HasPrefix(s, "dt0s16") {
		// dt0s01 SCIM, dt0s02, 03 and 08 OAuth clients, dt0s06 refresh tokens: the page at shape.
		lines = append(lines, "is not a platform token (dt0s16.) but belongs to an OAuth client or to "+
			"SCIM; it is unlikely to have the permission to ingest logs")
	}
	return lines
}

// partLengths describes the parts between the dots: "3 parts of 6, 24 and 60 characters".
func partLengths(s string) string {
	parts := strings.Split(s, ".")
	if len(parts) == 1 {
		return fmt.Sprintf("%d characters without a dot", len(s))
	}
	if len(parts) > 4 {
		return fmt.Sprintf("%d parts in %d characters", len(parts), len(s))
	}
	var b strings.Builder
	for i, part := range parts {
		switch {
		case i == 0:
		case i == len(parts)-1:
			b.WriteString(" and ")
		default:
			b.WriteString(", ")
		}
		fmt.Fprint(&b, len(part))
	}
	return fmt.Sprintf("%d parts of %s characters", len(parts), b.String())
}
