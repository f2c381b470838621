package config

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Bounds of the files that are read at start, in bytes.
const (
	maxTokenFile = 64 << 10
	maxCAFile    = 16 << 20
)

// readFile reads a regular file of at most limit bytes. It never waits, as a pipe would make it do.
func readFile(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("got %s, which cannot be read: %w", quote(path), reason(err))
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("got %s, which is not a file", quote(path))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("got %s, which cannot be read: %w", quote(path), reason(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("got %s, which cannot be read: %w", quote(path), reason(err))
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("got %s, which has more than %s", quote(path), formatSize(limit))
	}
	return data, nil
}

// reason is an error of the file system without the path, which may be a token that was put in the wrong place.
func reason(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// checkCAFile makes sure that path holds at least one certificate and none that is broken.
func checkCAFile(path string) error {
	data, err := readFile(path, maxCAFile)
	if err != nil {
		return err
	}
	certificates := 0
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		certificates++
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return fmt.Errorf("got %s, whose certificate %d cannot be read: %w", quote(path), certificates, err)
		}
	}
	if certificates > 0 {
		return nil
	}
	if _, err := x509.ParseCertificate(data); err == nil {
		return fmt.Errorf("got %s, a certificate in DER form, takes PEM; convert it with `openssl x509 -inform der`", quote(path))
	}
	return fmt.Errorf("got %s, which holds no certificate, takes a PEM file with at least one (-----BEGIN CERTIFICATE-----)", quote(path))
}
