package endpoint

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"out_dynatrace/plugin/secret"
)

const takes = "takes an environment id, a base URL or the full ingest URL"

var managedID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

// checkText rejects what cannot be a URL or an environment id by its characters alone.
func checkText(s string) error {
	switch {
	case s == "":
		return errors.New("got nothing, " + takes)
	case secret.HoldsToken(beforeQuery(s)):
		return errors.New("got a token, " + takes + "; a token goes into `api_token`")
	case strings.Contains(s, "@"):
		// Anywhere: a password may hold / ? and #, after which net/url takes it for a path or a
		// query.
		return errors.New("got a URL with a user or password (an @), takes a URL without; " +
			"the token goes into `api_token`")
	case secret.InQuotes(s):
		return fmt.Errorf("got %s with quotation marks around it; write it without", secret.Quote(s))
	case strings.ContainsRune(s, '$'), secret.HasVariable(s):
		return fmt.Errorf("got %s with a variable that was not replaced; "+
			"Fluent Bit replaces ${NAME} where NAME is set in its environment", secret.Quote(s))
	case strings.ContainsAny(s, "<>{}"):
		return fmt.Errorf("got %s with a placeholder; put the id of your environment there",
			secret.Quote(s))
	case strings.ContainsFunc(s, unicode.IsSpace):
		return fmt.Errorf("got %s with white space in it, %s; "+
			"several are separated by commas, and a comment needs a line of its own", secret.Quote(s), takes)
	case strings.Contains(s, ";"):
		return fmt.Errorf("got %s with a semicolon; several are separated by commas", secret.Quote(s))
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }):
		return fmt.Errorf("got %s with a character that is not printable ASCII, %s",
			secret.Quote(s), takes)
	case managedID.MatchString(s):
		return fmt.Errorf("got %s, the id of a Managed environment, takes https://{domain}/e/%s",
			secret.Quote(s), s)
	}
	return nil
}

func beforeQuery(s string) string {
	before, _, _ := strings.Cut(s, "?")
	return before
}

// parseURL reads s as a URL with a scheme, a host in lower case without a final dot, and a path.
// It passes on no error of net/url: they repeat the URL with its password.
func parseURL(s string) (*url.URL, error) {
	scheme, rest, err := splitScheme(s)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil {
		return nil, fmt.Errorf("got %s, which cannot be read as a URL (host, port or a %%-escape)",
			secret.Quote(s))
	}
	if u.Fragment != "" || strings.Contains(rest, "#") {
		return nil, fmt.Errorf("got %s, takes a URL without # and what follows it", secret.Quote(s))
	}
	host, port := strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), u.Port()
	if err := checkAuthority(s, u.Host, host, port); err != nil {
		return nil, err
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	u.Host = host
	if port != "" {
		u.Host += ":" + port
	}
	return u, nil
}

// splitScheme returns the scheme, http or https, and what follows its slashes.
func splitScheme(s string) (scheme, rest string, _ error) {
	scheme, rest, found := strings.Cut(s, "://")
	lower := strings.ToLower(s)
	switch {
	case strings.HasPrefix(s, "//"):
		scheme, rest = "https", s[2:]
	case !found || strings.ContainsAny(scheme, ":/?#@"):
		if strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:") {
			return "", "", fmt.Errorf("got %s, takes https:// with two slashes", secret.Quote(s))
		}
		scheme, rest = "https", s
		u, err := url.Parse("//" + lower)
		if err == nil && u.Port() == oneAgentPort && IsLoopback(u.Hostname()) { // it speaks no TLS
			scheme = "http"
		}
	}
	scheme = strings.ToLower(scheme)
	if scheme != "https" && scheme != "http" {
		return "", "", fmt.Errorf("got %s, takes a URL that begins with https://", secret.Quote(s))
	}
	return scheme, rest, nil
}
