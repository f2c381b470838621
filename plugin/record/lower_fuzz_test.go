package record

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzLowered: the key of an attribute is that of the standard library, cut at the limit, however
// it is put together.
func FuzzLowered(f *testing.F) {
	for _, key := range []string{"", "Key", "ÉTÉ", "\u212Aey", "t\u0130me", "A\xff\xfeB", strings.Repeat("Ⱥ", 50), strings.Repeat("\u212A", 100), strings.Repeat("a", 99) + "日A"} {
		f.Add([]byte(key), 100, 3)
	}
	f.Fuzz(func(t *testing.T, key []byte, limit, split int) {
		if limit < 1 || limit > 1000 || len(key) == 0 {
			return
		}
		b := lowering(Limits{AttributeKeyBytes: limit, Attributes: 1})
		want, _ := Trim([]byte(strings.ToLower(string(key))), limit)
		if got, _ := Trim(b.valid(b.Lowered(key)), limit); string(got) != string(want) || !utf8.Valid(got) {
			t.Errorf("%q: got %q, want %q", key, got, want)
		}
		x, y := key[:max(0, min(split, len(key)))], key[max(0, min(split, len(key))):]
		want, _ = Trim([]byte(strings.ToLower(string(x)+"."+string(y))), limit)
		if got, _ := Trim(b.valid(b.Joined(x, y)), limit); string(got) != string(want) {
			t.Errorf("%q.%q: got %q, want %q", x, y, got, want)
		}
	})
}

// lowering returns a Builder that turns keys into lower case.
func lowering(limits Limits) *Builder {
	var b Builder
	b.Init(Rules{Limits: limits, LowercaseKeys: true})
	b.Begin(new(Record))
	return &b
}

func TestAKeyInLowerCaseTakesLittleMoreThanTheLimitOfKeys(t *testing.T) {
	for _, key := range []string{strings.Repeat("A", 1<<20), strings.Repeat("Ⱥ", 1<<20), strings.Repeat("a", 1<<20), strings.Repeat("é", 1<<20) + "A"} {
		if n := len(appendLower(nil, []byte(key), 100)); n <= 100 || n > 104 {
			t.Errorf("%d bytes of %.2s", n, key)
		}
		b := lowering(Limits{AttributeKeyBytes: 100, Attributes: 1})
		if n := len(b.Joined([]byte(key), []byte(key))); n > 2*104+1 {
			t.Errorf("%d bytes of two %.2s", n, key)
		}
	}
}
