package telemetry

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestOneLine(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		limit            int
	}{
		{"leaves plain text alone", "connection refused", "connection refused", 100},
		{"leaves letters of any script alone", "größer als 日本", "größer als 日本", 100},
		{"escapes line breaks", "a\r\nb", `a\r\nb`, 100},
		{"escapes terminal control sequences", "\x1b[31mred", `\x1b[31mred`, 100},
		{"escapes Unicode line separators and direction marks", "a\u2028b\u202ec", `a\u2028b\u202ec`, 100},
		{"replaces bytes that are not UTF-8", "a\xffb", "a\ufffdb", 100},
		{"cuts a long text and says so", "abcdefghij", "abcde...", 8},
		{"keeps a text of exactly the limit", "abcdefgh", "abcdefgh", 8},
		{"keeps a text that reaches the limit only by an escape", "abcdefgh\n", `abcdefgh\n`, 10},
		{"cuts between characters", "aaaa日本日本", "aaaa...", 8},
		{"gives nothing where not even the mark fits", "abcdef", "", 2},
		{"leaves the empty text empty", "", "", 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := OneLine(c.text, c.limit); got != c.want {
				t.Errorf("OneLine(%q, %d) = %q, want %q", c.text, c.limit, got, c.want)
			}
		})
	}
}

func FuzzOneLine(f *testing.F) {
	f.Add("a\r\n\x1b[0m\u2028\xff日本", 7)
	f.Add(strings.Repeat("日", 100), 50)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = max(0, min(limit, 1<<12))
		got := OneLine(text, limit)
		if len(got) > limit {
			t.Errorf("%d bytes, limit %d", len(got), limit)
		}
		if !utf8.ValidString(got) {
			t.Errorf("not UTF-8: %q", got)
		}
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x2028 }) {
			t.Errorf("control character in %q", got)
		}
	})
}
