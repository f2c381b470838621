package record

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzLowered: the key of an attribute is that of the standard library, cut at the limit, however it is put together.
func FuzzLowered(f *testing.F) {
	for _, key := range []string{"", "Key", "ÉTÉ", "\u212Aey", "t\u0130me", "A\xff\xfeB", strings.Repeat("Ⱥ", 50), strings.Repeat("\u212A", 100), strings.Repeat("a", 99) + "日A"} {
		f.Add([]byte(key), 100, 3)
	}
	f.Fuzz(func(t *testing.T, key []byte, limit, split int) {
		if limit < 1 || limit > 1000 || len(key) == 0 {
			return
		}
		m := NewMapper(Options{Limits: Limits{AttributeKeyBytes: limit, Attributes: 1}, LowercaseKeys: true})
		want, _ := cut([]byte(strings.ToLower(string(key))), limit)
		if got, _ := cut(m.valid(m.lowered(key)), limit); string(got) != string(want) || !utf8.Valid(got) {
			t.Errorf("%q: got %q, want %q", key, got, want)
		}
		a, b := key[:max(0, min(split, len(key)))], key[max(0, min(split, len(key))):]
		want, _ = cut([]byte(strings.ToLower(string(a)+"."+string(b))), limit)
		if got, _ := cut(m.valid(m.joined(a, b)), limit); string(got) != string(want) {
			t.Errorf("%q.%q: got %q, want %q", a, b, got, want)
		}
	})
}
