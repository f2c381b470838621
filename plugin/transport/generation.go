package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"out_dynatrace/plugin/endpoint"
)

const (
	// idlePerHost is how many connections are kept open between flushes: one for each worker that a
	// sensible configuration has.
	idlePerHost = 16
	// idleTimeout is for how long.
	idleTimeout = 90 * time.Second
	// maxResponseHeader bounds the headers of an answer with all its 1xx ones, in bytes.
	maxResponseHeader = 64 << 10
	// writeBuffer is the buffer of a connection, in bytes. It is larger than the default of 4 KiB,
	// because bodies have some 100 KiB.
	writeBuffer = 64 << 10
	// handshakeTimeout bounds the TLS handshake.
	handshakeTimeout = 10 * time.Second
	// maxAge is the age at which a connection is closed, in use or not: the next one asks DNS again,
	// and finds the machines that a load balancer has got since. It differs by ageJitter, up and
	// down, between connections and machines.
	maxAge    = 5 * time.Minute
	ageJitter = 0.1
	// pingAfter is how long an HTTP/2 connection may be quiet before it is pinged, pingTimeout how
	// long the answer may take before the connection is given up. Together that is less than the
	// default of request_timeout: a dead connection costs one attempt, and the next gets another
	// one. It is longer than a slow line needs for what a server lets be under way, or that line
	// would be taken for dead.
	pingAfter   = 5 * time.Second
	pingTimeout = 8 * time.Second
	// dialTimeoutOfSeveral bounds making a connection where there is another endpoint: an address
	// that does not answer must leave time for that one within the flush. Two lost packets do not
	// take longer.
	dialTimeoutOfSeveral = 5 * time.Second
)

// newDialer returns the dialer of all connections. It races IPv6 against IPv4 (RFC 8305), and
// shares the time among the addresses of a name. That time is two thirds of an attempt, which
// net/http does not pass on: a dead address has to leave time for those behind it.
func newDialer(attempt time.Duration, several bool) *net.Dialer {
	if attempt <= 0 {
		attempt = DefaultTimeout
	}
	timeout := min(attempt*2/3, 30*time.Second)
	if several {
		timeout = min(timeout, dialTimeoutOfSeveral)
	}
	return &net.Dialer{Timeout: timeout, KeepAlive: 30 * time.Second}
}

// settings are what all generations of a transport have in common. They do not change.
type settings struct {
	endpoint endpoint.Endpoint
	proxy    *url.URL // nil is none
	tls      TLSOptions
	dialer   *net.Dialer
	now      func() time.Time

	pingAfter, pingTimeout, handshakeTimeout time.Duration
}

// Via returns the proxy on the way, without user and password; "" if there is none.
func (s *settings) Via() string {
	if s.proxy == nil {
		return ""
	}
	return endpoint.ProxyText(s.proxy)
}

// RelayedBy returns the proxy that reads and repeats each request, so that an answer may be the
// proxy's own; "" if there is none.
func (s *settings) RelayedBy() string {
	if s.proxy != nil && strings.HasPrefix(s.proxy.Scheme, "http") && s.endpoint.Plain() {
		return s.Via()
	}
	return ""
}

// Hidden returns the forms of the proxy's password. No message may repeat them, in case an answer
// echoes the request.
func (s *settings) Hidden() []string { return proxySecrets(s.proxy) }

// generation is the connections of a few minutes.
type generation struct {
	*http.Transport
	*settings
	certificates certificates
	retires      time.Time

	asked     atomic.Bool  // the server asked for a client certificate
	answered  atomic.Bool  // the server answered a request
	tunnelled atomic.Bool  // the proxy connected to the server
	trusted   *atomic.Bool // the server took the client certificate, see Transport
}

