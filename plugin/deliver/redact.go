package deliver

import (
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"

	"out_dynatrace/plugin/secret"
	"out_dynatrace/plugin/telemetry"
)

var (
	// anyToken matches what looks like a Dynatrace token, anyCredential what follows the name of a
	// scheme; both up to the next white space. They err on the side of matching too much.
	anyToken      = regexp.MustCompile(`(?i)dt0[a-z][0-9]{2}\.\S*`)
	anyCredential = regexp.MustCompile(`(?i)\b(api-token|bearer|basic)([\s:=]+)\S{20,}`)
	// anyUserinfo matches the user and password of a URL.
	anyUserinfo = regexp.MustCompile(`//[^\s"]*@`)
)

// leastHidden is the length of the shortest value that a message does not repeat, in bytes: what is
// shorter stands in any text.
const leastHidden = 6

// newHidden returns a replacer for values that no message may repeat, as they are and in the forms
// in which an answer may write them. It is nil if there are none.
func newHidden(values []string) *strings.Replacer {
	var pairs []string
	for _, value := range values {
		if len(value) < leastHidden {
			continue
		}
		text := oneBlank(value)
		inPath := url.URL{Path: value}
		for _, form := range []string{
			text, inQuotes(text, true), inQuotes(text, false), html.EscapeString(text),
			url.PathEscape(value), url.QueryEscape(value), inPath.EscapedPath(),
		} {
			pairs = append(pairs, form, secret.Redacted)
		}
	}
	if pairs == nil {
		return nil
	}
	return strings.NewReplacer(pairs...)
}

// inQuotes returns text as it stands in JSON, with < > & escaped or not.
func inQuotes(text string, escapeHTML bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(escapeHTML)
	_ = e.Encode(text) // a string never fails
	quoted := strings.TrimSuffix(b.String(), "\n")
	return quoted[1 : len(quoted)-1]
}

// oneBlank returns text in one line, with one blank where white space was.
func oneBlank(text string) string { return strings.Join(strings.Fields(text), " ") }

// clean makes text from elsewhere fit for a message: one printable line of at most maxSaid bytes
// without secrets.
func (a *Answer) clean(text string) string {
	text = oneBlank(text)
	if a.Token != "" {
		text = strings.ReplaceAll(text, a.Token, secret.Redacted)
	}
	if a.Hidden != nil {
		text = a.Hidden.Replace(text)
	}
	text = anyToken.ReplaceAllString(text, secret.Redacted)
	text = anyCredential.ReplaceAllString(text, "${1}${2}"+secret.Redacted)
	text = anyUserinfo.ReplaceAllString(text, "//"+secret.Redacted+"@")
	return telemetry.OneLine(text, maxSaid)
}
