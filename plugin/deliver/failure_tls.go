package deliver

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"slices"
	"strings"

	"out_dynatrace/plugin/certificate"
)

const (
	hintScheme     = "the server speaks https on this port: write `endpoint` with https://"
	hintClientCert = "the server wants a client certificate that it trusts: name it and its key in tls_cert_file and tls_key_file, or renew the one there"
)

// certificateFailure is about the certificate of the server. The hints hold its fingerprint, so that whoever knows the server can
// compare and pin it.
func certificateFailure(err error) (ruling, bool) {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
		roots    x509.SystemRootsError
		pin      *pinError
		other    *tls.CertificateVerificationError
	)
	hint := ""
	switch {
	case errors.As(err, &pin):
		hint = "the server's certificate is none of tls_pin_sha256: if it was renewed, set tls_pin_sha256 to the new fingerprint; if it was not, somebody stands in between"
	case errors.As(err, &unknown) && lacksIssuer(err):
		hint = "the server's certificate is of an authority unknown here, or the server does not send those between it and its authority: let it send them, or save the authority's as PEM and name that file in tls_ca_file" + orPin(err)
	case errors.As(err, &unknown):
		hint = "the server's certificate is of an authority unknown here (an ActiveGate has a self-signed one by default): save it as PEM and name that file in tls_ca_file" + orPin(err)
	case errors.As(err, &hostname) && nameless(hostname.Certificate):
		hint = "the server's certificate holds no name that counts (a Common Name alone does not): give the server one with a subject alternative name" + orPin(err)
	case errors.As(err, &hostname):
		hint = "the server's certificate is for another name: write a name it holds as host of `endpoint` or in tls_server_name, or give the server a certificate for this one" + orPin(err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && !isLeaf(err, invalid.Cert):
		hint = "an authority of the server's certificate is expired or not valid yet: renew it on the server or in tls_ca_file, whichever holds it, and check the clocks on both sides" + orPin(err)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		hint = "the server's certificate is expired or not valid yet: renew it, and check the clocks on both sides"
	case errors.As(err, &roots):
		hint = "this system has no list of trusted authorities: install ca-certificates, or name a PEM file in tls_ca_file"
	case errors.As(err, &invalid), errors.As(err, &other):
		hint = "the server's certificate cannot be trusted: check it, and the file in tls_ca_file" + orPin(err)
	default:
		return ruling{}, false
	}
	return ruling{Misconfigured, ReasonCertificate, hint}, true
}

// nameless reports whether a certificate holds no name of the kind that is looked at (RFC 9525, section 2).
func nameless(c *x509.Certificate) bool {
	return c != nil && len(c.DNSNames) == 0 && len(c.IPAddresses) == 0
}

// lacksIssuer reports whether the server showed a certificate that another one has signed, and not that one.
func lacksIssuer(err error) bool {
	var failed *tls.CertificateVerificationError
	if !errors.As(err, &failed) || len(failed.UnverifiedCertificates) == 0 {
		return false
	}
	issuer := failed.UnverifiedCertificates[0].RawIssuer
	return !slices.ContainsFunc(failed.UnverifiedCertificates, func(c *x509.Certificate) bool { return bytes.Equal(c.RawSubject, issuer) })
}

// isLeaf reports whether a certificate is the server's own, as far as the error tells.
func isLeaf(err error, c *x509.Certificate) bool {
	var failed *tls.CertificateVerificationError
	return c == nil || !errors.As(err, &failed) || len(failed.UnverifiedCertificates) == 0 || c.Equal(failed.UnverifiedCertificates[0])
}

// orPin names the certificate that the server showed, and the option that accepts it as it is.
func orPin(err error) string {
	var failed *tls.CertificateVerificationError
	if !errors.As(err, &failed) || len(failed.UnverifiedCertificates) == 0 {
		return ""
	}
	return ", or, once you have compared it with the SHA-256 fingerprint on the server itself, set tls_pin_sha256 to " + certificate.FingerprintOf(failed.UnverifiedCertificates[0]).String()
}

// answeredByTLS is in the error of net/http for an alert of TLS in the place of an answer.
const answeredByTLS = `malformed HTTP response "\x15\x03`

// clientAlerts are what a server says (RFC 8446, 6.2, in the words of crypto/tls) whom a client certificate does not suit, or the lack of one.
var clientAlerts = []string{
	"certificate required", "bad certificate", "unsupported certificate", "revoked certificate", "expired certificate",
	"unknown certificate", "unknown certificate authority", "access denied",
}

// tlsFailure is about everything else that can go wrong with TLS.
func tlsFailure(err error) (ruling, bool) {
	text, alert := err.Error(), remoteAlert(err)
	switch {
	case saysNoTLS(err):
		return ruling{Misconfigured, ReasonScheme, "the server does not speak https on this port: check scheme and port of `endpoint`"}, true
	case strings.Contains(text, answeredByTLS):
		return ruling{Misconfigured, ReasonScheme, hintScheme}, true
	case errors.Is(err, errClientCertificate), saysAny(alert, clientAlerts...):
		return ruling{Misconfigured, ReasonTLS, hintClientCert}, true
	case strings.Contains(alert, "unrecognized name"):
		return ruling{Misconfigured, ReasonTLS, "the server does not know the name it was asked for: write the right one as host of `endpoint` or in tls_server_name"}, true
	case strings.Contains(alert, "internal error"):
		return ruling{}, false
	case alert != "", strings.Contains(text, "tls: server selected unsupported protocol version"), strings.Contains(text, "tls: failed to parse certificate"):
		return ruling{Misconfigured, ReasonTLS, "server and plugin cannot agree on TLS: the server must offer TLS 1.2 or newer with a cipher suite of ECDHE, and what tls_min_version asks for"}, true
	}
	return ruling{}, false
}

// remoteAlert is the alert of TLS by which the other side ended the connection, in the words of crypto/tls; "" if it was none.
func remoteAlert(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return op.Err.Error()
	}
	return ""
}
