package transport

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"
	"time"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/plugin/watchfile"
)

// fileCheck is the shortest time between two looks at the files.
const fileCheck = watchfile.DefaultInterval

// certificates are what the files on disk say about whom to trust and who we are.
type certificates struct {
	roots       *x509.CertPool      // nil is the system's
	authorities []*x509.Certificate // those of CAFile, which are among the roots
	pair        *tls.Certificate    // nil is none
}

// watchCertificates returns the certificates of the files, which are read again when they change.
func watchCertificates(o TLSOptions, now func() time.Time) *watchfile.File[certificates] {
	return watchfile.New(watchfile.Options[certificates]{
		Paths: []string{o.CAFile, o.CertFile, o.KeyFile},
		Load:  func() (certificates, error) { return loadCertificates(o) },
		Equal: certificates.equal,
		Now:   now,
	})
}

// loadCertificates reads all files. An error is an option.Error.
func loadCertificates(o TLSOptions) (c certificates, err error) {
	if o.CAFile != "" {
		if c.authorities, err = certificate.ReadAuthorities(o.CAFile); err != nil {
			return certificates{}, err
		}
		if c.roots, err = x509.SystemCertPool(); err != nil {
			c.roots = x509.NewCertPool() // a system without any, such as a bare container
		}
		for _, authority := range c.authorities {
			c.roots.AddCert(authority)
		}
	}
	if o.CertFile != "" {
		pair, err := certificate.ReadKeyPair(o.CertFile, o.KeyFile)
		if err != nil {
			return certificates{}, err
		}
		c.pair = &pair
	}
	return c, nil
}

func (c certificates) equal(other certificates) bool {
	return slices.EqualFunc(c.authorities, other.authorities, (*x509.Certificate).Equal) &&
		samePair(c.pair, other.pair)
}

func samePair(a, b *tls.Certificate) bool {
	if a == nil || b == nil {
		return a == b
	}
	return slices.EqualFunc(a.Certificate, b.Certificate, bytes.Equal)
}

// describe says what was read, for the log.
func (c certificates) describe(o TLSOptions) string {
	var parts []string
	if o.CAFile != "" {
		parts = append(parts, fmt.Sprintf("tls_ca_file holds %d", len(c.authorities)))
	}
	if c.pair != nil {
		parts = append(parts, "tls_cert_file has the fingerprint "+
			""+certificate.FingerprintOf(c.pair.Leaf).String())
	}
	return strings.Join(parts, ", ")
}
