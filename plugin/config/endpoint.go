package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// Kind is the sort of server behind an endpoint, as far as its URL tells.
type Kind int

// The kinds of endpoint (https://docs.dynatrace.com/managed/dynatrace-api/environment-api/log-monitoring-v2/post-ingest-logs).
const (
	KindOther      Kind = iota // no /e/{id} and no known host: a proxy, or a server for tests
	KindSaaS                   // {id}.live.dynatrace.com
	KindActiveGate             // port 9999, the default of an ActiveGate
	KindManaged                // /e/{id} on another port: a Managed cluster, or an ActiveGate behind a load balancer
	KindOneAgent               // this machine, port 14499 or the path of a OneAgent's API: no token, no TLS, no compression
)

// String names the kind for the log.
func (k Kind) String() string {
	switch k {
	case KindSaaS:
		return "SaaS"
	case KindActiveGate:
		return "ActiveGate"
	case KindManaged:
		return "Managed"
	case KindOneAgent:
		return "OneAgent"
	default:
		return "other"
	}
}

// Endpoint is the address that records are sent to.
type Endpoint struct {
	// IngestURL is the whole URL, with scheme, path and, if one was given, query. It holds no user, no password and no token.
	IngestURL string
	// OTLPURL is the URL of OTLP at the same server in the same form, or "" where none is known.
	OTLPURL string
	Kind    Kind
	// Host is the host in lower case, with the port if one was given.
	Host string
	// Environment is the id of the environment in lower case, or "" where the URL has none.
	Environment string
}

// Loopback says that the endpoint is on this machine.
func (e Endpoint) Loopback() bool { return isLoopback(e.name()) }

// name is the host without the port.
func (e Endpoint) name() string {
	u := url.URL{Host: e.Host}
	return u.Hostname()
}

// Plain says that the endpoint is http, without TLS.
func (e Endpoint) Plain() bool { return strings.HasPrefix(e.IngestURL, "http:") }

// URL is where a format goes.
func (e Endpoint) URL(f Format) string {
	if f == FormatOTLP {
		return e.OTLPURL
	}
	return e.IngestURL
}

// String is the URL.
func (e Endpoint) String() string { return e.IngestURL }

const (
	ingestPath = "/api/v2/logs/ingest"
	// https://docs.dynatrace.com/docs/ingest-from/opentelemetry/otlp-api
	otlpPath = "/api/v2/otlp/v1/logs"
	// The OneAgent's own API, on a port that oneagentctl can change:
	// https://docs.dynatrace.com/docs/ingest-from/extend-dynatrace/extend-logs/oneagent-log-ingest-api.
	oneAgentPath   = "/v2/logs/ingest"
	oneAgentPort   = "14499"
	activeGatePort = "9999"
	saasSuffix     = ".live.dynatrace.com"
	// The environments of Dynatrace's own stages, {id}.sprint.dynatracelabs.com and {id}.dev.dynatracelabs.com, have their web interface
	// on {id}.sprint.apps.dynatracelabs.com (env.ts of github.com/Dynatrace/monitoring-coverage).
	labsSuffix = ".dynatracelabs.com"
	// maxEnvironmentID is well above the 8 to 10 characters of an id and just below the 21 of an old access token, which must not
	// become part of a host name.
	maxEnvironmentID = 20
)

var (
	environmentID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*$`)
	managedID     = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	hostName      = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$`)
)

// ParseEndpoint understands an environment id, a base URL of SaaS, ActiveGate or Managed, and the full ingest URL, with or without a
// trailing slash; without a scheme it takes https. allowHTTP permits plain http to another machine. Warnings and the error are one line
// each, without the name of the option, and hold no user, password or query.
func ParseEndpoint(raw string, allowHTTP bool) (Endpoint, []string, error) {
	s := strings.TrimSpace(raw)
	if err := refuseText(s); err != nil {
		return Endpoint{}, nil, err
	}
	var warnings []string
	if environmentID.MatchString(s) && !strings.EqualFold(s, "localhost") {
		if err := refuseID(s); err != nil {
			return Endpoint{}, nil, err
		}
		id := strings.ToLower(s)
		s = "https://" + id + saasSuffix
		if !strings.ContainsAny(id, "0123456789") {
			warnings = append(warnings, fmt.Sprintf("%q is read as an environment id, so logs go to %s; if it is the name of a host, write https://%s:9999/e/{environment-id}", id, s, id))
		}
	}
	u, err := parseURL(s)
	if err != nil {
		return Endpoint{}, nil, err
	}
	if err := refuseHost(u); err != nil {
		return Endpoint{}, nil, err
	}
	queryWarnings, err := checkQuery(u)
	if err != nil {
		return Endpoint{}, nil, err
	}
	base, path, err := splitPath(u)
	if err != nil {
		return Endpoint{}, nil, err
	}

	e := Endpoint{IngestURL: u.Scheme + "://" + u.Host + path, Host: u.Host}
	if path == base+ingestPath {
		e.OTLPURL = u.Scheme + "://" + u.Host + base + otlpPath
	}
	if u.RawQuery != "" {
		e.IngestURL += "?" + u.RawQuery
		if e.OTLPURL != "" {
			e.OTLPURL += "?" + u.RawQuery
		}
	}
	pathWarnings, err := e.classify(u, base, path)
	if err != nil {
		return Endpoint{}, nil, err
	}
	warnings = append(append(warnings, pathWarnings...), queryWarnings...)
	if u.Scheme == "http" && !e.Loopback() {
		if !allowHTTP {
			return Endpoint{}, nil, fmt.Errorf("got http to %s, takes https (the token would travel unencrypted); `allow_http on` permits it", u.Host)
		}
		warnings = append(warnings, "the token and the logs travel unencrypted to "+u.Host)
	}
	return e, warnings, nil
}

