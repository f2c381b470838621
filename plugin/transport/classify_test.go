package transport

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
)

func TestExplain_CausesOfErrors(t *testing.T) {
	dial := func(err error) error { return &net.OpError{Op: opProxy, Err: err} }
	for _, c := range []struct {
		name string
		err  error
		want Cause
	}{
		{"a wrong password", &connectError{status: 407}, ProxyAuth},
		{"a wrong password, in tinyproxy's way", &connectError{status: 401}, ProxyAuth},
		{"Basic among others", &connectError{407, []string{"ntlm", "basic"}}, ProxyAuth},
		{"another login", &connectError{407, []string{"ntlm"}}, ProxyAuthScheme},
		{"a proxy that forbids", &connectError{status: 403}, ProxyForbids},
		{"a proxy that does not understand CONNECT", &connectError{status: 400}, ProxyBadRequest},
		{"a proxy that cannot reach the server", &connectError{status: 502}, ProxyCannotConnect},
		{"a proxy that took too long", &connectError{status: 408}, ProxyCannotConnect},
		{"a proxy that is busy", &connectError{status: 429}, ProxyCannotConnect},
		{"nothing listens at the proxy", dial(syscall.ECONNREFUSED), ProxyConnRefused},
		{"no such proxy", dial(&net.DNSError{IsNotFound: true}), ProxyHostUnknown},
		{"a proxy that does not answer", dial(&net.DNSError{IsTimeout: true}), ProxyTimeout},
		{"a proxy that resets", dial(syscall.ECONNRESET), ProxyUnreachable},
		{"TLS of the proxy: authority", &proxyTLSError{x509.UnknownAuthorityError{}}, ProxyUnknownAuthority},
		{"TLS of the proxy: name", &proxyTLSError{x509.HostnameError{Certificate: new(x509.Certificate)}}, ProxyWrongName},
		{"TLS of the proxy: certificate", &proxyTLSError{&tls.CertificateVerificationError{Err: io.EOF}}, ProxyCertificate},
		{"TLS of the proxy: alert", &proxyTLSError{&net.OpError{Op: opRemote, Err: errors.New("tls: handshake failure")}}, ProxyTLS},
		{"TLS of the proxy: none", &proxyTLSError{tls.RecordHeaderError{}}, ProxyNoTLS},
		{"TLS of the proxy: cut", &proxyTLSError{io.EOF}, ProxyUnreachable},
		{"a pin", fmt.Errorf("tls: %w", &pinError{}), PinMismatch},
		{"known already", fmt.Errorf("again: %w", &Error{Cause: NoToken, Err: io.EOF}), NoToken},
	} {
		if got := Explain(c.err).Cause; got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}
