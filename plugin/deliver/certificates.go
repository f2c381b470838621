package deliver

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/plugin/config"
)

// certificates are what files on disk say about whom to trust and who we are. Not safe for concurrent use.
type certificates struct {
	ca, cert, key string        // paths; "" is none
	seen          []os.FileInfo // the files as they were last read, nil to read them whatever they are

	roots *x509.CertPool   // nil is the system's
	pair  *tls.Certificate // nil is none

	authorities []*x509.Certificate // those of the file
}

func newCertificates(cfg *config.Config) *certificates {
	return &certificates{ca: cfg.TLSCAFile, cert: cfg.TLSCertFile, key: cfg.TLSKeyFile}
}

// load reads all files anew and reports whether they hold something else than before. After an error, which begins with the name of
// an option, everything is as it was.
func (c *certificates) load() (different bool, _ error) {
	c.seen = nil
	seen := c.stat() // before reading, so that a change in between is noticed next time
	var (
		roots       *x509.CertPool
		authorities []*x509.Certificate
		pair        *tls.Certificate
	)
	if c.ca != "" {
		var err error
		if authorities, err = certificate.ReadAuthorities(c.ca); err != nil {
			return false, err
		}
		if roots, err = x509.SystemCertPool(); err != nil {
			roots = x509.NewCertPool() // a system without any, such as a bare container
		}
		for _, authority := range authorities {
			roots.AddCert(authority)
		}
	}
	if c.cert != "" {
		one, err := certificate.ReadKeyPair(c.cert, c.key)
		if err != nil {
			return false, err
		}
		pair = &one
	}
	different = !slices.EqualFunc(authorities, c.authorities, (*x509.Certificate).Equal) || !samePair(pair, c.pair)
	c.seen, c.roots, c.authorities, c.pair = seen, roots, authorities, pair
	return different, nil
}

// changed reports whether a file is another one than the one read last, or was not good then.
func (c *certificates) changed() bool {
	now := c.stat()
	return !slices.EqualFunc(now, c.seen, sameFile)
}

// stat looks at the files that are used, in a fixed order; nil is one that is not there.
func (c *certificates) stat() []os.FileInfo {
	var infos []os.FileInfo
	for _, path := range []string{c.ca, c.cert, c.key} {
		if path != "" {
			info, _ := os.Stat(path)
			infos = append(infos, info)
		}
	}
	return infos
}

// describe says what was read.
func (c *certificates) describe() string {
	var parts []string
	if c.ca != "" {
		parts = append(parts, fmt.Sprintf("tls_ca_file holds %d", len(c.authorities)))
	}
	if c.pair != nil {
		parts = append(parts, "that in tls_cert_file has the fingerprint "+certificate.FingerprintOf(c.pair.Leaf).String())
	}
	return strings.Join(parts, ", ")
}

// sameFile reports whether a file is, by all that can be seen without reading it, what it was.
func sameFile(is, was os.FileInfo) bool {
	if is == nil || was == nil {
		return is == nil && was == nil
	}
	return os.SameFile(is, was) && is.Size() == was.Size() && is.ModTime().Equal(was.ModTime())
}

func samePair(a, b *tls.Certificate) bool {
	if a == nil || b == nil {
		return a == b
	}
	return slices.EqualFunc(a.Certificate, b.Certificate, bytes.Equal)
}

// pinError is a server whose certificate is none of tls_pin_sha256.
type pinError struct{ presented certificate.Fingerprint }

func (e *pinError) Error() string {
	return "the server's certificate has the SHA-256 fingerprint " + e.presented.String()
}

// checkPin accepts a server by its certificate alone, whoever signed it and whatever names it holds. It must be valid at this time
// all the same: nobody has to guard the key of a certificate that is over.
func checkPin(state tls.ConnectionState, pins []certificate.Fingerprint, now time.Time) error {
	leaf := state.PeerCertificates[0] // a server shows at least one, or the handshake ends before
	presented := certificate.FingerprintOf(leaf)
	if !slices.Contains(pins, presented) {
		return &pinError{presented}
	}
	if now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return x509.CertificateInvalidError{Cert: leaf, Reason: x509.Expired,
			Detail: fmt.Sprintf("valid from %s to %s, and now is %s", leaf.NotBefore.Format(time.RFC3339), leaf.NotAfter.Format(time.RFC3339), now.UTC().Format(time.RFC3339))}
	}
	return nil
}