// refuseText refuses what no URL and no environment id can look like.
func refuseText(s string) error {
	const takes = "takes an environment id, a base URL or the full ingest URL"
	switch {
	case s == "":
		return errors.New("got nothing, " + takes)
	case likelyToken.MatchString(beforeQuery(s)):
		return errors.New("got a token, " + takes + "; a token goes into `api_token`")
	case strings.Contains(s, "@"): // anywhere: a password may hold / ? and #, after which net/url takes it for a path or a query
		return errors.New("got a URL with a user or password (an @), takes a URL without; the token goes into `api_token`")
	case isQuoted(s):
		return fmt.Errorf("got %s with quotation marks around it; write it without", quote(s))
	case strings.ContainsRune(s, '$'), hasVariable(s):
		return fmt.Errorf("got %s with a variable that was not replaced; Fluent Bit replaces ${NAME} where NAME is set in its environment", quote(s))
	case strings.ContainsAny(s, "<>{}"):
		return fmt.Errorf("got %s with a placeholder; put the id of your environment there", quote(s))
	case strings.ContainsFunc(s, unicode.IsSpace):
		return fmt.Errorf("got %s with white space in it, %s; several are separated by commas, and a comment needs a line of its own", quote(s), takes)
	case strings.Contains(s, ";"):
		return fmt.Errorf("got %s with a semicolon; several are separated by commas", quote(s))
	case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }):
		return fmt.Errorf("got %s with a character that is not printable ASCII, %s", quote(s), takes)
	case managedID.MatchString(s):
		return fmt.Errorf("got %s, the id of a Managed environment, takes https://{domain}/e/%s", quote(s), s)
	}
	return nil
}

func beforeQuery(s string) string {
	before, _, _ := strings.Cut(s, "?")
	return before
}

// refuseID refuses a lone word that is no environment id.
func refuseID(s string) error {
	if len(s) > maxEnvironmentID { // not shown: it may be a token of the old form
		return fmt.Errorf("got a word of %d characters, takes an environment id of at most %d, a base URL or the full ingest URL", len(s), maxEnvironmentID)
	}
	if isPlaceholder(s) {
		return fmt.Errorf("got %s, a placeholder, takes the id of your environment, such as abc12345", quote(s))
	}
	return nil
}

// parseURL reads s as a URL with a scheme, a host in lower case without a final dot, and a path without doubled slashes. No error of
// net/url is passed on: they repeat the URL with its password.
func parseURL(s string) (*url.URL, error) {
	scheme, rest, found := strings.Cut(s, "://")
	lower := strings.ToLower(s)
	switch {
	case strings.HasPrefix(s, "//"):
		scheme, rest = "https", s[2:]
	case !found || strings.ContainsAny(scheme, ":/?#@"):
		if strings.HasPrefix(lower, "http:") || strings.HasPrefix(lower, "https:") {
			return nil, fmt.Errorf("got %s, takes https:// with two slashes", quote(s))
		}
		scheme, rest = "https", s
		if u, err := url.Parse("//" + lower); err == nil && u.Port() == oneAgentPort && isLoopback(u.Hostname()) { // it speaks no TLS
			scheme = "http"
		}
	}
	scheme = strings.ToLower(scheme)
	if scheme != "https" && scheme != "http" {
		return nil, fmt.Errorf("got %s, takes a URL that begins with https://", quote(s))
	}
	u, err := url.Parse(scheme + "://" + rest)
	if err != nil {
		return nil, fmt.Errorf("got %s, which cannot be read as a URL (host, port or a %%-escape)", quote(s))
	}
	if u.Fragment != "" || strings.Contains(rest, "#") {
		return nil, fmt.Errorf("got %s, takes a URL without # and what follows it", quote(s))
	}
	host, port := strings.TrimSuffix(strings.ToLower(u.Hostname()), "."), u.Port()
	if err := refuseAuthority(s, u.Host, host, port); err != nil {
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

// refuseAuthority checks the form of host and port; s is what was written, authority its part that they were taken from.
func refuseAuthority(s, authority, host, port string) error {
	if strings.Count(authority, ":") > 1 && authority[0] != '[' { // its last part could be a port
		return fmt.Errorf("got %s, whose host is an IPv6 address without brackets, takes [2001:db8::1] or [2001:db8::1]:9999", quote(s))
	}
	if strings.HasPrefix(host, ".") {
		return fmt.Errorf("got %s, whose host begins with a dot; is the variable for the environment id empty?", quote(s))
	}
	if addr, err := netip.ParseAddr(host); err != nil || addr.Zone() != "" {
		last := host[strings.LastIndexByte(host, '.')+1:] // of digits only in addresses, never in names (RFC 3696, section 2)
		if !hostName.MatchString(host) || len(host) > 253 || strings.Trim(last, "0123456789") == "" {
			return fmt.Errorf("got %s, which has no valid host name", quote(s))
		}
	}
	if n, err := strconv.ParseUint(port, 10, 64); port != "" && (err != nil || n < 1 || n > 65535) {
		return fmt.Errorf("got %s, takes a port from 1 to 65535", quote(s))
	}
	return nil
}
