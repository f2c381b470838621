package transport

import (
	"net"
	"net/http"
	"time"

	"out_dynatrace/plugin/telemetry"
)

// What the tests of package transport_test, which send by a deliver.Client, need of the inside.
const (
	FileCheck       = fileCheck
	IdlePerHost     = idlePerHost
	IdleTimeout     = idleTimeout
	KeptGenerations = keptGenerations
	MaxAge          = maxAge
)

// NewDialer is newDialer.
var NewDialer = newDialer

// SetNow sets the clock.
func (t *Transport) SetNow(now func() time.Time) { t.now = now }

// SetLog sets the log.
func (t *Transport) SetLog(log *telemetry.Log) { t.log = log }

// SetPings sets the times of HTTP/2 pings, and begins a generation with them.
func (t *Transport) SetPings(after, timeout time.Duration) {
	t.pingAfter, t.pingTimeout = after, timeout
	t.Renew()
}

// Renew replaces the current generation.
func (t *Transport) Renew() { t.current = t.newGeneration() }

// Dialer returns the dialer of all connections.
func (t *Transport) Dialer() *net.Dialer { return t.dialer }

// Newest returns the current generation, after it notes whether the server answered before.
func (t *Transport) Newest(answered bool) *http.Transport {
	g := t.newest()
	g.answered.Store(answered)
	return g.Transport
}

// SetHandshakeTimeout sets the bound of a TLS handshake.
func (t *Transport) SetHandshakeTimeout(d time.Duration) { t.handshakeTimeout = d }
