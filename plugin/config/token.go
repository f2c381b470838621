package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// maxToken bounds a token, in bytes. Dynatrace's have 96; JSON web tokens have one or two thousand.
const maxToken = 8192

var (
	// tokenShape is prefix.public(24).secret(64), Dynatrace's own pattern for finding leaked tokens
	// (https://docs.dynatrace.com/managed/manage/identity-access-management/access-tokens-and-oauth-clients/access-tokens).
	// Tokens of the older form, without points, are still valid.
	tokenShape  = regexp.MustCompile(`^(dt0[a-zA-Z][0-9]{2}\.[A-Z0-9]{24})\.([A-Z0-9]{64})$`)
	publicShape = regexp.MustCompile(`^dt0[a-zA-Z][0-9]{2}\.[A-Z0-9]{24}\.?$`)
	jwtShape    = regexp.MustCompile(`^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$`)
	letterRuns  = regexp.MustCompile(`[a-z]+`)
	onlyXs      = regexp.MustCompile(`^x{3,}$`)
)

// placeholderWords betray a text that stands where a value should go. A word counts when no other letter touches it, so a token does not
// hold one by chance; placeholderTexts count only as the whole value.
var (
	placeholderWords = []string{"your", "yourtoken", "yourapitoken", "yourenvironment", "yourenvironmentid", "yourenvid", "yourtenant", "changeme", "placeholder", "example", "redacted", "insert", "replace", "todo"}
	placeholderTexts = []string{"token", "apitoken", "api_token", "api-token", "environmentid", "environment_id", "environment-id", "envid", "env-id", "env_id", "tenant", "tenantid", "secret", "password", "none", "null", "nil", "undefined"}
)

// ParseSecret reads a token as one finds it in a configuration or a file. White space and line ends around it do not matter. What cannot
// be a token is refused: nothing at all, quotation marks, white space or control characters inside, a scheme in front, a variable that
// was not replaced, a placeholder. A text that is possible but does not look like a Dynatrace token gives warnings, one line each.
//
// Neither errors nor warnings show more than the length and the public part of the token.
func ParseSecret(s string) (Secret, []string, error) {
	s = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "\uFEFF")) // editors on Windows put a byte order mark in front
	if err := refuseToken(s); err != nil {
		return Secret{}, nil, err
	}
	t := token{text: s, bearer: strings.HasPrefix(s, "dt0s") || jwtShape.MatchString(s)}
	if m := tokenShape.FindStringSubmatch(s); m != nil {
		t.public = m[1]
	}
	t.authorization = "Api-Token " + s
	if t.bearer {
		t.authorization = "Bearer " + s
	}
	return Secret{reveal: func() token { return t }}, tokenWarnings(s), nil
}

// ReadTokenFile reads the token in a file (option api_token_file): a regular file of at most 64 KiB. Errors and warnings are those of
// ParseSecret and of reading the file, one line each, without the name of the option.
func ReadTokenFile(path string) (Secret, []string, error) {
	if likelyToken.MatchString(path) {
		return Secret{}, nil, errors.New("got a token, takes the path of a file that holds one; a token goes into `api_token`")
	}
	data, err := readFile(path, maxTokenFile)
	if err != nil && !strings.ContainsAny(path, `/\`) { // not shown: it may be a token of the older form, which nothing gives away
		return Secret{}, nil, fmt.Errorf("got a name of %d characters that is no readable file, takes the path of a file that holds a token; a token goes into `api_token`", len(path))
	}
	if err != nil {
		return Secret{}, nil, err
	}
	secret, warnings, err := ParseSecret(string(data))
	if err != nil {
		return Secret{}, nil, fmt.Errorf("the file %s: %w", quote(path), err)
	}
	return secret, warnings, nil
}

// refuseToken says why a trimmed text cannot be a token, nil if it can.
func refuseToken(s string) error {
	lower := strings.ToLower(s)
	switch {
	case s == "":
		return errors.New("got nothing, takes a token")
	case len(s) > maxToken:
		return fmt.Errorf("got %d bytes, takes a token of at most %d", len(s), maxToken)
	case strings.ContainsAny(s, "\"'`"):
		return fmt.Errorf("got %d characters with a quotation mark among them; write the token without quotation marks", len(s))
	case hasVariable(s) || s[0] == '$':
		return fmt.Errorf("got %d characters with a variable that was not replaced; Fluent Bit replaces ${NAME} where NAME is set in its environment", len(s))
	case strings.HasPrefix(lower, "api-token ") || strings.HasPrefix(lower, "bearer ") || strings.HasPrefix(lower, "authorization"):
		return errors.New("got a token with a scheme in front of it; write the token alone, the scheme follows its prefix")
	}
	for i, r := range s {
		switch {
		case unicode.IsSpace(r):
			return fmt.Errorf("got %d characters with white space at position %d; write the token alone on the line, a comment too needs a line of its own", len(s), i+1)
		case r < ' ' || r > '~':
			return fmt.Errorf("got %d bytes with a control character or one that is not ASCII at position %d, takes a token", len(s), i+1)
		}
	}
	if isPlaceholderToken(s) {
		return fmt.Errorf("got %d characters that look like a placeholder, takes a token such as dt0c01.{24 characters}.{64 characters}", len(s))
	}
	return nil
}

