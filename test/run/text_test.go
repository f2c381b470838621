package main

import (
	"strings"
	"testing"
)

func TestNumbersAreWrittenForPeople(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		if got := count(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int64]string{999: "999 bytes", 1_500: "1.5 kB", 2_500_000: "2.5 MB", 3_000_000_000: "3.0 GB"} {
		if got := bytesText(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
	if got := number(1, "line") + ", " + number(2000, "line"); got != "1 line, 2,000 lines" {
		t.Error(got)
	}
}

func TestNothingInALogReachesTheTerminalUnescaped(t *testing.T) {
	got := plain("\x1b[31mred\x1b[0m\tbell\a nul\x00 c1\u009b rtl\u202e del\x7f bad\xff 注文", 200)
	want := `\x1b[31mred\x1b[0m\tbell\a nul\x00 c1\u009b rtl\u202e del\x7f bad` + "\uFFFD 注文"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTextsAreCutAtTheColumn(t *testing.T) {
	for text, want := range map[string]string{
		"exactly ten":              "exactly...",
		"0123456789":               "0123456789",
		"注文を受け付けました":               "注文を...",
		"e\u0301e\u0301 combining": "e\u0301e\u0301 comb...",
		strings.Repeat("x", 1e6):   "xxxxxxx...",
	} {
		if got := plain(text, 10); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestParagraphsAreWrapped(t *testing.T) {
	got := wrap("  one two  three "+strings.Repeat("x", 30), 9)
	if want := []string{"one two", "three", "xxxxxx..."}; strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q", got)
	}
	if got := wrap("", 9); len(got) != 1 || got[0] != "" {
		t.Errorf("of nothing: %q", got)
	}
}
