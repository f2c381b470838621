package transport

import (
	"time"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/telemetry"
)

// Options are what the configuration says about connections. They hold for every endpoint.
type Options struct {
	TLS TLSOptions
	// Proxy is the proxy to use. The zero value follows the environment, see NewTransport.
	Proxy endpoint.Proxy
}

// TLSOptions say how the server and the plugin authenticate each other.
type TLSOptions struct {
	// Verify checks the server's certificate (option tls_verify, on by default).
	Verify bool
	// CAFile is a PEM file of authorities to trust besides the system's, or "".
	CAFile string
	// Pins are fingerprints of which the server's certificate must have one. It then needs neither
	// a known authority nor the right name, but must be valid at this time. None by default.
	Pins []certificate.Fingerprint
	// ServerName is the name to ask for (SNI) and to find in the server's certificate; "" is the
	// host of the endpoint.
	ServerName string
	// MinVersion is the oldest version of TLS, a constant of crypto/tls. Nothing older than TLS 1.2
	// is spoken, whatever it says.
	MinVersion uint16
	// CertFile and KeyFile are PEM files with a client certificate and its key. Both or none are
	// set; both can be the same file.
	CertFile, KeyFile string
}

// Target is the endpoint of a Transport, and what surrounds it.
type Target struct {
	Endpoint endpoint.Endpoint
	// Several is set where the configuration names other endpoints: a connection is given up
	// sooner, so that one of them can have its turn within the flush.
	Several bool
	// Timeout is the time of one attempt, of which making the connection gets two thirds; 0 is 15 s.
	Timeout time.Duration
	// Log gets a line when files with certificates change; nil prints nothing.
	Log *telemetry.Log
}

// DefaultTimeout is the default of Target.Timeout.
const DefaultTimeout = 15 * time.Second
