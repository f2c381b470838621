package jsontext

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzAppendString compares AppendString with the standard library: a decoder must return the same
// string, and the text must be valid UTF-8. It also checks Fit.
func FuzzAppendString(f *testing.F) {
	for _, s := range []string{
		"", "plain", `quo"te`, `back\slash`, "tab\tnew\nret\r\b\f", "\x00\x1f\x7f", "ünïcödé 日本語 🎉", "\xff", "a\xc3", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", strings.Repeat("x", 100) + "\xe2\x82", strings.Repeat("\"", 33), strings.Repeat("\xff", 33), "12345678\"", "1234567\"8",
		"\u2028\u2029", "!!!!!!!!\x1f!", "[[[[[[[[\\[", strings.Repeat("é", 17) + "\x01",
	} {
		f.Add([]byte(strings.Repeat("y", pieceSize-3)+s), 1)
		f.Add([]byte(s), 0)
		f.Add([]byte(s), 3)
	}
	f.Fuzz(func(t *testing.T, s []byte, spare int) {
		prefix := append(make([]byte, 0, 1+max(0, spare%64)), '[')
		got := AppendString(prefix, s)
		if got[0] != '[' {
			t.Fatalf("the bytes before the string were changed: %q", got)
		}
		text := got[1:]
		if !utf8.Valid(text) {
			t.Fatalf("not valid UTF-8: %q", text)
		}
		var decoded string
		if err := json.Unmarshal(text, &decoded); err != nil {
			t.Fatalf("not JSON: %v: %q", err, text)
		}
		var want strings.Builder // each invalid byte becomes one U+FFFD
		for i := 0; i < len(s); {
			r, width := utf8.DecodeRune(s[i:])
			want.WriteRune(r)
			i += width
		}
		if decoded != want.String() {
			t.Fatalf("got %q, want %q", decoded, want.String())
		}
		for _, room := range []int{0, 1, spare % 97, len(text) - 3, len(text) - 2} {
			n := Fit(s, room)
			if size := len(AppendString(nil, s[:n])) - 2; room >= 0 && size > room {
				t.Fatalf("Fit(%q, %d) = %d, which makes %d bytes", s, room, n, size)
			}
			if n < len(s) {
				_, width := utf8.DecodeRune(s[n:])
				if more := len(AppendString(nil, s[:n+width])) - 2; more <= room {
					t.Fatalf("Fit(%q, %d) = %d, but %d bytes would fit", s, room, n, n+width)
				}
			}
		}
		var oracle bytes.Buffer
		enc := json.NewEncoder(&oracle)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(string(s)); err != nil {
			t.Fatal(err)
		}
		var viaOracle string
		if err := json.Unmarshal(oracle.Bytes(), &viaOracle); err != nil || viaOracle != decoded {
			t.Fatalf("encoding/json gives %q, we give %q (%v)", viaOracle, decoded, err)
		}
	})
}

func TestAppendFloat_KeepsTypeAndValue(t *testing.T) {
	for _, c := range []struct {
		f    float64
		bits int
		want string
	}{
		{0, 64, "0.0"}, {math.Copysign(0, -1), 64, "-0.0"}, {1, 64, "1.0"}, {-3, 64, "-3.0"}, {0.1, 64, "0.1"},
		{float64(float32(0.1)), 32, "0.1"}, {1e21, 64, "1e+21"}, {1e20, 64, "100000000000000000000.0"}, {1e-7, 64, "1e-07"},
		{math.MaxFloat64, 64, "1.7976931348623157e+308"}, {5e-324, 64, "5e-324"},
		{math.NaN(), 64, `"NaN"`}, {math.Inf(1), 64, `"Infinity"`}, {math.Inf(-1), 32, `"-Infinity"`},
	} {
		got := string(AppendFloat(nil, c.f, c.bits))
		if got != c.want {
			t.Errorf("AppendFloat(%v, %d) = %s, want %s", c.f, c.bits, got, c.want)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%s is not JSON", got)
		}
	}
}

func TestAppendString_AllocatesNothing(t *testing.T) {
	s := []byte(strings.Repeat("log line with \"quotes\" and ünïcode\t", 100))
	dst := make([]byte, 0, 8*len(s))
	if n := testing.AllocsPerRun(100, func() { dst = AppendString(dst[:0], s) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAppendString(b *testing.B) {
	for name, s := range map[string]string{
		"clean": strings.Repeat("GET /api/v1/items HTTP/1.1 200 ", 8),
		"json":  strings.Repeat(`{"level":"info","msg":"done"}`, 8),
		"utf8":  strings.Repeat("日本語のログ行です。", 8),
		"short": "kubernetes.pod_name",
	} {
		b.Run(name, func(b *testing.B) {
			dst := make([]byte, 0, 8*len(s))
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				dst = AppendString(dst[:0], []byte(s))
			}
		})
	}
}
