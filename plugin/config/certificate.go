package config

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// ReadAuthorities reads the certificates in a PEM file (option tls_ca_file) of at most 16 MiB: at least one, and none that is broken.
// The error is one line that begins with the name of the option.
func ReadAuthorities(path string) ([]*x509.Certificate, error) {
	data, err := readFile(path, maxPEMFile)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", optTLSCAFile, err)
	}
	certificates, err := parseCertificates(path, data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", optTLSCAFile, err)
	}
	return certificates, nil
}

// ReadKeyPair reads a certificate, with those that belong to it, and its key from PEM files (options tls_cert_file and tls_key_file),
// which may be one; then an error about the key names tls_cert_file, since tls_key_file need not be set. The error is one line that begins with the name of the option at fault, and holds nothing of the key.
func ReadKeyPair(certFile, keyFile string) (tls.Certificate, error) {
	certData, err := readFile(certFile, maxPEMFile)
	if err == nil {
		_, err = parseCertificates(certFile, certData)
	}
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s: %w", optTLSCertFile, err)
	}
	option, keyData := optTLSCertFile, certData
	if keyFile != certFile {
		option = optTLSKeyFile
		keyData, err = readFile(keyFile, maxPEMFile)
	}
	if err == nil {
		err = checkKey(keyFile, keyData)
	}
	if errors.Is(err, errNoKey) && option == optTLSCertFile {
		err = fmt.Errorf("%w; if it is in another file, `%s` must name that", err, optTLSKeyFile)
	}
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("%s: %w", option, err)
	}
	pair, err := tls.X509KeyPair(certData, keyData)
	if err != nil { // its texts name neither file and repeat nothing of them
		return tls.Certificate{}, fmt.Errorf("%s: got %s, whose key cannot be used with the first certificate of %s: %w", option, quote(keyFile), quote(certFile), err)
	}
	return pair, nil
}

func parseCertificates(path string, data []byte) ([]*x509.Certificate, error) {
	var certificates []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("got %s, whose certificate %d cannot be read: %w", quote(path), len(certificates)+1, err)
		}
		certificates = append(certificates, certificate)
	}
	if len(certificates) > 0 {
		return certificates, nil
	}
	if _, err := x509.ParseCertificate(data); err == nil {
		return nil, fmt.Errorf("got %s, a certificate in DER form, takes PEM; convert it with `openssl x509 -inform der`", quote(path))
	}
	return nil, fmt.Errorf("got %s, which holds no certificate, takes a PEM file with at least one (-----BEGIN CERTIFICATE-----)", quote(path))
}

var errNoKey = errors.New("holds no key, takes a PEM file with one (-----BEGIN PRIVATE KEY-----)")

// checkKey makes sure that there is a key, and one that needs no password.
func checkKey(path string, data []byte) error {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		if block.Type == "ENCRYPTED PRIVATE KEY" || strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED") {
			return fmt.Errorf("got %s, whose key has a password, takes one without; `openssl pkey -in FILE -out FILE` takes it off", quote(path))
		}
		return nil
	}
	return fmt.Errorf("got %s, which %w", quote(path), errNoKey)
}
