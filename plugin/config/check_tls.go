package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/option"
	"out_dynatrace/plugin/secret"
)

func (l *loader) checkProxy() {
	proxy := l.Transport.Proxy.URL()
	if proxy == nil {
		return
	}
	if l.ToOneAgent() {
		l.warn(&l.Transport.Proxy, "is "+l.Transport.Proxy.String()+
			", and requests to the OneAgent of this machine go through it; set `proxy off`")
	}
	toPlain := slices.ContainsFunc(l.Endpoints, endpoint.Endpoint.Plain)
	if proxy.User != nil && !l.Transport.Proxy.Secure() && !endpoint.IsLoopback(proxy.Hostname()) && toPlain {
		l.warn(&l.Transport.Proxy, "gets the token, the logs and its own password unencrypted")
	}
}

func (l *loader) checkTLS() {
	off := !l.Transport.TLS.Verify && !l.wrong(&l.Transport.TLS.Verify)
	if off {
		l.warn(&l.Transport.TLS.Verify, "is off: anyone in between can read the token and the logs; "+
			"for a self-signed certificate set `tls_ca_file` or `tls_pin_sha256` instead")
	}
	l.checkPins(off)
	l.checkServerName()
	l.checkAuthorities(off)
	l.checkKeyPair()
	l.checkTLSIsUsed()
}

func (l *loader) checkPins(off bool) {
	if len(l.Transport.TLS.Pins) == 0 || l.wrong(&l.Transport.TLS.Pins) {
		return
	}
	if off {
		l.fail(&l.Transport.TLS.Pins, "is set, and `tls_verify` is off, which would check nothing; "+
			"remove that, a pin needs no authority")
	}
	hosts := make(map[string]bool)
	for _, e := range l.Endpoints {
		if !e.Plain() {
			hosts[e.Hostname()] = true
		}
	}
	if len(l.Transport.TLS.Pins) < len(hosts) {
		l.warn(&l.Transport.TLS.Pins, fmt.Sprintf("has fewer fingerprints (%d) than there are hosts in `endpoint` (%d): "+
			"one with another certificate is rejected, even of a known authority; "+
			"set the fingerprint of each, or `tls_ca_file` instead", len(l.Transport.TLS.Pins), len(hosts)))
	}
}

func (l *loader) checkServerName() {
	name := strings.ToLower(strings.TrimSuffix(l.Transport.TLS.ServerName, "."))
	if name == "" || l.wrong(&l.Transport.TLS.ServerName) {
		return
	}
	if !endpoint.ValidHost(name) {
		l.fail(&l.Transport.TLS.ServerName, "got %s, takes the name of a host, without scheme, port and path",
			secret.Quote(l.Transport.TLS.ServerName))
		return
	}
	l.Transport.TLS.ServerName = name
	for i, e := range l.Endpoints {
		if len(l.Endpoints) > 1 && !e.Plain() && e.Hostname() != name {
			// Right where the machines of a cluster share a certificate; otherwise the mistake
			// would show only when this endpoint is needed.
			l.warn(&l.Transport.TLS.ServerName, fmt.Sprintf(
				"is expected in the certificate of every endpoint, including number %d, %s", i+1, e.Host))
		}
	}
}

func (l *loader) checkAuthorities(off bool) {
	if l.Transport.TLS.CAFile == "" || l.wrong(&l.Transport.TLS.CAFile) {
		return
	}
	if _, err := certificate.ReadAuthorities(l.Transport.TLS.CAFile); err != nil {
		l.failTLS(err)
	} else if off && !l.Transport.Proxy.Secure() {
		l.warn(&l.Transport.TLS.CAFile, "has no effect while `tls_verify` is off")
	}
}

func (l *loader) checkKeyPair() {
	if l.wrong(&l.Transport.TLS.CertFile, &l.Transport.TLS.KeyFile) {
		return
	}
	switch {
	case l.Transport.TLS.CertFile == "" && l.Transport.TLS.KeyFile == "":
		return
	case l.Transport.TLS.CertFile == "":
		l.fail(&l.Transport.TLS.KeyFile, "is set, and `tls_cert_file` is not; a key is useless without its certificate")
		return
	case l.Transport.TLS.KeyFile == "":
		l.Transport.TLS.KeyFile = l.Transport.TLS.CertFile
	}
	if _, err := certificate.ReadKeyPair(l.Transport.TLS.CertFile, l.Transport.TLS.KeyFile); err != nil {
		l.failTLS(err)
	}
}

// failTLS adds an error of package certificate, which names its option itself.
func (l *loader) failTLS(err error) {
	var named *option.Error
	if !errors.As(err, &named) {
		l.fail(&l.Transport.TLS.CertFile, "%w", err)
		return
	}
	for _, field := range []any{&l.Transport.TLS.CAFile, &l.Transport.TLS.CertFile, &l.Transport.TLS.KeyFile} {
		if l.name(field) == named.Name {
			l.fail(field, "%w", named.Err)
		}
	}
}

// checkTLSIsUsed warns of options that change nothing because every endpoint is plain http.
func (l *loader) checkTLSIsUsed() {
	if slices.ContainsFunc(l.Endpoints, func(e endpoint.Endpoint) bool { return !e.Plain() }) {
		return
	}
	for _, o := range []struct {
		field any
		set   bool
	}{
		{&l.Transport.TLS.CAFile, l.Transport.TLS.CAFile != "" && !l.Transport.Proxy.Secure()},
		{&l.Transport.TLS.Pins, len(l.Transport.TLS.Pins) > 0},
		{&l.Transport.TLS.ServerName, l.Transport.TLS.ServerName != ""},
		{&l.Transport.TLS.CertFile, l.Transport.TLS.CertFile != ""},
	} {
		if o.set && !l.wrong(o.field) {
			l.warn(o.field, "has no effect, since `endpoint` is http")
		}
	}
}
