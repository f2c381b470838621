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
	"out_dynatrace/plugin/transport"
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

// tlsCheck checks the options of TLS against each other and the endpoints.
type tlsCheck struct {
	*loader
	tls *transport.TLSOptions
	off bool // the server's certificate is not verified
}

func (l *loader) checkTLS() {
	o := &l.Transport.TLS
	c := tlsCheck{loader: l, tls: o, off: !o.Verify && !l.wrong(&o.Verify)}
	if c.off {
		c.warn(&o.Verify, "is off: anyone in between can read the token and the logs; "+
			"for a self-signed certificate set `tls_ca_file` or `tls_pin_sha256` instead")
	}
	c.checkPins()
	c.checkServerName()
	c.checkAuthorities()
	c.checkKeyPair()
	c.checkUse()
}

func (c *tlsCheck) checkPins() {
	if len(c.tls.Pins) == 0 || c.wrong(&c.tls.Pins) {
		return
	}
	if c.off {
		c.fail(&c.tls.Pins, "is set, and `tls_verify` is off, which would check nothing; "+
			"remove that, a pin needs no authority")
	}
	hosts := make(map[string]bool)
	for _, e := range c.Endpoints {
		if !e.Plain() {
			hosts[e.Hostname()] = true
		}
	}
	if len(c.tls.Pins) < len(hosts) {
		c.warn(&c.tls.Pins, fmt.Sprintf("has fewer fingerprints (%d) than there are hosts "+
			"in `endpoint` (%d): one with another certificate is rejected, even of a known authority; "+
			"set the fingerprint of each, or `tls_ca_file` instead", len(c.tls.Pins), len(hosts)))
	}
}

func (c *tlsCheck) checkServerName() {
	name := strings.ToLower(strings.TrimSuffix(c.tls.ServerName, "."))
	if name == "" || c.wrong(&c.tls.ServerName) {
		return
	}
	if !endpoint.ValidHost(name) {
		c.fail(&c.tls.ServerName, "got %s, takes the name of a host, without scheme, port and path",
			secret.Quote(c.tls.ServerName))
		return
	}
	c.tls.ServerName = name
	for i, e := range c.Endpoints {
		if len(c.Endpoints) > 1 && !e.Plain() && e.Hostname() != name {
			// Right where the machines of a cluster share a certificate; otherwise the mistake
			// would show only when this endpoint is needed.
			c.warn(&c.tls.ServerName, fmt.Sprintf(
				"is expected in the certificate of every endpoint, including number %d, %s", i+1, e.Host))
		}
	}
}

func (c *tlsCheck) checkAuthorities() {
	if c.tls.CAFile == "" || c.wrong(&c.tls.CAFile) {
		return
	}
	if _, err := certificate.ReadAuthorities(c.tls.CAFile); err != nil {
		c.failNamed(err)
	} else if c.off && !c.Transport.Proxy.Secure() {
		c.warn(&c.tls.CAFile, "has no effect while `tls_verify` is off")
	}
}

func (c *tlsCheck) checkKeyPair() {
	if c.wrong(&c.tls.CertFile, &c.tls.KeyFile) {
		return
	}
	switch {
	case c.tls.CertFile == "" && c.tls.KeyFile == "":
		return
	case c.tls.CertFile == "":
		c.fail(&c.tls.KeyFile, "is set, and `tls_cert_file` is not; "+
			"a key is useless without its certificate")
		return
	case c.tls.KeyFile == "":
		c.tls.KeyFile = c.tls.CertFile
	}
	if _, err := certificate.ReadKeyPair(c.tls.CertFile, c.tls.KeyFile); err != nil {
		c.failNamed(err)
	}
}

// failNamed adds an error of package certificate, which names its option itself.
func (c *tlsCheck) failNamed(err error) {
	var named *option.Error
	if !errors.As(err, &named) {
		c.fail(&c.tls.CertFile, "%w", err)
		return
	}
	for _, field := range []any{&c.tls.CAFile, &c.tls.CertFile, &c.tls.KeyFile} {
		if c.name(field) == named.Name {
			c.fail(field, "%w", named.Err)
		}
	}
}

// checkUse warns of options that change nothing because every endpoint is plain http.
func (c *tlsCheck) checkUse() {
	if slices.ContainsFunc(c.Endpoints, func(e endpoint.Endpoint) bool { return !e.Plain() }) {
		return
	}
	for _, unused := range []struct {
		field any
		set   bool
	}{
		{&c.tls.CAFile, c.tls.CAFile != "" && !c.Transport.Proxy.Secure()},
		{&c.tls.Pins, len(c.tls.Pins) > 0},
		{&c.tls.ServerName, c.tls.ServerName != ""},
		{&c.tls.CertFile, c.tls.CertFile != ""},
	} {
		if unused.set && !c.wrong(unused.field) {
			c.warn(unused.field, "has no effect, since `endpoint` is http")
		}
	}
}
