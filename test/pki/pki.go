// Package pki issues certificates for tests. By default they have ECDSA P-256 keys and are valid
// from a day ago until tomorrow.
package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Pair is a certificate with its key.
type Pair struct {
	// Leaf is the certificate.
	Leaf *x509.Certificate
	key  crypto.Signer
}

// Spec is the content of a certificate. The zero value is a server certificate without a name.
type Spec struct {
	// Names are host names and addresses.
	Names []string
	// NotBefore and NotAfter default to a day before and after now.
	NotBefore, NotAfter time.Time
	// Client makes a certificate for a client.
	Client bool
	// RSA gives it a key of that kind, of 2048 bits.
	RSA bool
	// authority makes one that signs others.
	authority bool
}

// SelfSigned returns a certificate that is its own authority, like that of an ActiveGate.
func SelfSigned(t testing.TB, names ...string) Pair {
	t.Helper()
	return issue(t, Spec{Names: names, authority: true}, nil)
}

// Authority returns a certificate that can Issue others.
func Authority(t testing.TB) Pair {
	t.Helper()
	return AuthorityUntil(t, time.Time{})
}

// AuthorityUntil returns an Authority that expires at a time.
func AuthorityUntil(t testing.TB, end time.Time) Pair {
	t.Helper()
	return issue(t, Spec{NotAfter: end, authority: true}, nil)
}

// Issue returns a certificate signed by p.
func (p Pair) Issue(t testing.TB, s Spec) Pair {
	t.Helper()
	return issue(t, s, &p)
}

func issue(t testing.TB, s Spec, by *Pair) Pair {
	t.Helper()
	var key crypto.Signer
	var err error
	if s.RSA {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 100))
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "test " + serial.Text(36)},
		NotBefore: s.NotBefore, NotAfter: s.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, IsCA: s.authority,
	}
	if template.NotBefore.IsZero() {
		template.NotBefore = time.Now().Add(-24 * time.Hour)
	}
	if template.NotAfter.IsZero() {
		template.NotAfter = time.Now().Add(24 * time.Hour)
	}
	if s.Client {
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	}
	if s.authority {
		template.KeyUsage |= x509.KeyUsageCertSign
		template.ExtKeyUsage = nil // it would bind those it signs
	}
	for _, name := range s.Names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.Leaf, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return Pair{leaf, key}
}

// TLS returns the pair for crypto/tls.
func (p Pair) TLS() tls.Certificate {
	return tls.Certificate{Certificate: [][]byte{p.Leaf.Raw}, PrivateKey: p.key, Leaf: p.Leaf}
}

// CertPEM returns the certificate as PEM.
func (p Pair) CertPEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.Leaf.Raw})
}

// KeyPEM returns the key as PEM.
func (p Pair) KeyPEM(t testing.TB) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(p.key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// Write writes certificate and key to name.pem and name.key in a directory.
func (p Pair) Write(t testing.TB, dir, name string) (certFile, keyFile string) {
	t.Helper()
	certFile, keyFile = filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key")
	for path, data := range map[string][]byte{certFile: p.CertPEM(), keyFile: p.KeyPEM(t)} {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}
