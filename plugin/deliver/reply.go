package deliver

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"out_dynatrace/plugin/transport"
)

// said is the one line of an answer that is worth showing, clean and bounded.
type said string

// said returns what the server says in an answer: the message of a JSON envelope, the title of a
// web page, or else the first line; "" when it says nothing.
func (a *Answer) said() said {
	body := trim(a.Body)
	switch {
	case len(body) == 0:
		return ""
	case isCompressed(a.Header):
		return said("(" + strconv.Itoa(len(body)) + " compressed bytes)")
	case isProtobuf(a.Header):
		return said(a.clean(statusText(a.Body)))
	case body[0] == '<':
		return said(a.clean("web page: " + pageTitle(string(body))))
	}
	if e := parseEnvelope(body); e != nil {
		if text := e.message(); text != "" {
			return said(a.clean(text))
		}
		return said(a.clean(string(body)))
	}
	line, _, _ := bytes.Cut(body, []byte("\n"))
	return said(a.clean(string(line)))
}

// words returns the condition that an answer says one of phrases, which are in lower case.
func words(phrases ...string) func(*Answer, said) bool {
	return func(_ *Answer, text said) bool {
		lower := strings.ToLower(string(text))
		return slices.ContainsFunc(phrases, func(phrase string) bool {
			return strings.Contains(lower, phrase)
		})
	}
}

// webPage is the condition that an answer is a web page for people.
func webPage(a *Answer, _ said) bool { return isWebPage(a.Header, a.Body) }

// webPageOfProxy is the condition that such a page came by way of a proxy that repeats requests.
func webPageOfProxy(a *Answer, text said) bool { return a.Via != "" && webPage(a, text) }

// loginWithoutBasic is the condition that a proxy offers a login, and not in the Basic form.
func loginWithoutBasic(a *Answer, _ said) bool {
	return transport.LoginCause(transport.AuthSchemes(a.Header)) == transport.ProxyAuthScheme
}
