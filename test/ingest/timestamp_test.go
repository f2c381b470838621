package ingest

import (
	"testing"
	"time"
)

func TestTimestamp_AllDocumentedFormatsAreUnderstood(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-10T11:59:58Z":             "2026-03-10T11:59:58.000000000Z",
		"2026-03-10T11:59:58.123Z":         "2026-03-10T11:59:58.123000000Z",
		"2026-03-10T11:59:58.123456Z":      "2026-03-10T11:59:58.123456000Z",
		"2026-03-10T11:59:58.123456789Z":   "2026-03-10T11:59:58.123456789Z",
		"2026-03-10T13:59:58.5+02:00":      "2026-03-10T11:59:58.500000000Z",
		"2025-12-17T22:12:31.0000":         "2025-12-17T22:12:31.000000000Z",
		"2026-03-10t11:59:58z":             "2026-03-10T11:59:58.000000000Z",
		"Mar 10 11:59:58":                  "2026-03-10T11:59:58.000000000Z",
		"Mar  9 11:59:58":                  "2026-03-09T11:59:58.000000000Z",
		"Dec 31 23:59:58":                  "2025-12-31T23:59:58.000000000Z",
		"1765281600":                       "2025-12-09T12:00:00.000000000Z",
		"1765281600.25":                    "2025-12-09T12:00:00.250000000Z",
		"1765281600.123456789123":          "2025-12-09T12:00:00.123456789Z",
		"1765281600123":                    "2025-12-09T12:00:00.123000000Z",
		"1765281600123.5":                  "2025-12-09T12:00:00.123500000Z",
		"1765281600123456":                 "2025-12-09T12:00:00.123456000Z",
		"1.7652816e9":                      "2025-12-09T12:00:00.000000000Z",
		"100000000000":                     "5138-11-16T09:46:40.000000000Z", // still seconds
		"100000000001":                     "1973-03-03T09:46:40.001000000Z", // already milliseconds
		"9999999999999999":                 "2286-11-20T17:46:39.999999000Z",
		"0":                                "1970-01-01T00:00:00.000000000Z",
		"2024-02-29T00:00:00.000000000001": "2024-02-29T00:00:00.000000000Z",
	} {
		got, ok := parseTimestamp(text, noon)
		if s := got.Format(timestampLayout); !ok || s != want {
			t.Errorf("%s: got %s, %t; want %s", text, s, ok, want)
		}
	}
}

func TestTimestamp_OtherFormatsAreNotUnderstood(t *testing.T) {
	for _, text := range []string{
		"", "yesterday", "1765281600123456789", "10000000000000000", "-1", "1e999999999", "0x10", "1_000", "Infinity", "nan",
		"2026-03-10 11:59:58", "2026-03-10T11:59:58,5Z", "2026-02-30T11:59:58Z", "2026-03-10T11:59:58+0200", "2026-03-10",
		"Mar 32 11:59:58", "Feb 29 11:59:58", "Mar 10 11:59", "1765281600 ",
	} {
		if got, ok := parseTimestamp(text, noon); ok {
			t.Errorf("%q was understood as %s", text, got)
		}
	}
}

func TestTimestamp_RFC3164TakesTheNearestYear(t *testing.T) {
	newYear := time.Date(2026, 12, 31, 23, 59, 0, 0, time.UTC)
	got, ok := parseTimestamp("Jan  1 00:01:00", newYear)
	if want := time.Date(2027, 1, 1, 0, 1, 0, 0, time.UTC); !ok || !got.Equal(want) {
		t.Errorf("got %s, %t; want %s", got, ok, want)
	}
}

func FuzzTimestamp(f *testing.F) {
	for _, seed := range []string{"2026-03-10T11:59:58.123+02:00", "Mar  9 11:59:58", "1765281600.5", "1e9", "9999999999999999.9"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := parseTimestamp(text, noon)
		if !ok {
			return
		}
		if got.Location() != time.UTC {
			t.Fatalf("%q: %s is not UTC", text, got)
		}
		stored := got.Format(timestampLayout)
		if again, ok := parseTimestamp(stored, noon); !ok || !again.Equal(got) {
			t.Fatalf("%q: stored as %s, which reads as %s, %t", text, stored, again, ok)
		}
	})
}
