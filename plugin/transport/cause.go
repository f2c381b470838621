package transport

import (
	"errors"
	"fmt"
	"net/url"
)

// Cause is why a request got no answer. What each one means for the payload, and what the operator
// can change, stands in the rulings table of package deliver.
type Cause int

// The causes.
const (
	// Unknown is everything that no other cause covers.
	Unknown Cause = iota

	// Ended on our side.
	Stopping       // the plugin is being closed
	AttemptTimeout // request_timeout
	FlushDeadline  // flush_deadline
	NoToken        // the token cannot be read; set by the caller
	NoRequest      // the URL makes no request; set by the caller

	// The proxy, as far as it can be told from the server.
	ProxyAuth             // wants a user and password, or other ones
	ProxyAuthScheme       // wants a login, and not in the Basic form
	ProxyForbids          // refuses to connect to this server
	ProxyBadRequest       // does not understand CONNECT
	ProxyCannotConnect    // cannot reach the server
	ProxyWantsTLS         // named with http://, and answers with TLS
	ProxyNoTLS            // named with https://, and does not speak TLS
	ProxyNotHTTP          // is no HTTP proxy
	ProxyClosed           // closed the connection without an answer to CONNECT
	ProxyTimeout          // does not answer
	ProxyLoginPage        // answered CONNECT with a web page
	ProxyMaybeLoginPage   // the same, as far as the answer to CONNECT tells
	ProxyServerNoTLS      // connected to something that does not speak TLS
	ProxyUnknownAuthority // its certificate is signed by an unknown authority
	ProxyWrongName        // its certificate is for another name
	ProxyCertificate      // its certificate cannot be trusted
	ProxyTLS              // rejected the TLS handshake
	ProxyHostUnknown      // its name does not exist in DNS
	ProxyConnRefused      // nothing listens there
	ProxyUnreachable      // any other failure to connect to it

	// The server's certificate.
	PinMismatch         // none of the pins
	UnknownAuthority    // signed by an unknown authority
	MissingIntermediate // the same, and the server did not send the certificate of its issuer
	NoName              // holds no name that is looked at
	WrongName           // holds other names
	AuthorityExpired    // an authority is expired or not valid yet
	CertificateExpired  // expired or not valid yet
	NoSystemRoots       // this system has no list of authorities
	CertificateInvalid  // any other failure to verify it

	// TLS with the server.
	ServerNoTLS       // does not speak TLS on this port
	ServerWantsTLS    // speaks TLS on this port, and http was asked for
	ClientCertificate // wants a client certificate, or another one
	NameRejected      // does not know the name that was asked for
	TLSRejected       // no version or cipher suite in common

	// The network.
	HostUnknown     // the name does not exist in DNS
	DNSUnavailable  // DNS gives no answer
	Timeout         // below HTTP
	ConnRefused     // nothing listens there
	ConnReset       // cut off
	NoRoute         // no route to the host
	ConnClosed      // closed without an answer
	HTTP2           // the stream or the connection ended
	NotHTTP         // the answer is not HTTP
	UnsolicitedData // the server sent something before there was a request

	// CauseCount is the number of causes.
	CauseCount
)

// Error is a request that got no answer. It is what every method of Transport returns.
type Error struct {
	Cause Cause
	// Err is what the standard library reported.
	Err error
	// Proxy is the proxy on the way, without user and password; "" if there is none, or if Err
	// names it.
	Proxy string
	// Fingerprint is that of the server's certificate if that was not trusted, else "".
	Fingerprint string

	// stale: the connection had been used before, and the server closed it.
	stale bool
}

func (e *Error) Error() string {
	if e.Proxy != "" {
		return fmt.Sprintf("through the proxy %s: %v", e.Proxy, e.Err)
	}
	return e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// ofProxy reports whether a cause lies in the proxy.
func (c Cause) ofProxy() bool { return c >= ProxyAuth && c <= ProxyUnreachable }

// WithoutURL returns the cause of an error of net/url, whose text holds the URL, the query
// included.
func WithoutURL(err error) error {
	var located *url.Error
	if errors.As(err, &located) {
		return located.Err
	}
	return err
}
