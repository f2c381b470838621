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
	plain := !l.Transport.Proxy.Secure() && slices.ContainsFunc(l.Endpoints, endpoint.Endpoint.Plain)
	if plain && proxy.User != nil && !endpoint.IsLoopback(proxy.Hostname()) {
		l.warn(&l.Transport.Proxy, "gets the token, the logs and its own password unencrypted")
	}
}

func (l *loader) checkTLS() {
	o := &l.Transport.TLS
	off := !o.Verify && !l.wrong(&o.Verify)
	if off {
		l.warn(&o.Verify, "is off: anyone in between can read the token and the logs; "+
			"for a self-signed certificate set `tls_ca_file` or `tls_pin_sha256` instead")
	}
	l.checkPins(off)
	l.checkServerName()
	l.checkAuthorities(off)
	l.checkKeyPair()
	l.checkTLSIsUsed()
}

func (l *loader) checkPins(off bool) {
	o := &l.Transport.TLS
	if len(o.Pins) == 0 || l.wrong(&o.Pins) {
		return
	}
	if off {
		l.fail(&o.Pins, "is set, and `tls_verify` is off, which would check nothing; "+
			"remove that, a pin needs no authority")
	}
	hosts := make(map[string]bool)
	for _, e := range l.Endpoints {
		if !e.Plain() {
			hosts[e.Hostname()] = true
		}
	}
	if len(o.Pins) < len(hosts) {
		l.warn(&o.Pins, fmt.Sprintf("has fewer fingerprints (%d) than there are hosts "+
			"in `endpoint` (%d): one with another certificate is rejected, even of a known authority; "+
			"set the fingerprint of each, or `tls_ca_file` instead", len(o.Pins), len(hosts)))
	}
}

func (l *loader) checkServerName() {
	o := &l.Transport.TLS
	name := strings.ToLower(strings.TrimSuffix(o.ServerName, "."))
	if name == "" || l.wrong(&o.ServerName) {
		return
	}
	if !endpoint.ValidHost(name) {
		l.fail(&o.ServerName, "got %s, takes the name of a host, without scheme, port and path",
			secret.Quote(o.ServerName))
		return
	}
	o.ServerName = name
	for i, e := range l.Endpoints {
		if len(l.Endpoints) > 1 && !e.Plain() && e.Hostname() != name {
			// Right where the machines of a cluster share a certificate; otherwise the mistake
			// would show only when this endpoint is needed.
			l.warn(&o.ServerName, fmt.Sprintf(
				"is expected in the certificate of every endpoint, including number %d, %s", i+1, e.Host))
		}
	}
}

func (l *loader) checkAuthorities(off bool) {
	o := &l.Transport.TLS
	if o.CAFile == "" || l.wrong(&o.CAFile) {
		return
	}
	if _, err := certificate.ReadAuthorities(o.CAFile); err != nil {
		l.failTLS(err)
	} else if off && !l.Transport.Proxy.Secure() {
		l.warn(&o.CAFile, "has no effect while `tls_verify` is off")
	}
}

func (l *loader) checkKeyPair() {
	o := &l.Transport.TLS
	if l.wrong(&o.CertFile, &o.KeyFile) {
		return
	}
	switch {
	case o.CertFile == "" && o.KeyFile == "":
		return
	case o.CertFile == "":
		l.fail(&o.KeyFile, "is set, and `tls_cert_file` is not; "+
			"a key is useless without its certificate")
		return
	case o.KeyFile == "":
		o.KeyFile = o.CertFile
	}
	if _, err := certificate.ReadKeyPair(o.CertFile, o.KeyFile); err != nil {
		l.failTLS(err)
	}
}

// failTLS adds an error of package certificate, which names its option itself.
func (l *loader) failTLS(err error) {
	o := &l.Transport.TLS
	var named *option.Error
	if !errors.As(err, &named) {
		l.fail(&o.CertFile, "%w", err)
		return
	}
	for _, field := range []any{&o.CAFile, &o.CertFile, &o.KeyFile} {
		if l.name(field) == named.Name {
			l.fail(field, "%w", named.Err)
		}
	}
}

// checkTLSIsUsed warns of options that change nothing because every endpoint is plain http.
func (l *loader) checkTLSIsUsed() {
	o := &l.Transport.TLS
	if slices.ContainsFunc(l.Endpoints, func(e endpoint.Endpoint) bool { return !e.Plain() }) {
		return
	}
	for _, unused := range []struct {
		field any
		set   bool
	}{
		{&o.CAFile, o.CAFile != "" && !l.Transport.Proxy.Secure()},
		{&o.Pins, len(o.Pins) > 0},
		{&o.ServerName, o.ServerName != ""},
		{&o.CertFile, o.CertFile != ""},
	} {
		if unused.set && !l.wrong(unused.field) {
			l.warn(unused.field, "has no effect, since `endpoint` is http")
		}
	}
}
