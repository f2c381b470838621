package transport

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"out_dynatrace/plugin/certificate"
)

// pinError is a server whose certificate is none of tls_pin_sha256.
type pinError struct{ presented certificate.Fingerprint }

func (e *pinError) Error() string {
	return "the server's certificate has the SHA-256 fingerprint " + e.presented.String()
}

// checkPin accepts a server by its certificate alone, whoever signed it and whatever names it
// holds. The certificate must be valid at this time all the same: nobody has to guard the key of
// one that is expired.
func checkPin(state tls.ConnectionState, pins []certificate.Fingerprint, now time.Time) error {
	leaf := state.PeerCertificates[0] // a server sends at least one, or the handshake ends before
	presented := certificate.FingerprintOf(leaf)
	if !slices.Contains(pins, presented) {
		return &pinError{presented}
	}
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return x509.CertificateInvalidError{
			Cert: leaf, Reason: x509.Expired,
			Detail: fmt.Sprintf("valid from %s to %s, and now is %s",
				leaf.NotBefore.Format(time.RFC3339), leaf.NotAfter.Format(time.RFC3339),
				now.UTC().Format(time.RFC3339)),
		}
	}
	return nil
}
