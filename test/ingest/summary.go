package ingest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Summary returns the totals as text for a person, one fact a line.
func (s Stats) Summary() string {
	var b strings.Builder
	row := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "  %-18s %s\n", name, text)
		}
	}
	number := func(n int) string {
		if n == 0 {
			return ""
		}
		return fmt.Sprint(n)
	}
	answers := map[string]int{}
	for status, n := range s.ByStatus {
		name := fmt.Sprint(status)
		if status == 0 {
			name = "cut"
		}
		answers[name] = n
	}
	row("requests", fmt.Sprintf("%d (%d to ingest) on %d connections",
		s.Requests, s.IngestRequests, s.Connections))
	row("answers", Counts(answers))
	row("records", fmt.Sprintf("%d received, %d stored", s.RecordsReceived, s.RecordsStored))
	row("bytes", fmt.Sprintf("%s wire, %s uncompressed", Size(s.BytesWire), Size(s.BytesUncompressed)))
	row("records trimmed", Counts(s.Trims))
	row("records dropped", Counts(s.RejectedRecords))
	row("requests refused", Counts(s.RejectedRequests))
	row("duplicate keys", number(s.DuplicateKeys))
	row("faults", number(s.Faults))
	return b.String()
}

// Counts writes a map as "name 3 + name 1", sorted by name.
func Counts(m map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, m[name]))
	}
	return strings.Join(parts, " + ")
}

// Size writes a number of bytes with three figures; kB and MB are decimal.
func Size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
