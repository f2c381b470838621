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
	proxy := l.Proxy.URL()
	if proxy == nil {
		return
	}
	if l.ToOneAgent() {
		l.warn(&l.Proxy, "is "+l.Proxy.String()+
			", and requests to the OneAgent of this machine go through it; set `proxy off`")
	}
	toPlain := slices.ContainsFunc(l.Endpoints, endpoint.Endpoint.Plain)
	if proxy.User != nil && !l.Proxy.Secure() && !endpoint.IsLoopback(proxy.Hostname()) && toPlain {
		l.warn(&l.Proxy, "gets the token, the logs and its own password unencrypted")
	}
}

func (l *loader) checkTLS() {
	off := !l.TLSVerify && !l.wrong(&l.TLSVerify)
	if off {
		l.warn(&l.TLSVerify, "is off: anyone in between can read the token and the logs; "+
			"for a self-signed certificate set `tls_ca_file` or `tls_pin_sha256` instead")
	}
	l.checkPins(off)
	l.checkServerName()
	l.checkAuthorities(off)
	l.checkKeyPair()
	l.checkTLSIsUsed()
}

func (l *loader) checkPins(off bool) {
	if len(l.TLSPins) == 0 || l.wrong(&l.TLSPins) {
		return
	}
	if off {
		l.fail(&l.TLSPins, "is set, and `tls_verify` is off, which would check nothing; "+
			"remove that, a pin needs no authority")
	}
	hosts := make(map[string]bool)
	for _, e := range l.Endpoints {
		if !e.Plain() {
			hosts[e.Hostname()] = true
		}
	}
	if len(l.TLSPins) < len(hosts) {
		l.warn(&l.TLSPins, fmt.Sprintf("has fewer fingerprints (%d) than there are hosts in `endpoint` (%d): "+
			"one with another certificate is rejected, even of a known authority; "+
			"set the fingerprint of each, or `tls_ca_file` instead", len(l.TLSPins), len(hosts)))
	}
}

func (l *loader) checkServerName() {
	name := strings.ToLower(strings.TrimSuffix(l.TLSServerName, "."))
	if name == "" || l.wrong(&l.TLSServerName) {
		return
	}
	if !endpoint.ValidHost(name) {
		l.fail(&l.TLSServerName, "got %s, takes the name of a host, without scheme, port and path",
			secret.Quote(l.TLSServerName))
		return
	}
	l.TLSServerName = name
	for i, e := range l.Endpoints {
		if len(l.Endpoints) > 1 && !e.Plain() && e.Hostname() != name {
			// Right where the machines of a cluster share a certificate; otherwise the mistake
			// would show only when this endpoint is needed.
			l.warn(&l.TLSServerName, fmt.Sprintf(
				"is expected in the certificate of every endpoint, including number %d, %s", i+1, e.Host))
		}
	}
}

func (l *loader) checkAuthorities(off bool) {
	if l.TLSCAFile == "" || l.wrong(&l.TLSCAFile) {
		return
	}
	if _, err := certificate.ReadAuthorities(l.TLSCAFile); err != nil {
		l.failTLS(err)
	} else if off && !l.Proxy.Secure() {
		l.warn(&l.TLSCAFile, "has no effect while `tls_verify` is off")
	}
}

func (l *loader) checkKeyPair() {
	if l.wrong(&l.TLSCertFile, &l.TLSKeyFile) {
		return
	}
	switch {
	case l.TLSCertFile == "" && l.TLSKeyFile == "":
		return
	case l.TLSCertFile == "":
		l.fail(&l.TLSKeyFile, "is set, and `tls_cert_file` is not; a key is useless without its certificate")
		return
	case l.TLSKeyFile == "":
		l.TLSKeyFile = l.TLSCertFile
	}
	if _, err := certificate.ReadKeyPair(l.TLSCertFile, l.TLSKeyFile); err != nil {
		l.failTLS(err)
	}
}

// failTLS adds an error of package certificate, which names its option itself.
func (l *loader) failTLS(err error) {
	var named *option.Error
	if !errors.As(err, &named) {
		l.fail(&l.TLSCertFile, "%w", err)
		return
	}
	for _, field := range []any{&l.TLSCAFile, &l.TLSCertFile, &l.TLSKeyFile} {
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
		{&l.TLSCAFile, l.TLSCAFile != "" && !l.Proxy.Secure()},
		{&l.TLSPins, len(l.TLSPins) > 0},
		{&l.TLSServerName, l.TLSServerName != ""},
		{&l.TLSCertFile, l.TLSCertFile != ""},
	} {
		if o.set && !l.wrong(o.field) {
			l.warn(o.field, "has no effect, since `endpoint` is http")
		}
	}
}
