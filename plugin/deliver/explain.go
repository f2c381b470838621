package deliver

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"
)

// brokenTransport is what net/http puts before the error of an answer, unless it is that to CONNECT.
const brokenTransport = "transport connection broken"

// unasked is in the error of net/http for a connection on which something came before there was a request.
const unasked = "readLoopPeekFailLocked: %!w(<nil>)"

// explain adds to an error what only the transport knows.
func (t *Transport) explain(g *generation, p *phase, err error) error {
	connects := t.proxy != nil && strings.HasPrefix(t.proxy.Scheme, "http") && !t.endpoint.Plain()
	tunnel := connects && t.proxy.Scheme == "http"
	if strings.Contains(err.Error(), unasked) {
		err = errUnasked
		if !g.answered.Load() {
			err = fmt.Errorf("%w: %w", errNoHTTP, err)
		}
	}
	switch {
	// A proxy would not repeat what is no HTTP: so it is none itself, unless it was one before.
	case t.Relayed() && t.proxy.Scheme == "http" && strings.Contains(err.Error(), answeredByTLS):
		err = fmt.Errorf("%w: %w", errProxySpeaksTLS, err)
	case t.Relayed() && saysNoHTTP(err) && !g.answered.Load():
		err = fmt.Errorf("%w: %w", errNoProxy, err)
	// Before there is TLS to the server nobody but the proxy speaks.
	case tunnel && strings.Contains(err.Error(), answeredByTLS):
		err = fmt.Errorf("%w: %w", errProxySpeaksTLS, err)
	case connects && saysNoHTTP(err) && !errors.Is(err, errUnasked) && !strings.Contains(err.Error(), brokenTransport):
		err = fmt.Errorf("%w: %w", errNoProxy, err)
	case tunnel && !g.tunnelled.Load() && isCut(err):
		err = fmt.Errorf("%w: %w", errProxyHungUp, err)
	case p.reached.Load() == 0 && p.proxy.Load() == proxyPaged && (saysNoTLS(err) || isCut(err) || isTimeout(err)):
		err = fmt.Errorf("%w: %w", errProxyPage, err)
	case p.reached.Load() == 0 && p.proxy.Load() == proxyConnected && saysNoTLS(err):
		err = fmt.Errorf("%w: %w", errBehindProxy, err)
	// A server of TLS 1.3 refuses a client after the handshake, in an alert that gets lost when it hangs up on a body. One of TLS 1.2
	// can do it with an alert that says nothing but that the handshake failed.
	case g.asked.Load() && !g.answered.Load() && (isCut(err) && !g.vouched(t.now()) || remoteAlert(err) == "tls: handshake failure"):
		err = fmt.Errorf("%w: %w", errClientCertificate, err)
	}
	if t.proxy != nil {
		err = fmt.Errorf("through the proxy %s: %w", t.Via(), err)
	}
	return err
}

// vouched reports whether the server took the client certificate before, which is not over since.
func (g *generation) vouched(now time.Time) bool {
	return g.trusted.Load() && now.Before(g.pair.Leaf.NotAfter)
}

// isCut reports whether the other side hung up.
func isCut(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		strings.Contains(err.Error(), "http2: client conn") // could not be established, not usable, lost
}

// isRetired reports whether the connection was closed here, since it had grown old, just when the request had got it. net/http has no
// error for that to compare with.
func isRetired(err error) bool { return strings.Contains(err.Error(), "CloseIdleConnections called") }
