package transport

import (
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/watchfile"
)

// keptGenerations is how many retired generations are looked after until their last request is
// done. What is left of an older one, after many attempts in a row that ran out of time, ends with
// idleTimeout.
const keptGenerations = 8

// Transport makes the few, large requests of this plugin to one endpoint, over connections that it
// keeps open.
//
// It is a row of generations of http.Transport: when a file with certificates changes, when its
// connections are too old, or when an attempt ran out of time, a new one takes over, and the
// connections of the old one are closed once their requests are done. So a request always goes over
// a connection that the newest good files vouch for, and that leads where DNS says now.
//
// It speaks HTTP/2 where the server offers it, else HTTP/1.1. Its memory is bounded by 16 idle
// connections of some 70 KiB; those of older generations end with their last request. Safe for
// concurrent use.
type Transport struct {
	settings
	files *watchfile.File[certificates]
	log   *telemetry.Log

	mu        sync.Mutex
	current   *generation
	old       []*generation // retired, which may still be at work, the oldest first
	checked   time.Time     // when old was last looked at
	onlyHTTP1 bool          // the server wants it so
	// trusted: the server took the client certificate that is in the files now. Another variable
	// with every change of them.
	trusted *atomic.Bool
}

// NewTransport returns a transport to one endpoint: TLS 1.2 or newer, the system's authorities and
// those of CAFile, and through the proxy for this endpoint. Where the options name no proxy, that
// is the one of the environment (HTTPS_PROXY, HTTP_PROXY for an http endpoint, NO_PROXY), which is
// read now. Each endpoint has a transport of its own: what one server asks for, and what goes wrong
// with it, says nothing about the connections to another.
//
// The files must be good now. Later they are looked at once a second at most, when there is a
// request, and the last good ones stay in use while they cannot be read. There is no timeout for
// the answer: the context of the request has one. An error is an option.Error.
func NewTransport(target Target, o Options) (*Transport, error) {
	if target.Log == nil {
		target.Log = telemetry.NewLog(nil, nil, 0)
	}
	t := &Transport{
		settings: settings{
			endpoint: target.Endpoint, tls: o.TLS,
			dialer: newDialer(target.Timeout, target.Several), now: time.Now,
			pingAfter: pingAfter, pingTimeout: pingTimeout, handshakeTimeout: handshakeTimeout,
		},
		log:     target.Log,
		trusted: new(atomic.Bool),
	}
	t.files = watchCertificates(o.TLS, func() time.Time { return t.now() })
	if _, err := t.files.Refresh(); err != nil {
		return nil, err
	}
	var err error
	if t.proxy, err = findProxy(o.Proxy, target.Endpoint); err != nil {
		return nil, err
	}
	t.current = t.newGeneration()
	return t, nil
}

// RoundTrip makes one request, and repeats it once if the server closed the connection, which had
// been used before, just when the request came: a server closes connections that were idle for a
// time of its own, which is no sign of trouble. An error is an *Error.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.once(request)
	if err != nil && err.stale && request.GetBody != nil && Ended(request.Context()) == nil {
		if body, failed := request.GetBody(); failed == nil {
			again := request.WithContext(request.Context())
			again.Body = body
			response, err = t.once(again)
		}
	}
	if err != nil {
		return nil, err
	}
	return response, nil
}

// once makes one request.
func (t *Transport) once(request *http.Request) (*http.Response, *Error) {
	g := t.newest()
	p := &phase{via: t.Via(), relayed: t.RelayedBy() != "", agent: request.UserAgent()}
	response, err := g.RoundTrip(request.WithContext(p.watch(request.Context())))
	if err == nil {
		g.note(response)
		return response, nil
	}
	ended := Ended(request.Context())
	switch {
	case errors.Is(ended, ErrAttemptTimeout), errors.Is(ended, ErrFlushDeadline):
		t.retire(g, false) // its connection may be dead, and one of HTTP/2 would be used again
	case says(err, wantsHTTP1):
		t.retire(g, true)
	}
	if ended != nil {
		return nil, p.ended(ended)
	}
	return nil, g.explain(p, err)
}

// CloseIdleConnections closes the connections that are not in use, and does so again a second
// later: for a moment after a request net/http takes an HTTP/2 connection for one in use, and would
// leave it open until idleTimeout.
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

// newest returns the generation for the next request.
func (t *Transport) newest() *generation {
	t.mu.Lock()
	now := t.now()
	t.refresh()
	if !now.Before(t.current.retires) {
		t.begin()
	}
	current := t.current
	var old []*generation
	if now.Sub(t.checked) >= fileCheck {
		t.checked = now
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

// refresh begins a new generation if the files changed and are good. The caller holds the lock.
func (t *Transport) refresh() {
	changed, err := t.files.Refresh()
	switch {
	case err != nil:
		t.log.Warn("transport.certificates", "the last good certificates stay in use: %v", err)
	case changed:
		files, _ := t.files.Value()
		t.log.Info("transport.certificates", "the certificates changed: %s", files.describe(t.tls))
		t.trusted = new(atomic.Bool)
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

// newGeneration returns a generation with the newest good files. The caller holds the lock.
func (t *Transport) newGeneration() *generation {
	files, _ := t.files.Value()
	return newGeneration(&t.settings, files, t.trusted, t.onlyHTTP1)
}
