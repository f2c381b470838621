package certificate

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"out_dynatrace/plugin/option"
	"out_dynatrace/plugin/secret"
)

// maxFile bounds a PEM file, in bytes.
const maxFile = 16 << 20

// The options whose files are read here.
const (
	optCAFile   = "tls_ca_file"
	optCertFile = "tls_cert_file"
	optKeyFile  = "tls_key_file"
)

// ReadAuthorities reads the certificates in a PEM file (option tls_ca_file) of at most 16 MiB: at
// least one, and none that is broken. An error is an option.Error of one line.
func ReadAuthorities(path string) ([]*x509.Certificate, error) {
	certificates, _, err := readCertificates(path)
	if err != nil {
		return nil, &option.Error{Name: optCAFile, Err: err}
	}
	return certificates, nil
}

// ReadKeyPair reads a certificate, with the intermediate ones that belong to it, and its key from
// PEM files of at most 16 MiB (options tls_cert_file and tls_key_file). Both may be one file; then
// an error about the key is one of tls_cert_file, since tls_key_file need not be set. An error is
// an option.Error of one line and shows nothing of the key.
func ReadKeyPair(certFile, keyFile string) (tls.Certificate, error) {
	_, certData, err := readCertificates(certFile)
	if err != nil {
		return tls.Certificate{}, &option.Error{Name: optCertFile, Err: err}
	}
	name, keyData := optCertFile, certData
	if keyFile != certFile {
		name = optKeyFile
		keyData, err = secret.ReadBounded(keyFile, maxFile)
	}
	if err == nil {
		err = checkKey(keyFile, keyData)
	}
	if errors.Is(err, errNoKey) && name == optCertFile {
		err = fmt.Errorf("%w; if it is in another file, `%s` must name that", err, optKeyFile)
	}
	if err != nil {
		return tls.Certificate{}, &option.Error{Name: name, Err: err}
	}
	pair, err := tls.X509KeyPair(certData, keyData)
	if err != nil { // its texts name neither file and repeat nothing of them
		return tls.Certificate{}, option.Errorf(name,
			"got %s, whose key cannot be used with the first certificate of %s: %w",
			secret.Quote(keyFile), secret.Quote(certFile), err)
	}
	return pair, nil
}

// readCertificates returns the certificates of a PEM file and its content.
func readCertificates(path string) (certificates []*x509.Certificate, data []byte, _ error) {
	data, err := secret.ReadBounded(path, maxFile)
	if err != nil {
		return nil, nil, err
	}
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, nil, fmt.Errorf("got %s, whose certificate %d cannot be read: %w",
				secret.Quote(path), len(certificates)+1, err)
		}
		certificates = append(certificates, certificate)
	}
	if len(certificates) > 0 {
		return certificates, data, nil
	}
	if _, err := x509.ParseCertificate(data); err == nil {
		return nil, nil, fmt.Errorf("got %s, a certificate in DER form, takes PEM; "+
			"convert it with `openssl x509 -inform der`", secret.Quote(path))
	}
	return nil, nil, fmt.Errorf("got %s, which holds no certificate, "+
		"takes a PEM file with at least one (-----BEGIN CERTIFICATE-----)", secret.Quote(path))
}

var errNoKey = errors.New("holds no key, takes a PEM file with one (-----BEGIN PRIVATE KEY-----)")

// checkKey makes sure that there is a key, and one that needs no password.
func checkKey(path string, data []byte) error {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" ||
			strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return fmt.Errorf("got %s, whose key has a password, takes one without; "+
				"`openssl pkey -in FILE -out FILE` removes it", secret.Quote(path))
		}
		return nil
	}
	return fmt.Errorf("got %s, which %w", secret.Quote(path), errNoKey)
}
