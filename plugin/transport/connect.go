package transport

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
)

// connectError is a proxy's refusal to connect to the server.
type connectError struct {
	status  int
	schemes []string // of authentication that it offers
}

func (e *connectError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("proxy: HTTP %d %s", e.status, http.StatusText(e.status)))
}

func (e *connectError) cause() Cause {
	switch {
	case e.status == http.StatusProxyAuthRequired:
		return LoginCause(e.schemes)
	case e.status == http.StatusUnauthorized: // tinyproxy's answer to a wrong password
		return LoginCause(e.schemes)
	case e.status >= 500, e.status == http.StatusRequestTimeout,
		e.status == http.StatusTooManyRequests:
		return ProxyCannotConnect
	case e.status == http.StatusBadRequest:
		return ProxyBadRequest
	default:
		return ProxyForbids
	}
}

// LoginCause returns the cause for a proxy that wants a login by one of schemes, see AuthSchemes.
// Basic is the only scheme that net/http can offer.
func LoginCause(schemes []string) Cause {
	if len(schemes) > 0 && !slices.Contains(schemes, "basic") {
		return ProxyAuthScheme
	}
	return ProxyAuth
}

// AuthSchemes returns the schemes of authentication that a proxy's answer offers, in lower case.
func AuthSchemes(header http.Header) []string {
	var schemes []string
	for _, line := range header.Values("Proxy-Authenticate") {
		scheme, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		schemes = append(schemes, strings.ToLower(strings.Trim(scheme, ",")))
	}
	return schemes
}

// proxyTLSError is what went wrong in TLS with the proxy itself.
type proxyTLSError struct{ err error }

func (e *proxyTLSError) Error() string { return "proxy: " + e.err.Error() }
func (e *proxyTLSError) Unwrap() error { return e.err }

// errProxyHandshake is a proxy that does not finish the TLS handshake in time.
var errProxyHandshake = fmt.Errorf("TLS handshake: %w", os.ErrDeadlineExceeded)

// connectHeader is the header of a CONNECT. It names the same User-Agent as the request behind it.
func connectHeader(ctx context.Context, _ *url.URL, _ string) (http.Header, error) {
	p := phaseOf(ctx)
	p.proxy.Store(proxyAsked)
	if p.agent == "" {
		return nil, nil
	}
	return http.Header{"User-Agent": {p.agent}}, nil
}

// checkConnect reads the answer to a CONNECT. It keeps the status of a refusal, of which net/http
// would keep the text only. It reports whether the proxy connected.
func checkConnect(ctx context.Context, answer *http.Response) (connected bool, _ error) {
	if answer.StatusCode != http.StatusOK {
		return false, &connectError{answer.StatusCode, AuthSchemes(answer.Header)}
	}
	stage := int32(proxyConnected)
	// Neither means anything here (RFC 9110, section 9.3.6), so it counts only if there turns out
	// to be no TLS behind it.
	if IsHTML(answer.Header) || answer.ContentLength > 0 {
		stage = proxyPaged
	}
	phaseOf(ctx).proxy.Store(stage)
	return true, nil
}

// IsHTML reports whether a header announces a web page.
func IsHTML(header http.Header) bool {
	contentType := strings.ToLower(strings.TrimSpace(header.Get("Content-Type")))
	return strings.HasPrefix(contentType, "text/html")
}
