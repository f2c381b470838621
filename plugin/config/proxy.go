package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
)

// Proxy says through what the requests go. The zero value follows the environment: HTTPS_PROXY, HTTP_PROXY and NO_PROXY. However it
// is formatted, encoded or logged it shows no user and no password; only URL gives them away. It is not changed after ParseProxy, so any
// number of goroutines may use it.
type Proxy struct {
	off bool
	// A function, since nothing can look into one; see Secret.
	reveal func() url.URL
}

// URL is the proxy that was named, with user and password; nil if none was.
func (p Proxy) URL() *url.URL {
	if p.reveal == nil {
		return nil
	}
	u := p.reveal()
	return &u
}

// Off says that no proxy is to be used, whatever the environment says.
func (p Proxy) Off() bool { return p.off }

// Secure says that the way to the named proxy is encrypted.
func (p Proxy) Secure() bool { return p.reveal != nil && p.reveal().Scheme == "https" }

// String is "environment", "off", or the URL without user and password.
func (p Proxy) String() string {
	switch {
	case p.off:
		return "off"
	case p.reveal == nil:
		return "environment"
	}
	return ProxyText(p.URL())
}

// GoString is String.
func (p Proxy) GoString() string { return p.String() }

// MarshalText gives String.
func (p Proxy) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// ProxyText is the URL of a proxy for people, without user and password.
func ProxyText(u *url.URL) string {
	if u.User == nil {
		return u.Scheme + "://" + u.Host
	}
	return u.Scheme + "://" + redacted + "@" + u.Host
}

// ParseProxy reads "environment", "off" or the URL of an HTTP proxy, with or without user and password: http://proxy:3128, or
// https:// for one that is itself spoken to over TLS. The error is one line, without the name of the option, user and password.
func ParseProxy(raw string) (Proxy, error) {
	s := strings.TrimSpace(raw)
	switch strings.ToLower(s) {
	case "environment", "env":
		return Proxy{}, nil
	case "off", "none", "no", "false", "direct":
		return Proxy{off: true}, nil
	}
	const takes = "takes environment, off, or http://host:port"
	switch {
	case isQuoted(s):
		return Proxy{}, fmt.Errorf("got %s with quotation marks around it; write it without", quote(s))
	case hasVariable(s):
		return Proxy{}, fmt.Errorf("got %s, with a variable that was not replaced, %s", quote(s), takes)
	case likelyToken.MatchString(s):
		return Proxy{}, errors.New("got a token, " + takes)
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }):
		return Proxy{}, fmt.Errorf("got %s, with white space or a character that is not ASCII, %s; in user and password write it as %%-escape (%%20)", quote(s), takes)
	}
	scheme, rest, found := strings.Cut(s, "://")
	if !found || strings.ContainsAny(scheme, ":/?#@") {
		scheme, rest = "http", s
	}
	scheme = strings.ToLower(scheme)
	if scheme != "http" && scheme != "https" {
		return Proxy{}, fmt.Errorf("got %s, %s; a SOCKS proxy can only come from the environment", quote(s), takes)
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil || u.Host == "" || strings.Contains(u.Host, "@") || strings.Contains(u.Path+u.RawQuery+u.Fragment, "@") {
		return Proxy{}, fmt.Errorf("got %s, which cannot be read as a URL, %s; in user and password write / ? # @ %% as %%2F %%3F %%23 %%40 %%25", quote(s), takes)
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return Proxy{}, fmt.Errorf("got %s, %s, without a path behind it", quote(s), takes)
	}
	host := strings.ToLower(u.Hostname())
	if err := refuseAuthority(s, u.Host, host, u.Port()); err != nil {
		return Proxy{}, err
	}
	port := u.Port()
	if port == "" { // shown, since people forget that a proxy rarely has this one
		port = map[string]string{"http": "80", "https": "443"}[scheme]
	}
	named := url.URL{Scheme: scheme, User: u.User, Host: net.JoinHostPort(host, port)}
	return Proxy{reveal: func() url.URL { return named }}, nil
}

func (d *draft) checkProxy() {
	if d.wrong[optProxy] {
		return
	}
	proxy, err := ParseProxy(d.proxy)
	if err != nil {
		d.fail(optProxy, "%w", err)
		return
	}
	d.Proxy = proxy
	if proxy.URL() == nil {
		return
	}
	if d.ToOneAgent() {
		d.warn(optProxy, "is "+proxy.String()+", and the OneAgent of this machine is asked through it; set `proxy off`")
	}
	if plain, _ := d.plain(); proxy.URL().User != nil && !proxy.Secure() && !isLoopback(proxy.URL().Hostname()) && plain {
		d.warn(optProxy, "gets the token, the logs and its own password unencrypted")
	}
}
