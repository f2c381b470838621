package config

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// newCertificate makes a self-signed one, in DER form.
func newCertificate(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func block(name string, data []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: name, Bytes: data}))
}

func TestLoad_CAFileMustHoldACertificate(t *testing.T) {
	der := newCertificate(t)
	for _, c := range []struct{ name, path, want string }{
		{"one certificate", writeFile(t, block("CERTIFICATE", der)), ""},
		{"text around it", writeFile(t, "# our CA\n"+block("CERTIFICATE", der)+"\nend\n"), ""},
		{"a key beside it", writeFile(t, block("PRIVATE KEY", []byte("x"))+block("CERTIFICATE", der)), ""},
		{"no such file", filepath.Join(t.TempDir(), "none"), "which cannot be read: no such file or directory"},
		{"a directory", t.TempDir(), "which is not a file"},
		{"a device", "/dev/zero", "which is not a file"},
		{"an empty file", writeFile(t, ""), "which holds no certificate, takes a PEM file with at least one"},
		{"a key", writeFile(t, block("PRIVATE KEY", der)), "which holds no certificate"},
		{"a broken certificate behind a good one", writeFile(t, block("CERTIFICATE", der)+block("CERTIFICATE", []byte("x"))), "whose certificate 2 cannot be read"},
		{"DER", writeFile(t, string(der)), "openssl x509 -inform der"},
	} {
		p := with("tls_ca_file", c.path)
		if c.want == "" {
			if got := mustLoad(t, p); got.Transport.TLS.CAFile != c.path || len(got.Warnings) != 0 {
				t.Errorf("%s: got %q, %q", c.name, got.Transport.TLS.CAFile, got.Warnings)
			}
			continue
		}
		if got := lines(t, p); len(got) != 1 || !strings.HasPrefix(got[0], "tls_ca_file: got ") || !strings.Contains(got[0], c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	p := with("tls_ca_file", writeFile(t, block("CERTIFICATE", der)), "tls_verify", "off")
	if got := warnings(mustLoad(t, p)); len(got) != 2 || !strings.Contains(got[1], "has no effect") {
		t.Errorf("a CA file that is not used: %q", got)
	}
}

func TestLoad_TokenFileMustHoldATokenThatIsNeverShown(t *testing.T) {
	for _, c := range []struct{ name, path, want string }{
		{"no such file", filepath.Join(t.TempDir(), "none"), "which cannot be read: no such file or directory"},
		{"a directory", t.TempDir(), "which is not a file"},
		{"an empty file", writeFile(t, "\n"), ": got nothing, takes a token"},
		{"two tokens", writeFile(t, classicToken+"\n"+classicToken), "white space at position 97"},
		{"a whole log", writeFile(t, strings.Repeat("x", 64<<10+1)), "which has more than 65536 bytes"},
		{"a token in place of a path", classicToken, "got a token, takes the path of a file"},
		{"a token of the older form in place of a path", "AbCdEfGhIjKlMnOpQrSt1", "got a name of 21 characters that is not a readable file"},
	} {
		got := lines(t, without(with("api_token_file", c.path), "api_token"))
		if len(got) != 1 || !strings.HasPrefix(got[0], "api_token_file: ") || !strings.Contains(got[0], c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if strings.Contains(got[0], secretPart) || strings.Contains(got[0], "AbCdEf") {
			t.Errorf("%s: the error shows the token: %s", c.name, got)
		}
	}
}
