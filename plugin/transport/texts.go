package transport

import (
	"errors"
	"net"
	"strings"
)

// meaning is what a text in an error means.
type meaning int

const (
	tlsAlertForHTTP meaning = iota // TLS came where HTTP was expected
	brokenConnection
	spokeFirst
	retiredConnection
	notHTTP
	http2Connection
	http2Any
	wantsHTTP1
	serverTLS
	alertClientCertificate
	alertName
	alertInternal
	alertHandshake
)

// errorText is a part of an error text by which an error is recognized.
type errorText struct {
	means meaning
	// text is the part. For an alert it is the whole text behind "tls: ".
	text string
	// alert is set for a TLS alert that the other side sent, in the words of crypto/tls.
	alert bool
}

// errorTexts are all texts of net/http, its HTTP/2 and crypto/tls that this package relies on,
// because the standard library exports neither a type nor a value for these errors. A test provokes
// each row with the real library, so a new version of Go that changes a text is noticed.
var errorTexts = []errorText{
	// net/http, transport.go and response.go.
	{means: tlsAlertForHTTP, text: `malformed HTTP response "\x15\x03`},
	{means: brokenConnection, text: "transport connection broken"}, // but for the answer to CONNECT
	{means: spokeFirst, text: "readLoopPeekFailLocked: %!w(<nil>)"},
	// A connection counts as idle before its answer is handed over. If it is closed in between,
	// because of its age, the answer is lost.
	{means: retiredConnection, text: "CloseIdleConnections called"},
	{means: notHTTP, text: "malformed HTTP"},
	{means: notHTTP, text: "malformed MIME header"},
	// HTTP/2 in net/http, h2_bundle.go.
	{means: http2Connection, text: "http2: client conn"}, // not established, not usable, lost
	{means: http2Any, text: "http2: "},
	{means: http2Any, text: "stream error: "},
	{means: http2Any, text: "connection error: "},
	{means: wantsHTTP1, text: "HTTP_1_1_REQUIRED"}, // RFC 9113, section 7
	// crypto/tls, handshake_client.go.
	{means: serverTLS, text: "tls: server selected unsupported protocol version"},
	{means: serverTLS, text: "tls: failed to parse certificate"},
	// crypto/tls, alert.go: alerts of RFC 8446, section 6.2. The first ones are what a server sends
	// if the client certificate does not suit it, or is missing.
	{means: alertClientCertificate, text: "certificate required", alert: true},
	{means: alertClientCertificate, text: "bad certificate", alert: true},
	{means: alertClientCertificate, text: "unsupported certificate", alert: true},
	{means: alertClientCertificate, text: "revoked certificate", alert: true},
	{means: alertClientCertificate, text: "expired certificate", alert: true},
	{means: alertClientCertificate, text: "unknown certificate", alert: true},
	{means: alertClientCertificate, text: "unknown certificate authority", alert: true},
	{means: alertClientCertificate, text: "access denied", alert: true},
	{means: alertName, text: "unrecognized name", alert: true},
	{means: alertInternal, text: "internal error", alert: true},
	{means: alertHandshake, text: "handshake failure", alert: true},
}

// Net's and net/http's names of the operation in a net.OpError.
const (
	opProxy  = "proxyconnect" // net/http: the connection to the proxy
	opRemote = "remote error" // crypto/tls: an alert of the other side
)

// says reports whether an error has one of the texts with a meaning.
func says(err error, m meaning) bool {
	whole, alert := err.Error(), remoteAlert(err)
	for _, row := range errorTexts {
		switch {
		case row.means != m:
		case row.alert && alert == "tls: "+row.text, !row.alert && strings.Contains(whole, row.text):
			return true
		}
	}
	return false
}

// remoteAlert returns the TLS alert by which the other side ended the connection, in the words of
// crypto/tls; "" if there was none.
func remoteAlert(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == opRemote {
		return op.Err.Error()
	}
	return ""
}
