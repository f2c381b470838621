package transport

import (
	"errors"
	"strings"
)

// errSpokeFirst stands for net/http's error about a server that spoke before there was a request.
var errSpokeFirst = errors.New("the server sent data before a request")

// explain returns the error of a request as an *Error. It adds to the error what only this
// generation knows: the proxy, and what has happened on its connections before.
func (g *generation) explain(p *phase, err error) *Error {
	e := Explain(err)
	if cause, certain := g.proxyContext(p, err); certain {
		e.Cause = cause
	} else if g.wantsCertificate(err) && !e.Cause.ofProxy() {
		e.Cause = ClientCertificate
	} else if says(err, spokeFirst) {
		e.Cause = NotHTTP
		if g.answered.Load() {
			e.Cause = UnsolicitedData
		}
	}
	if says(err, spokeFirst) {
		e.Err = errSpokeFirst
	}
	e.Proxy = g.Via()
	// retired: the connection was closed here, because of its age, just when the request got it.
	e.stale = p.reused.Load() && (isCut(err) || says(err, retiredConnection))
	return e
}

// proxyContext returns the cause if the proxy is the one to blame for an error that could be the
// server's as well.
func (g *generation) proxyContext(p *phase, err error) (_ Cause, certain bool) {
	var rejected *connectError
	if g.proxy == nil || errors.As(err, &rejected) {
		return Unknown, false
	}
	var (
		isHTTP  = strings.HasPrefix(g.proxy.Scheme, "http")
		relays  = isHTTP && g.endpoint.Plain()
		tunnels = isHTTP && !g.endpoint.Plain()
		plain   = g.proxy.Scheme == "http"
		early   = p.reached.Load() == 0 // there is no TLS with the server yet
		first   = says(err, spokeFirst)
		noHTTP  = says(err, notHTTP) || first && !g.answered.Load()
		paged   = p.proxy.Load() == proxyPaged
	)
	switch {
	// A proxy would not repeat what is no HTTP: so it is none itself, unless it was one before.
	case relays && plain && says(err, tlsAlertForHTTP):
		return ProxyWantsTLS, true
	case relays && noHTTP && !g.answered.Load():
		return ProxyNotHTTP, true
	// Before there is TLS with the server nobody but the proxy speaks.
	case tunnels && plain && says(err, tlsAlertForHTTP):
		return ProxyWantsTLS, true
	case tunnels && noHTTP && !first && !says(err, brokenConnection):
		return ProxyNotHTTP, true
	case tunnels && plain && !g.tunnelled.Load() && isCut(err):
		return ProxyClosed, true
	case early && paged && saysNoTLS(err):
		return ProxyLoginPage, true
	// The answer to CONNECT may be an odd one of a good proxy.
	case early && paged && (isCut(err) || isTimeout(err)):
		return ProxyMaybeLoginPage, true
	case early && p.proxy.Load() == proxyConnected && saysNoTLS(err):
		return ProxyServerNoTLS, true
	}
	return Unknown, false
}

// wantsCertificate reports whether a server that asked for a client certificate closed the
// connection before it answered anything: it got none, or one that it does not trust. A server of
// TLS 1.3 rejects a client after the handshake, in an alert that gets lost when it closes the
// connection while a body is being sent. One of TLS 1.2 can do it with an alert that says nothing
// but that the handshake failed.
func (g *generation) wantsCertificate(err error) bool {
	if !g.asked.Load() || g.answered.Load() {
		return false
	}
	return isCut(err) && !g.vouched() || says(err, alertHandshake)
}
