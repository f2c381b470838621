package endpoint

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"out_dynatrace/plugin/secret"
)

// Proxy is the proxy that requests go through. The zero value follows the environment:
// HTTPS_PROXY, HTTP_PROXY and NO_PROXY. However it is formatted, encoded or logged, it shows no
// user and no password; only URL reveals them. It is immutable, so any number of goroutines may
// use it.
type Proxy struct {
	off bool
	// A function, since nothing can look into one; see secret.Secret.
	reveal func() url.URL
}

// URL returns the proxy that was named, with user and password; nil if none was.
func (p Proxy) URL() *url.URL {
	if p.reveal == nil {
		return nil
	}
	u := p.reveal()
	return &u
}

// Off reports whether no proxy is to be used, whatever the environment says.
func (p Proxy) Off() bool { return p.off }

// Secure reports whether the connection to the named proxy is encrypted.
func (p Proxy) Secure() bool { return p.reveal != nil && p.reveal().Scheme == "https" }

// String returns "environment", "off", or the URL without user and password.
func (p Proxy) String() string {
	switch {
	case p.off:
		return "off"
	case p.reveal == nil:
		return "environment"
	}
	return ProxyText(p.URL())
}

// GoString returns String.
func (p Proxy) GoString() string { return p.String() }

// MarshalText returns String.
func (p Proxy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// ProxyText returns the URL of a proxy for the log, without user and password.
func ProxyText(u *url.URL) string {
	if u.User == nil {
		return u.Scheme + "://" + u.Host
	}
	return u.Scheme + "://" + secret.Redacted + "@" + u.Host
}

// ParseProxy reads "environment", "off" or the URL of an HTTP proxy, with or without user and
// password: http://proxy:3128, or https:// for one that itself speaks TLS.
func ParseProxy(raw string) (Proxy, error) {
	s := strings.TrimSpace(raw)
	switch strings.ToLower(s) {
	case "environment", "env":
		return Proxy{}, nil
	case "off", "none", "no", "false", "direct":
		return Proxy{off: true}, nil
	}
	const takes = "takes environment, off, or http://host:port"
	withUser := strings.Contains(s, "@")
	switch {
	case secret.InQuotes(s):
		return Proxy{}, fmt.Errorf("got %s with quotation marks around it; write it without",
			secret.Quote(s))
	case secret.HasVariable(s) && withUser:
		return Proxy{}, fmt.Errorf("got %s, with a variable that was not replaced, %s; "+
			"in user and password write $ { as %%24 %%7B if they are meant", secret.Quote(s), takes)
	case secret.HasVariable(s):
		return Proxy{}, fmt.Errorf("got %s, with a variable that was not replaced, %s",
			secret.Quote(s), takes)
	case secret.HoldsToken(s):
		return Proxy{}, errors.New("got a token, " + takes)
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }):
		return Proxy{}, fmt.Errorf("got %s, with white space or a character that is not ASCII, %s; "+
			"in user and password write it as %%-escape (%%20)", secret.Quote(s), takes)
	}
	u, err := parseProxyURL(s)
	switch {
	case err != nil:
		return Proxy{}, fmt.Errorf("got %s, which cannot be read as a URL, %s; "+
			"in user and password write / ? # @ %% as %%2F %%3F %%23 %%40 %%25", secret.Quote(s), takes)
	case u.Scheme != "http" && u.Scheme != "https":
		return Proxy{}, fmt.Errorf("got %s, %s; a SOCKS proxy can only come from the environment",
			secret.Quote(s), takes)
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return Proxy{}, fmt.Errorf("got %s, %s, without a path behind it", secret.Quote(s), takes)
	}
	if err := checkProxyHost(s, u); err != nil {
		return Proxy{}, err
	}
	named := *bareProxy(u)
	return Proxy{reveal: func() url.URL { return named }}, nil
}

// ParseEnvironmentProxy reads the value of HTTPS_PROXY or HTTP_PROXY: host and port of an HTTP
// proxy, or the URL of one or of a SOCKS proxy (socks5, socks5h). net/http goes without a proxy
// where it cannot read the value; here that is an error, which continues a sentence that starts
// with the name of the variable, and repeats nothing of the value, since it may hold a password.
func ParseEnvironmentProxy(value string) (*url.URL, error) {
	s := strings.TrimSpace(value)
	u, err := parseProxyURL(s)
	// A path is ignored, as curl does, unless it is there because the host is a scheme
	// (http://http://host).
	if err == nil && strings.HasPrefix(u.Path, "//") {
		err = errNoProxyURL
	}
	if err == nil && !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return nil, errors.New("names a proxy of an unknown kind, takes http://host:port")
	}
	if err == nil {
		err = checkProxyHost(s, u)
	}
	if err != nil {
		return nil, errors.New("cannot be read, takes http://host:port, or http://user:password@host:port " +
			"with / ? # @ % as %2F %3F %23 %40 %25; `proxy off` ignores it")
	}
	return bareProxy(u), nil
}

// errNoProxyURL stands for errors of net/url, which repeat the password.
var errNoProxyURL = errors.New("no URL of a proxy")

// parseProxyURL reads a URL, which is http without a scheme. In user and password it also takes
// the characters that a URL has to escape but that cannot mean anything else there.
func parseProxyURL(s string) (*url.URL, error) {
	scheme, rest, found := strings.Cut(s, "://")
	if !found || strings.ContainsAny(scheme, ":/?#@") {
		scheme, rest = "http", s
	}
	authority, end := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		authority, end = rest[:i], rest[i:]
	}
	// A password with a / ? or # ends the host for net/url, and its beginning can look like a
	// port.
	if strings.Contains(end, "@") {
		return nil, errNoProxyURL
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = escapeMarks.Replace(authority[:i]) + authority[i:]
	}
	u, err := url.Parse(strings.ToLower(scheme) + "://" + authority + end)
	if err != nil || u.Hostname() == "" {
		return nil, errNoProxyURL
	}
	return u, nil
}

// escapeMarks escapes the printable characters that RFC 3986 (section 3.2.1) forbids in user and
// password. The % is not among them: it may stand for itself or begin an escape.
var escapeMarks = strings.NewReplacer(
	`"`, "%22", "<", "%3C", ">", "%3E", "[", "%5B", `\`, "%5C", "]", "%5D", "^", "%5E", "`", "%60",
	"{", "%7B", "|", "%7C", "}", "%7D",
)

// checkProxyHost checks the form of host and port. Unlike an endpoint, a proxy may have an address
// with a zone (fe80::1%eth0), and a final dot, which keeps the resolver from trying its search
// list.
func checkProxyHost(s string, u *url.URL) error {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if strings.HasPrefix(u.Host, "[") {
		host, _, _ = strings.Cut(host, "%")
	}
	return checkAuthority(s, u.Host, host, u.Port())
}

// bareProxy returns the URL of a proxy with its port, which is shown, since people forget that a
// proxy rarely has the default one.
func bareProxy(u *url.URL) *url.URL {
	host, port := u.Hostname(), u.Port()
	if !strings.Contains(host, "%") { // the name of an interface can be in capitals
		host = strings.ToLower(host)
	}
	if port == "" {
		port = map[string]string{
			"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080",
		}[u.Scheme]
	}
	return &url.URL{Scheme: u.Scheme, User: u.User, Host: net.JoinHostPort(host, port)}
}
