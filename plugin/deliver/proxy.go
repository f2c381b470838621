package deliver

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// proxySecrets are the forms in which a message could hold the password of a proxy.
func proxySecrets(proxy *url.URL) []string {
	if proxy == nil || proxy.User == nil {
		return nil
	}
	password, _ := proxy.User.Password()
	_, escaped, _ := strings.Cut(proxy.User.String(), ":")
	return []string{base64.StdEncoding.EncodeToString([]byte(proxy.User.Username() + ":" + password)), escaped, password}
}

// proxyError is a proxy's refusal to connect to the server.
type proxyError struct {
	status  int
	schemes []string // of authentication that it offers
}

func (e *proxyError) Error() string {
	return strings.TrimSpace(fmt.Sprintf("proxy: HTTP %d %s", e.status, http.StatusText(e.status)))
}

// proxyTLSError is what went wrong with TLS to the proxy itself.
type proxyTLSError struct{ err error }

func (e *proxyTLSError) Error() string { return "proxy: " + e.err.Error() }
func (e *proxyTLSError) Unwrap() error { return e.err }

// errProxySpeaksTLS is a proxy named with http:// that wants https://.
var errProxySpeaksTLS = errors.New("the proxy answers with TLS")

// errProxyHandshake is a proxy that does not get on with the TLS handshake.
var errProxyHandshake = fmt.Errorf("TLS handshake: %w", os.ErrDeadlineExceeded)

// errNoProxy is something else than an HTTP proxy, which answers CONNECT with what is no HTTP.
var errNoProxy = errors.New("no HTTP proxy")

// errProxySilent is a proxy that takes the connection and does not answer CONNECT, or does not get on with TLS, in the time of an attempt.
var errProxySilent = errors.New("the proxy is silent")

// errProxyPage is a proxy that answers CONNECT with a page for people, under a status that says it has connected.
var errProxyPage = errors.New("a page instead of the server")

// errBehindProxy is what a proxy connected to, or the proxy itself in its place, that does not speak TLS.
var errBehindProxy = errors.New("no TLS behind the proxy")

// errProxyHungUp is a proxy that gave no answer to CONNECT.
var errProxyHungUp = errors.New("the proxy hung up")

// connectHeader is the header of a CONNECT, which comes from whom the request behind it comes from.
func connectHeader(ctx context.Context, _ *url.URL, _ string) (http.Header, error) {
	p := phaseOf(ctx)
	p.proxy.Store(proxyAsked)
	if p.agent == "" {
		return nil, nil
	}
	return http.Header{"User-Agent": {p.agent}}, nil
}

// checkProxyAnswer keeps the status of a proxy that refuses to connect, which net/http would reduce to its text.
func (g *generation) checkProxyAnswer(ctx context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		g.tunnelled.Store(true)
		stage := int32(proxyConnected)
		// Neither means anything here (RFC 9110, section 9.3.6), so it counts only once there turns out to be no TLS behind it.
		if isWebPage(answer.Header, nil) || answer.ContentLength > 0 {
			stage = proxyPaged
		}
		phaseOf(ctx).proxy.Store(stage)
		return nil
	}
	return &proxyError{answer.StatusCode, authSchemes(answer.Header)}
}

// authSchemes are the ways to log in that a proxy offers, in lower case.
func authSchemes(header http.Header) []string {
	var schemes []string
	for _, line := range header.Values("Proxy-Authenticate") {
		scheme, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		schemes = append(schemes, strings.ToLower(strings.Trim(scheme, ",")))
	}
	return schemes
}

// dialSecureProxy connects to a proxy that is spoken to over TLS. net/http would take the server's TLS options for the proxy, too: its
// pin, its name, our certificate. Of those only the authorities count here, and they always do: the proxy is told the password,
// whatever tls_verify says of the server.
func (t *Transport) dialSecureProxy(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := t.dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	phaseOf(ctx).proxy.Store(proxyAsked)
	t.mu.Lock()
	roots := t.certificates.roots
	t.mu.Unlock()
	secure := tls.Client(conn, &tls.Config{
		MinVersion: tls.VersionTLS12,
		ServerName: t.proxy.Hostname(),
		RootCAs:    roots,
		NextProtos: []string{"http/1.1"}, // CONNECT is spoken in no other
	})
	ctx, cancel := context.WithTimeoutCause(ctx, t.handshakeTimeout, errProxyHandshake)
	defer cancel()
	if err := secure.HandshakeContext(ctx); err != nil {
		conn.Close()
		if cause := context.Cause(ctx); errors.Is(cause, errProxyHandshake) {
			err = cause
		}
		return nil, &proxyTLSError{err}
	}
	return secure, nil
}
