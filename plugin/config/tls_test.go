package config

import (
	"crypto/tls"
	"encoding/hex"
	"strings"
	"testing"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/test/pki"
)

func TestLoad_TLSOptionsArrive(t *testing.T) {
	dir := t.TempDir()
	pair := pki.SelfSigned(t, "client")
	cert, key := pair.Write(t, dir, "client")
	both := writeFile(t, string(pair.CertPEM())+string(pair.KeyPEM(t)))
	pin := certificate.FingerprintOf(pair.Leaf)
	c := mustLoad(t, with("tls_cert_file", cert, "tls_key_file", key, "tls_server_name", "Gate.Example.", "tls_min_version", "1.3", "tls_pin_sha256", pin.String()+", "+hex.EncodeToString(pin[:])))
	if c.Transport.TLS.CertFile != cert || c.Transport.TLS.KeyFile != key || c.Transport.TLS.ServerName != "gate.example" || c.Transport.TLS.MinVersion != tls.VersionTLS13 || len(c.Transport.TLS.Pins) != 2 || c.Transport.TLS.Pins[0] != pin || c.Transport.TLS.Pins[1] != pin || len(c.Warnings) != 0 {
		t.Errorf("got %+v", c)
	}
	if c := mustLoad(t, with("tls_cert_file", both)); c.Transport.TLS.KeyFile != both {
		t.Errorf("a key in the file of the certificate: got %q", c.Transport.TLS.KeyFile)
	}
	for _, name := range []string{"10.0.0.1", "::1", "a_b.example"} {
		if c := mustLoad(t, with("tls_server_name", name)); c.Transport.TLS.ServerName != name {
			t.Errorf("got %q, want %q", c.Transport.TLS.ServerName, name)
		}
	}
}

func TestLoad_WrongTLSOptionsAreOneLineEach(t *testing.T) {
	dir := t.TempDir()
	pair := pki.SelfSigned(t, "client")
	cert, key := pair.Write(t, dir, "client")
	_, otherKey := pki.SelfSigned(t, "other").Write(t, dir, "other")
	pin := certificate.FingerprintOf(pair.Leaf).String()
	const lockedKey = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
	locked := writeFile(t, lockedKey)
	bothLocked := writeFile(t, string(pair.CertPEM())+lockedKey)
	bothOther := writeFile(t, string(pair.CertPEM())+string(pki.SelfSigned(t, "other").KeyPEM(t)))
	old := writeFile(t, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n")
	for _, c := range []struct {
		p    properties
		want string
	}{
		{with("tls_key_file", key), "tls_key_file: is set, and `tls_cert_file` is not"},
		{with("tls_cert_file", cert), "tls_cert_file: got \"" + cert + "\", which holds no key, takes a PEM file with one (-----BEGIN PRIVATE KEY-----); if it is in another file, `tls_key_file` must name that"},
		{with("tls_cert_file", bothLocked), "tls_cert_file: got \"" + bothLocked + "\", whose key has a password"},
		{with("tls_cert_file", bothOther), "tls_cert_file: got \"" + bothOther + "\", whose key cannot be used"},
		{with("tls_cert_file", key, "tls_key_file", key), "tls_cert_file: got \"" + key + "\", which holds no certificate"},
		{with("tls_cert_file", cert, "tls_key_file", otherKey), "tls_key_file: got \"" + otherKey + "\", whose key cannot be used with the first certificate of"},
		{with("tls_cert_file", cert, "tls_key_file", locked), "whose key has a password"},
		{with("tls_cert_file", cert, "tls_key_file", old), "whose key has a password"},
		{with("tls_cert_file", dir+"/none", "tls_key_file", key), "tls_cert_file: got \"" + dir + "/none\", which cannot be read"},
		{with("tls_cert_file", cert, "tls_key_file", dir), "tls_key_file: got \"" + dir + "\", which is not a file"},
		{with("tls_server_name", "https://gate"), "tls_server_name: got \"https://gate\", takes the name of a host, without scheme, port and path"},
		{with("tls_server_name", "gate:9999"), "tls_server_name: got \"gate:9999\", takes the name of a host"},
		{with("tls_min_version", "1.1"), "tls_min_version: got \"1.1\", takes 1.2 or 1.3"},
		{with("tls_pin_sha256", "AB:CD"), "tls_pin_sha256: got \"AB:CD\", of 2 bytes"},
		{with("tls_pin_sha256", pin+", x y"), "tls_pin_sha256: got \"x y\", takes 64 hexadecimal digits"},
		{with("tls_pin_sha256", pin, "tls_verify", "off"), "tls_pin_sha256: is set, and `tls_verify` is off"},
	} {
		if got := lines(t, c.p); len(got) != 1 || !strings.Contains(got[0], c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestLoad_WarnsOfTLSOptionsWithAPlainEndpoint(t *testing.T) {
	pair := pki.SelfSigned(t, "client")
	cert, key := pair.Write(t, t.TempDir(), "client")
	got := warnings(mustLoad(t, with("endpoint", "http://127.0.0.1:8080", "tls_ca_file", cert, "tls_cert_file", cert, "tls_key_file", key,
		"tls_server_name", "gate", "tls_pin_sha256", certificate.FingerprintOf(pair.Leaf).String())))
	if len(got) != 4 {
		t.Errorf("got %q", got)
	}
	for _, line := range got {
		if !strings.HasSuffix(line, "has no effect, since `endpoint` is http") {
			t.Errorf("got %q", line)
		}
	}
}

func TestLoad_WarnsOfFewerPinsThanHosts(t *testing.T) {
	pin := strings.Repeat("ab", 32)
	for _, c := range []struct {
		endpoint, pins string
		warns          bool
	}{
		{"https://ag1.example:9999/e/abc", pin, false},
		{"https://ag1.example:9999/e/abc, https://ag1.example:9998/e/abc", pin, false},
		{"https://ag1.example:9999/e/abc, https://ag2.example:9999/e/abc", pin, true},
		{"https://ag1.example:9999/e/abc, https://ag2.example:9999/e/abc", pin + "," + strings.Repeat("cd", 32), false},
		{"https://ag1.example:9999/e/abc, http://ag2.example:9999/e/abc", pin, false},
	} {
		warnings := warnings(mustLoad(t, with("endpoint", c.endpoint, "tls_pin_sha256", c.pins, "allow_http", "on")))
		if got := containsLine(warnings, "has fewer fingerprints (1) than there are hosts in `endpoint` (2)"); got != c.warns {
			t.Errorf("%s with %s: %q", c.endpoint, c.pins, warnings)
		}
	}
}
