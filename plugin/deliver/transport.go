package deliver

import (
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/telemetry"
)

const (
	// idlePerHost is how many connections are kept open between flushes: one for each worker a sensible configuration has.
	idlePerHost = 16
	// idleTimeout is for how long.
	idleTimeout = 90 * time.Second
	// maxResponseHeader bounds the headers of an answer with all its 1xx ones, in bytes.
	maxResponseHeader = 64 << 10
	// writeBuffer of a connection, in bytes. Larger than the default of 4 KiB because bodies are some 100 KiB.
	writeBuffer = 64 << 10
	// handshakeTimeout bounds the TLS handshake.
	handshakeTimeout = 10 * time.Second
	// maxAge is how old a connection may grow before it is closed, in use or not: the next one asks DNS again, and finds the machines
	// that a load balancer has got since. It differs by ageJitter, up and down, between connections and machines.
	maxAge    = 5 * time.Minute
	ageJitter = 0.1
	// keptGenerations is how many that are over are looked after until their last request is done. What is left of an older one, after many
	// attempts in a row that ran out of time, ends with idleTimeout.
	keptGenerations = 8
	// A connection of HTTP/2 on which nothing came for pingAfter is pinged, and given up without an answer within pingTimeout. Together
	// that is less than the default of request_timeout: a dead connection costs one attempt, and the next has another. Longer than
	// what a slow line needs for what a server lets be under way, or it would be taken for dead.
	pingAfter   = 5 * time.Second
	pingTimeout = 8 * time.Second
)

// dialTimeoutOfSeveral is for a connection to be made where there is another endpoint: an address that says nothing must leave it time
// within the flush. Two lost packets do not take longer.
const dialTimeoutOfSeveral = 5 * time.Second

// newDialer makes what makes the connections. It races IPv6 against IPv4 (RFC 8305), and shares the time there is among the addresses
// of a name. That is two thirds of an attempt, which net/http does not tell it: an address that is dead has to leave time for those behind it.
func newDialer(attempt time.Duration, several bool) *net.Dialer {
	if attempt <= 0 {
		attempt = defaultTimeout
	}
	timeout := min(attempt*2/3, 30*time.Second)
	if several {
		timeout = min(timeout, dialTimeoutOfSeveral)
	}
	return &net.Dialer{Timeout: timeout, KeepAlive: 30 * time.Second}
}

// Transport makes the few, large requests of this plugin to one endpoint, over connections that it keeps open.
//
// It is a row of generations of http.Transport: when a file with certificates changes, when its connections are too old, or when an
// attempt ran out of time, a new one takes over, and the connections of the old one are closed once their requests are done. So a
// request always goes over a connection that the newest good files vouch for, and that leads where DNS says now.
//
// It speaks HTTP/2 where the server offers it, else HTTP/1.1. Its memory is bounded by 16 idle connections of some 70 KiB; those of older
// generations end with their last request. Safe for concurrent use.
type Transport struct {
	certificates *certificates
	endpoint     endpoint.Endpoint
	proxy        *url.URL // nil is none
	config       *config.Config
	dialer       *net.Dialer
	log          *telemetry.Log
	now          func() time.Time

	pingAfter, pingTimeout, handshakeTimeout time.Duration

	mu        sync.Mutex
	current   *generation
	old       []*generation // those before, which may still be at work, the oldest first
	checked   time.Time     // when the files were last looked at
	onlyHTTP1 bool          // the server wants it so
	trusted   *atomic.Bool  // the server took the client certificate that is in the files now; another one with every change of them
}

// generation is the connections of a few minutes.
type generation struct {
	*http.Transport
	retires  time.Time
	asked    atomic.Bool // the server asked for a client certificate
	answered atomic.Bool // the server answered a request
	pair     *tls.Certificate
	trusted  *atomic.Bool // by the server, with this pair; see Transport
	// tunnelled says that the proxy connected to the server.
	tunnelled atomic.Bool
}

// NewTransport returns a transport to one of the endpoints of a configuration, with its TLS options: TLS 1.2 or newer, the system's
// authorities and those of tls_ca_file, and through the proxy for this endpoint. Each endpoint has a transport of its own: what one
// server asks for, and what goes wrong with it, says nothing about the connections to another.
//
// The files must be good now. Later on they are looked at once a second at most, when there is a request, and the last good
// ones stay in use while they cannot be read. There is no timeout for the answer: that of the attempt covers it. A nil log prints nothing.
func NewTransport(cfg *config.Config, at endpoint.Endpoint, log *telemetry.Log) (*Transport, error) {
	if log == nil {
		log = telemetry.NewLog(nil, nil, 0)
	}
	t := &Transport{
		certificates: newCertificates(cfg), endpoint: at, dialer: newDialer(cfg.RequestTimeout, len(cfg.Endpoints) > 1), config: cfg, log: log, now: time.Now,
		pingAfter: pingAfter, pingTimeout: pingTimeout, handshakeTimeout: handshakeTimeout,
	}
	t.checked = t.now()
	if _, err := t.certificates.load(); err != nil {
		return nil, err
	}
	var err error
	if t.proxy, err = findProxy(cfg, at); err != nil {
		return nil, err
	}
	t.trusted = new(atomic.Bool)
	t.current = t.newGeneration()
	return t, nil
}

