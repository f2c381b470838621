package transport

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"syscall"

	"out_dynatrace/plugin/certificate"
)

// Explain returns an error of a request as an *Error. One that a Transport returned is returned as
// it is; any other is classified by itself. It is a pure function.
func Explain(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	e := &Error{Cause: classify(err), Err: WithoutURL(err)}
	if shown := shownCertificate(err); shown != nil {
		e.Fingerprint = certificate.FingerprintOf(shown).String()
	}
	return e
}

// classify returns the cause of an error of the standard library or of this package. The order
// counts: an error of the proxy can wrap one of TLS, and one of TLS one of the network.
func classify(err error) Cause {
	for _, of := range []func(error) Cause{
		endCause, proxyCause, certificateCause, tlsCause, networkCause,
	} {
		if cause := of(err); cause != Unknown {
			return cause
		}
	}
	return Unknown
}

func proxyCause(err error) Cause {
	var (
		rejected *connectError
		secure   *proxyTLSError
		op       *net.OpError
	)
	switch {
	case errors.As(err, &rejected):
		return rejected.cause()
	case errors.As(err, &secure):
		return proxyTLSCause(secure.err)
	case errors.As(err, &op) && op.Op == opProxy:
		return proxyDialCause(op.Err)
	}
	return Unknown
}

// proxyTLSCause is about TLS with the proxy itself.
func proxyTLSCause(err error) Cause {
	var (
		record   tls.RecordHeaderError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		failed   *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &record):
		return ProxyNoTLS
	case errors.As(err, &unknown):
		return ProxyUnknownAuthority
	case errors.As(err, &hostname):
		return ProxyWrongName
	case errors.As(err, &failed):
		return ProxyCertificate
	case remoteAlert(err) != "":
		return ProxyTLS
	}
	return proxyDialCause(err)
}

// proxyDialCause is about the connection to the proxy.
func proxyDialCause(err error) Cause {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return ProxyHostUnknown
	case errors.Is(err, syscall.ECONNREFUSED):
		return ProxyConnRefused
	case isTimeout(err):
		return ProxyTimeout
	}
	return ProxyUnreachable
}

// certificateCause is about the certificate of the server.
func certificateCause(err error) Cause {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		roots    x509.SystemRootsError
		pin      *pinError
		other    *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &pin):
		return PinMismatch
	case errors.As(err, &unknown) && lacksIssuer(err):
		return MissingIntermediate
	case errors.As(err, &unknown):
		return UnknownAuthority
	case errors.As(err, &hostname) && nameless(hostname.Certificate):
		return NoName
	case errors.As(err, &hostname):
		return WrongName
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && !isLeaf(err, invalid.Cert):
		return AuthorityExpired
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return CertificateExpired
	case errors.As(err, &roots):
		return NoSystemRoots
	case errors.As(err, &invalid), errors.As(err, &other):
		return CertificateInvalid
	}
	return Unknown
}

// shownCertificate returns the server's own certificate if it was not trusted; nil if the error is
// about something else.
func shownCertificate(err error) *x509.Certificate {
	var failed *tls.CertificateVerificationError
	if !errors.As(err, &failed) || len(failed.UnverifiedCertificates) == 0 {
		return nil
	}
	return failed.UnverifiedCertificates[0]
}

// nameless reports whether a certificate holds no name of the kind that is looked at (RFC 9525,
// section 2).
func nameless(c *x509.Certificate) bool {
	return c != nil && len(c.DNSNames) == 0 && len(c.IPAddresses) == 0
}

// lacksIssuer reports whether the server sent a certificate without the one of its issuer.
func lacksIssuer(err error) bool {
	var failed *tls.CertificateVerificationError
	if !errors.As(err, &failed) || len(failed.UnverifiedCertificates) == 0 {
		return false
	}
	issuer := failed.UnverifiedCertificates[0].RawIssuer
	return !slices.ContainsFunc(failed.UnverifiedCertificates, func(c *x509.Certificate) bool {
		return bytes.Equal(c.RawSubject, issuer)
	})
}

// isLeaf reports whether a certificate is the server's own, as far as the error tells.
func isLeaf(err error, c *x509.Certificate) bool {
	shown := shownCertificate(err)
	return c == nil || shown == nil || c.Equal(shown)
}

// tlsCause is about everything else that can go wrong with TLS.
func tlsCause(err error) Cause {
	switch {
	case saysNoTLS(err):
		return ServerNoTLS
	case says(err, tlsAlertForHTTP):
		return ServerWantsTLS
	case says(err, alertClientCertificate):
		return ClientCertificate
	case says(err, alertName):
		return NameRejected
	case says(err, alertInternal):
		return Unknown
	case remoteAlert(err) != "", says(err, serverTLS):
		return TLSRejected
	}
	return Unknown
}

func networkCause(err error) Cause {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return HostUnknown
	case errors.As(err, &dns):
		return DNSUnavailable
	case isTimeout(err):
		return Timeout
	case errors.Is(err, syscall.ECONNREFUSED):
		return ConnRefused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE),
		errors.Is(err, net.ErrClosed):
		return ConnReset
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return NoRoute
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return ConnClosed
	case says(err, http2Any):
		return HTTP2
	case says(err, notHTTP):
		return NotHTTP
	}
	return Unknown
}

// saysNoTLS reports whether something else than TLS came.
func saysNoTLS(err error) bool {
	var record tls.RecordHeaderError
	return errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &record)
}

// isTimeout reports whether time ran out below HTTP.
func isTimeout(err error) bool {
	var wait net.Error
	return errors.As(err, &wait) && wait.Timeout()
}

// isCut reports whether the other side closed the connection.
func isCut(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		says(err, http2Connection)
}
