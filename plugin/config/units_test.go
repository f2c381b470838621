package config

import (
	"fmt"
	"testing"
	"time"
)

func TestParseSize_Units(t *testing.T) {
	for in, want := range map[string]int64{
		"0": 0, "9500000": 9_500_000, "512k": 512_000, "512K": 512_000, "512kB": 512_000, "9.5MB": 9_500_000, "9.5 mb": 9_500_000, "1MiB": 1 << 20, "1mib": 1 << 20,
		"64KiB": 64 << 10, "0.5KiB": 512, "1G": 1e9, "1GiB": 1 << 30, "10B": 10, ".5k": 500, "5.k": 5000, "9223372036854775807": 1<<63 - 1,
		"": -1, "k": -1, ".": -1, "-1": -1, "+1": -1, "1e3": -1, "0x10": -1, "1.2.3": -1, "1,000": -1, "1.5": -1, "0.0001k": -1, "1 2": -1, "1T": -1, "1ki": -1, "1_000": -1,
		"9223372036854775808": -1, "9999999999G": -1, "000000000000000000001": -1, "１": -1, "1/2": -1,
	} {
		if got, ok := parseSize(in); ok != (want >= 0) || ok && got != want {
			t.Errorf("%q: got %d, %v, want %d", in, got, ok, want)
		}
	}
}

func TestParseDuration_Units(t *testing.T) {
	for in, want := range map[string]time.Duration{
		"15s": 15 * time.Second, "15S": 15 * time.Second, "15 s": 15 * time.Second, "500ms": 500 * time.Millisecond, "1m30s": 90 * time.Second, "1.5s": 1500 * time.Millisecond,
		"15": 15 * time.Second, "0.5": 500 * time.Millisecond, "0": 0, "0s": 0, "-5s": -5 * time.Second, "2h": 2 * time.Hour,
	} {
		if got, ok := parseDuration(in); !ok || got != want {
			t.Errorf("%q: got %s, %v, want %s", in, got, ok, want)
		}
	}
	for _, in := range []string{"", "s", "-5", "1e3", "15sec", "15 minutes", "1m 30s", "1d", "9999999999999", "99999999999999h", "0.00000000001", "NaN", "Inf"} {
		if got, ok := parseDuration(in); ok {
			t.Errorf("%q: got %s, want an error", in, got)
		}
	}
}

func TestFormatSize_IsShort(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0", 1: "1B", 1000: "1kB", 1024: "1KiB", 9_500_000: "9500kB", 10_000_000: "10MB", 64 << 10: "64KiB", 1 << 30: "1GiB"} {
		if got := formatSize(bytes); got != want {
			t.Errorf("%d: got %s, want %s", bytes, got, want)
		}
	}
	for d, want := range map[time.Duration]string{time.Millisecond: "1ms", 10 * time.Minute: "10m", time.Hour: "1h", 90 * time.Second: "1m30s", 10*time.Hour + 10*time.Minute: "10h10m", 0: "0s"} {
		if got := formatDuration(int64(d)); got != want {
			t.Errorf("%v: got %s, want %s", d, got, want)
		}
	}
}

// FuzzUnits: what is read and written again is the same; whole numbers are themselves in every
// unit.
func FuzzUnits(f *testing.F) {
	for _, s := range []string{"1", "9.5MB", "512k", "15s", "1m30s", "-1", "1e9", ".", "99999999999999999999", "0.1s"} {
		f.Add(s, uint16(7))
	}
	f.Fuzz(func(t *testing.T, s string, n uint16) {
		if size, ok := parseSize(s); ok {
			if size < 0 {
				t.Errorf("%q is %d bytes", s, size)
			}
			if again, ok := parseSize(formatSize(size)); !ok || again != size {
				t.Errorf("%q is %d bytes, written %q, read %d", s, size, formatSize(size), again)
			}
		}
		if d, ok := parseDuration(s); ok {
			if again, ok := parseDuration(formatDuration(int64(d))); !ok || again != d {
				t.Errorf("%q is %v, written %q, read %v", s, d, formatDuration(int64(d)), again)
			}
		}
		for _, u := range sizeUnits {
			if got, ok := parseSize(fmt.Sprint(n, u.name)); !ok || got != int64(n)*u.bytes {
				t.Errorf("%d%s is %d", n, u.name, got)
			}
		}
		if got, ok := parseDuration(fmt.Sprint(n)); !ok || got != time.Duration(n)*time.Second {
			t.Errorf("%d is %v", n, got)
		}
	})
}