// RoundTrip makes one request. Its errors are told apart by rulingForError.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	g := t.newest()
	response, err := g.RoundTrip(request)
	if err == nil {
		g.answered.Store(true)
		// nginx refuses a client certificate by 400.
		if g.pair != nil && g.asked.Load() && response.StatusCode != http.StatusBadRequest {
			g.trusted.Store(true)
		}
		return response, nil
	}
	switch ended := endOf(request.Context()); {
	case errors.Is(ended, errAttemptTimeout), errors.Is(ended, errFlushDeadline):
		t.retire(g, false) // its connection may be dead, and one of HTTP/2 would be used again
	case strings.Contains(err.Error(), "HTTP_1_1_REQUIRED"): // RFC 9113, section 7
		t.retire(g, true)
	}
	return nil, t.explain(g, phaseOf(request.Context()), err)
}

// Via is the proxy on the way, without user and password; "" if there is none.
func (t *Transport) Via() string {
	if t.proxy == nil {
		return ""
	}
	return endpoint.ProxyText(t.proxy)
}

// Relayed says that a proxy reads and repeats each request, so that an answer may be the proxy's own.
func (t *Transport) Relayed() bool {
	return t.proxy != nil && strings.HasPrefix(t.proxy.Scheme, "http") && t.endpoint.Plain()
}

// Hidden are the forms of the proxy's password, which no message may repeat, in case an answer echoes the request.
func (t *Transport) Hidden() []string { return proxySecrets(t.proxy) }

// CloseIdleConnections closes the connections that are not in use, and does so again a second later: for a moment after a request
// net/http takes a connection of HTTP/2 for one in use, and would then leave it open until idleTimeout.
func (t *Transport) CloseIdleConnections() {
	t.mu.Lock()
	all := append(slices.Clone(t.old), t.current)
	t.mu.Unlock()
	closeIdle(all)
	time.AfterFunc(fileCheck, func() { closeIdle(all) })
}

func closeIdle(generations []*generation) {
	for _, g := range generations {
		g.CloseIdleConnections()
	}
}

// newest is the generation for the next request.
func (t *Transport) newest() *generation {
	t.mu.Lock()
	now := t.now()
	look := now.Sub(t.checked) >= fileCheck
	if look {
		t.checked = now
		t.refresh()
	}
	if !now.Before(t.current.retires) {
		t.begin()
	}
	current := t.current
	var old []*generation
	if look {
		old = slices.Clone(t.old)
	}
	t.mu.Unlock()
	closeIdle(old) // what was in use when they retired
	return current
}

// retire ends a generation, if it has not ended yet.
func (t *Transport) retire(g *generation, onlyHTTP1 bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.onlyHTTP1 = t.onlyHTTP1 || onlyHTTP1
	if t.current == g {
		t.begin()
	}
}

// begin puts a new generation in the place of the current one. The caller holds the lock.
func (t *Transport) begin() {
	if len(t.old) == keptGenerations {
		t.old = slices.Delete(t.old, 0, 1)
	}
	t.old = append(t.old, t.current)
	t.current = t.newGeneration()
	closeIdle(t.old)
}

// refresh begins a new generation if the files changed and are good. The caller holds the lock.
func (t *Transport) refresh() {
	if !t.certificates.changed() {
		return
	}
	different, err := t.certificates.load()
	switch {
	case err != nil:
		t.log.Warn("deliver.certificates", "the last good certificates stay in use: %v", err)
	case different:
		t.log.Info("deliver.certificates", "the certificates changed: %s", t.certificates.describe())
		t.trusted = new(atomic.Bool)
		t.begin()
	}
}

func (t *Transport) newGeneration() *generation {
	g := &generation{pair: t.certificates.pair, trusted: t.trusted, retires: t.now().Add(time.Duration(float64(maxAge) * (1 - ageJitter + 2*ageJitter*rand.Float64())))}
	var protocols http.Protocols
	protocols.SetHTTP1(true)
	protocols.SetHTTP2(!t.onlyHTTP1) // over TLS only
	g.Transport = &http.Transport{
		Protocols:              &protocols,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: t.pingAfter, PingTimeout: t.pingTimeout},
		Proxy:                  http.ProxyURL(t.proxy),
		GetProxyConnectHeader:  connectHeader,
		OnProxyConnectResponse: g.checkProxyAnswer,
		DialContext:            t.dialer.DialContext,
		TLSHandshakeTimeout:    t.handshakeTimeout,
		TLSClientConfig:        t.serverTLS(g),
		DisableCompression:     true, // answers are short, and what is not unpacked cannot explode
		// A OneAgent announces a body with its 204. If it sends one, that would be read as the answer to the next request.
		DisableKeepAlives:      t.endpoint.Kind == endpoint.OneAgent,
		MaxIdleConns:           idlePerHost,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: maxResponseHeader,
		WriteBufferSize:        writeBuffer,
	}
	if t.proxy != nil && t.proxy.Scheme == "https" {
		g.DialTLSContext = t.dialSecureProxy // whatever its documentation says, it is used for such a proxy, and for nothing else then
	}
	return g
}

// serverTLS is how to speak to the server of the endpoint.
func (t *Transport) serverTLS(g *generation) *tls.Config {
	c := &tls.Config{
		MinVersion:         t.config.TLSMinVersion,
		ServerName:         t.config.TLSServerName, // "" is the host of the endpoint
		RootCAs:            t.certificates.roots,
		InsecureSkipVerify: !t.config.TLSVerify,
		ClientSessionCache: tls.NewLRUClientSessionCache(idlePerHost),
	}
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	// Not Certificates, which are kept back from a server that names other authorities: so it says itself what it has against ours.
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		g.asked.Store(true)
		if g.pair == nil {
			return new(tls.Certificate), nil
		}
		return g.pair, nil
	}
	if len(t.config.TLSPins) > 0 {
		c.InsecureSkipVerify = true // which checkPin takes the place of
		c.VerifyConnection = func(state tls.ConnectionState) error { return checkPin(state, t.config.TLSPins, t.now()) }
	}
	return c
}