func newGeneration(s *settings, c certificates, trusted *atomic.Bool, onlyHTTP1 bool) *generation {
	age := time.Duration(float64(maxAge) * (1 - ageJitter + 2*ageJitter*rand.Float64()))
	g := &generation{settings: s, certificates: c, trusted: trusted, retires: s.now().Add(age)}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(!onlyHTTP1) // over TLS only
	g.Transport = &http.Transport{
		Protocols: &protocols,
		HTTP2: &http.HTTP2Config{
			SendPingTimeout: s.pingAfter, PingTimeout: s.pingTimeout,
		},
		Proxy:                  http.ProxyURL(s.proxy),
		GetProxyConnectHeader:  connectHeader,
		OnProxyConnectResponse: g.checkConnect,
		DialContext:            s.dialer.DialContext,
		TLSHandshakeTimeout:    s.handshakeTimeout,
		TLSClientConfig:        g.serverTLS(),
		DisableCompression:     true, // answers are short, and what is not unpacked cannot explode
		// A OneAgent announces a body with its 204. If it sends one, that would be read as the
		// answer to the next request.
		DisableKeepAlives:      s.endpoint.Kind == endpoint.OneAgent,
		MaxIdleConns:           idlePerHost,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxResponseHeader,
		WriteBufferSize:        writeBuffer,
	}
	if s.proxy != nil && s.proxy.Scheme == "https" {
		// Whatever its documentation says, it is used for such a proxy, and for nothing else then.
		g.DialTLSContext = g.dialSecureProxy
	}
	return g
}

// serverTLS returns the TLS configuration for the server of the endpoint.
func (g *generation) serverTLS() *tls.Config {
	c := &tls.Config{
		MinVersion:         max(g.tls.MinVersion, tls.VersionTLS12),
		ServerName:         g.tls.ServerName, // "" is the host of the endpoint
		RootCAs:            g.certificates.roots,
		InsecureSkipVerify: !g.tls.Verify, //nolint:gosec // an option, with a warning at start
		ClientSessionCache: tls.NewLRUClientSessionCache(idlePerHost),
	}
	// Not the field Certificates, which are kept back from a server that names other authorities.
	// This way the server itself says what it has against ours.
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		g.asked.Store(true)
		if g.certificates.pair == nil {
			return new(tls.Certificate), nil
		}
		return g.certificates.pair, nil
	}
	if len(g.tls.Pins) > 0 {
		c.InsecureSkipVerify = true // checkPin takes its place
		c.VerifyConnection = func(state tls.ConnectionState) error {
			return checkPin(state, g.tls.Pins, g.now())
		}
	}
	return c
}

// vouched reports whether the server took the client certificate before, and it is still valid.
func (g *generation) vouched() bool {
	return g.trusted.Load() && g.now().Before(g.certificates.pair.Leaf.NotAfter)
}

// note notes what an answer tells.
func (g *generation) note(response *http.Response) {
	g.answered.Store(true)
	// nginx rejects a client certificate by 400.
	if g.certificates.pair != nil && g.asked.Load() && response.StatusCode != http.StatusBadRequest {
		g.trusted.Store(true)
	}
}

// checkConnect has the signature of http.Transport.OnProxyConnectResponse.
func (g *generation) checkConnect(
	ctx context.Context, _ *url.URL, _ *http.Request, answer *http.Response,
) error {
	connected, err := checkConnect(ctx, answer)
	if connected {
		g.tunnelled.Store(true)
	}
	return err
}

// dialSecureProxy connects to a proxy over TLS. net/http would apply the server's
// TLS options to the proxy, too: its pins, its name, our client certificate. Of those only the
// authorities count here, and they always do: the proxy gets the password, whatever tls_verify says
// about the server.
func (g *generation) dialSecureProxy(
	ctx context.Context, network, address string,
) (net.Conn, error) {
	conn, err := g.dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	phaseOf(ctx).proxy.Store(proxyAsked)
	secure := tls.Client(conn, &tls.Config{
		MinVersion: tls.VersionTLS12,
		ServerName: g.proxy.Hostname(),
		RootCAs:    g.certificates.roots,
		NextProtos: []string{"http/1.1"}, // CONNECT is spoken in no other
	})
	ctx, cancel := context.WithTimeoutCause(ctx, g.handshakeTimeout, errProxyHandshake)
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
