package certificate

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"

	"out_dynatrace/test/pki"
)

func TestParseFingerprint_EveryUsualForm(t *testing.T) {
	want := FingerprintOf(pki.SelfSigned(t, "ag").Leaf)
	plain := hex.EncodeToString(want[:])
	for _, s := range []string{
		want.String(), strings.ToLower(want.String()), plain, strings.ToUpper(plain), "  " + plain + "\n",
		"SHA256 Fingerprint=" + want.String(), "sha256 Fingerprint=" + want.String(), "SHA256:" + plain, "SHA256:" + base64.RawStdEncoding.EncodeToString(want[:]),
		base64.StdEncoding.EncodeToString(want[:]), base64.RawStdEncoding.EncodeToString(want[:]), base64.URLEncoding.EncodeToString(want[:]),
	} {
		if got, err := ParseFingerprint(s); err != nil || got != want {
			t.Errorf("%q: got %s, %v", s, got, err)
		}
	}
	for s, says := range map[string]string{
		"":                               "takes 64 hexadecimal digits",
		"SHA256 Fingerprint=":            "takes 64 hexadecimal digits",
		"AB:CD":                          "of 2 bytes",
		strings.Repeat("AB:", 19) + "AB": "a fingerprint of 20 bytes, takes one of SHA-256",
		strings.Repeat("g", 64):          "of 48 bytes",
		"not a fingerprint":              "takes 64 hexadecimal digits",
		"sha256//YhKJKSzoTt2b5FP18fvpHo7fJYqQCjAa3HWY3tvRMwE=": "the pin of a public key",
	} {
		if _, err := ParseFingerprint(s); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %v, want %q", s, err, says)
		}
	}
}

func FuzzFingerprint(f *testing.F) {
	for _, s := range []string{"", "SHA256:", strings.Repeat("ab", 32), strings.Repeat("AB:", 31) + "AB", "YhKJKSzoTt2b5FP18fvpHo7fJYqQCjAa3HWY3tvRMwE=", "sha256//x", "sha256 fingerprint=\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		pin, err := ParseFingerprint(s)
		if err != nil {
			if strings.Contains(err.Error(), "\n") || len(err.Error()) > 600 {
				t.Errorf("the error is no short line: %q", err)
			}
			return
		}
		if again, err := ParseFingerprint(pin.String()); err != nil || again != pin {
			t.Errorf("%q is read as %s and that as %s, %v", s, pin, again, err)
		}
	})
}