func isPlaceholderToken(s string) bool {
	if m := tokenShape.FindStringSubmatch(s); m != nil {
		return strings.Count(m[2], m[2][:1]) == len(m[2]) // XXXX...; words can come up by chance among so many capital letters
	}
	return !jwtShape.MatchString(s) && isPlaceholder(s)
}

// isPlaceholder says that s is a text such as <token>, {id}, YOUR-TOKEN, xxxx, "changeme" or "none".
func isPlaceholder(s string) bool {
	s = strings.ToLower(s)
	if strings.ContainsAny(s, "<>{}[]") || strings.Contains(s, "***") || strings.Contains(s, "...") || slices.Contains(placeholderTexts, s) {
		return true
	}
	return slices.ContainsFunc(letterRuns.FindAllString(s, -1), func(word string) bool {
		return onlyXs.MatchString(word) || slices.Contains(placeholderWords, word)
	})
}

// tokenWarnings says what is odd about a text that can be a token.
func tokenWarnings(s string) []string {
	var lines []string
	switch {
	case publicShape.MatchString(s):
		lines = append(lines, "holds only the public part of a token, "+strings.TrimSuffix(s, ".")+"; the secret part of 64 characters behind it is missing")
	case jwtShape.MatchString(s):
		lines = append(lines, "looks like an OAuth access token, which is good for some minutes only; a platform token (dt0s16.) lasts")
	case !tokenShape.MatchString(s):
		lines = append(lines, fmt.Sprintf("does not look like dt0c01.{24}.{64} of A-Z and 0-9 but has %s; right only for a token of the older form", partLengths(s)))
	}
	if strings.HasPrefix(s, "dt0s") && !strings.HasPrefix(s, "dt0s16") {
		// dt0s01 SCIM, dt0s02, 03 and 08 OAuth clients, dt0s06 refresh tokens: the same page.
		lines = append(lines, "is not a platform token (dt0s16.) but belongs to an OAuth client or to SCIM; it will hardly be allowed to ingest logs")
	}
	return lines
}

// partLengths says how long the parts between the points are: "3 parts of 6, 24 and 60 characters".
func partLengths(s string) string {
	parts := strings.Split(s, ".")
	if len(parts) == 1 {
		return fmt.Sprintf("%d characters without a point", len(s))
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

// WarningsFor says what is odd about using the token with the endpoint, one line each.
func (s Secret) WarningsFor(e Endpoint) []string {
	if s.Bearer() && e.Kind == KindActiveGate {
		// Dynatrace's examples for ActiveGates use API tokens only:
		// https://docs.dynatrace.com/managed/dynatrace-api/environment-api/log-monitoring-v2/post-ingest-logs.
		return []string{"is a platform token, which an ActiveGate (" + e.Host + ") may refuse; if it answers 401 or 403, use an access token (dt0c01.) with the scope logs.ingest"}
	}
	return nil
}
