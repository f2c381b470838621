package endpoint

import (
	"net/netip"
	"net/url"
	"strings"
)

// Kind is the kind of server behind an endpoint, as far as its URL shows it.
type Kind int

// The kinds of endpoint
// (https://docs.dynatrace.com/managed/dynatrace-api/environment-api/log-monitoring-v2/post-ingest-logs).
const (
	// Other has no /e/{id} and no known host: a proxy, or a server for tests.
	Other Kind = iota
	// SaaS is {id}.live.dynatrace.com.
	SaaS
	// ActiveGate listens on port 9999, the default of an ActiveGate.
	ActiveGate
	// Managed has /e/{id} on another port: a Managed cluster, or an ActiveGate behind a load
	// balancer.
	Managed
	// OneAgent is on this machine, with port 14499 or the path of a OneAgent's API. It takes no
	// token, speaks no TLS and reads no compressed requests.
	OneAgent
)

// String names the kind for the log.
func (k Kind) String() string {
	switch k {
	case SaaS:
		return "SaaS"
	case ActiveGate:
		return "ActiveGate"
	case Managed:
		return "Managed"
	case OneAgent:
		return "OneAgent"
	default:
		return "other"
	}
}

// Endpoint is the address that records are sent to. Two endpoints can be compared with ==.
type Endpoint struct {
	// IngestURL is the whole URL, with scheme, path and, if one was given, query. It holds no
	// user, no password and no token.
	IngestURL string
	// OTLPURL is the URL of OTLP at the same server in the same form, or "" where none is known.
	OTLPURL string
	// Kind is the kind of server, as far as the URL shows it.
	Kind Kind
	// Host is the host in lower case, with the port if one was given.
	Host string
	// Environment is the id of the environment in lower case, or "" where the URL has none.
	Environment string
}

// Loopback reports whether the endpoint is on this machine.
func (e Endpoint) Loopback() bool { return IsLoopback(e.Hostname()) }

// Hostname returns the host without the port.
func (e Endpoint) Hostname() string {
	u := url.URL{Host: e.Host}
	return u.Hostname()
}

// Plain reports whether the endpoint is http, without TLS.
func (e Endpoint) Plain() bool { return strings.HasPrefix(e.IngestURL, "http:") }

// Exposed reports whether the token and the logs travel unencrypted to another machine.
func (e Endpoint) Exposed() bool { return e.Plain() && !e.Loopback() }

// String returns the URL.
func (e Endpoint) String() string { return e.IngestURL }

// equals reports whether two endpoints are the same, with or without the port of their scheme.
func (e Endpoint) equals(other Endpoint) bool {
	return e.withoutDefaultPort() == other.withoutDefaultPort()
}

// withoutDefaultPort returns the URL without the port of its scheme.
func (e Endpoint) withoutDefaultPort() string {
	port := ":443"
	if e.Plain() {
		port = ":80"
	}
	scheme, rest, _ := strings.Cut(e.IngestURL, "://")
	if behind, found := strings.CutPrefix(rest, e.Host); found {
		rest = strings.TrimSuffix(e.Host, port) + behind
	}
	return scheme + "://" + rest
}

// IsLoopback reports whether a host, without a port, is this machine.
func IsLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}
