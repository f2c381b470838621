package certificate

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"out_dynatrace/plugin/secret"
)

// Fingerprint is the SHA-256 hash of a certificate in DER form: what openssl, browsers and Java's
// keytool show. It is public.
type Fingerprint [sha256.Size]byte

// FingerprintOf returns the fingerprint of a certificate.
func FingerprintOf(c *x509.Certificate) Fingerprint { return sha256.Sum256(c.Raw) }

// String returns the fingerprint as openssl prints it, AB:CD:..., which ParseFingerprint reads.
func (f Fingerprint) String() string {
	var b strings.Builder
	for i, octet := range f {
		if i > 0 {
			b.WriteByte(':')
		}
		fmt.Fprintf(&b, "%02X", octet)
	}
	return b.String()
}

// fingerprintLabels are what programs write before a fingerprint, in lower case.
var fingerprintLabels = []string{"sha256 fingerprint=", "sha256:"}

// ParseFingerprint reads a SHA-256 fingerprint in hex, with or without colons, or in base64. An
// error is one line, without the name of the option.
func ParseFingerprint(s string) (Fingerprint, error) {
	text := strings.TrimSpace(s)
	for _, label := range fingerprintLabels {
		if len(text) > len(label) && strings.EqualFold(text[:len(label)], label) {
			text = text[len(label):]
		}
	}
	if strings.HasPrefix(strings.ToLower(text), "sha256//") { // as curl writes it
		return Fingerprint{}, fmt.Errorf("got %s, the pin of a public key, takes the fingerprint of "+
			"the whole certificate (openssl x509 -noout -fingerprint -sha256)", secret.Quote(s))
	}
	digits := strings.ReplaceAll(text, ":", "")
	data, err := hex.DecodeString(digits)
	if err != nil {
		data, err = decodeBase64(text)
	}
	switch {
	case err != nil, text == "":
		return Fingerprint{}, fmt.Errorf("got %s, takes 64 hexadecimal digits, "+
			"with or without colons, or 44 characters of base64", secret.Quote(s))
	case len(data) == 20 || len(data) == 16: // SHA-1, MD5
		return Fingerprint{}, fmt.Errorf("got %s, a fingerprint of %d bytes, takes one of SHA-256, "+
			"which has 32 (openssl x509 -noout -fingerprint -sha256)", secret.Quote(s), len(data))
	case len(data) != sha256.Size:
		return Fingerprint{}, fmt.Errorf("got %s, of %d bytes, takes a SHA-256 fingerprint, which has 32",
			secret.Quote(s), len(data))
	}
	return Fingerprint(data), nil
}

// decodeBase64 reads any of the usual alphabets, with or without padding.
func decodeBase64(s string) ([]byte, error) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	return base64.RawStdEncoding.DecodeString(s)
}
