package config

import (
	"crypto/tls"
	"fmt"
	"strings"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/secret"
)

func (d *draft) checkTLS() {
	d.TLSMinVersion = tls.VersionTLS12
	if d.minVersion == "1.3" {
		d.TLSMinVersion = tls.VersionTLS13
	}
	off := !d.TLSVerify && !d.wrong[optTLSVerify]
	if off {
		d.warn(optTLSVerify, "is off: anyone in between can read the token and the logs; for a self-signed certificate set `tls_ca_file` or `tls_pin_sha256` instead")
	}
	d.checkPins(off)
	d.checkServerName()
	if d.TLSCAFile != "" && !d.wrong[optTLSCAFile] {
		if _, err := certificate.ReadAuthorities(d.TLSCAFile); err != nil {
			d.problem(optTLSCAFile, err)
		} else if off && !d.Proxy.Secure() {
			d.warn(optTLSCAFile, "has no effect while `tls_verify` is off")
		}
	}
	d.checkKeyPair()
	d.checkTLSIsSpoken()
}

func (d *draft) checkPins(off bool) {
	for _, text := range d.pins {
		pin, err := certificate.ParseFingerprint(text)
		if err != nil {
			d.fail(optTLSPin, "%w", err)
			return
		}
		d.TLSPins = append(d.TLSPins, pin)
	}
	if len(d.TLSPins) > 0 && off {
		d.fail(optTLSPin, "is set, and `tls_verify` is off, which would check nothing; remove that, a pin needs no authority")
	}
	if n := d.secureHosts(); len(d.TLSPins) > 0 && len(d.TLSPins) < n {
		d.warn(optTLSPin, fmt.Sprintf("has fewer fingerprints (%d) than there are hosts in `endpoint` (%d): one that shows another certificate is refused, even of a known authority; give the fingerprint of each, or `tls_ca_file` in their place", len(d.TLSPins), n))
	}
}

// secureHosts is the number of different hosts that TLS is spoken with.
func (d *draft) secureHosts() int {
	hosts := make(map[string]bool)
	for _, e := range d.Endpoints {
		if !e.Plain() {
			hosts[e.Hostname()] = true
		}
	}
	return len(hosts)
}

func (d *draft) checkServerName() {
	name := strings.ToLower(strings.TrimSuffix(d.TLSServerName, "."))
	if name == "" || d.wrong[optTLSServerName] {
		return
	}
	if !endpoint.ValidHost(name) {
		d.fail(optTLSServerName, "got %s, takes the name of a host, without scheme, port and path", secret.Quote(d.TLSServerName))
		return
	}
	d.TLSServerName = name
	for i, e := range d.Endpoints {
		if len(d.Endpoints) > 1 && !e.Plain() && e.Hostname() != name {
			// Right where the machines of a cluster share a certificate; else the mistake would show only when this one is needed.
			d.warn(optTLSServerName, fmt.Sprintf("is looked for in the certificate of every endpoint, number %d, %s, too", i+1, e.Host))
		}
	}
}

func (d *draft) checkKeyPair() {
	if d.wrong[optTLSCertFile] || d.wrong[optTLSKeyFile] {
		return
	}
	switch {
	case d.TLSCertFile == "" && d.TLSKeyFile == "":
		return
	case d.TLSCertFile == "":
		d.fail(optTLSKeyFile, "is set, and `tls_cert_file` is not; a key is of no use without its certificate")
		return
	case d.TLSKeyFile == "":
		d.TLSKeyFile = d.TLSCertFile
	}
	if _, err := certificate.ReadKeyPair(d.TLSCertFile, d.TLSKeyFile); err != nil {
		d.problem(optTLSCertFile, err)
	}
}

// checkTLSIsSpoken warns of options that change nothing because every endpoint is plain http.
func (d *draft) checkTLSIsSpoken() {
	if _, all := d.plain(); !all {
		return
	}
	for _, o := range []struct {
		name string
		set  bool
	}{
		{optTLSCAFile, d.TLSCAFile != "" && !d.Proxy.Secure()}, {optTLSPin, len(d.TLSPins) > 0},
		{optTLSServerName, d.TLSServerName != ""}, {optTLSCertFile, d.TLSCertFile != ""},
	} {
		if o.set && !d.wrong[o.name] {
			d.warn(o.name, "has no effect, since `endpoint` is http")
		}
	}
}
