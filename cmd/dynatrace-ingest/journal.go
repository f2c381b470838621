package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"out_dynatrace/test/ingest"
)

// journal writes what a user reads. It may be used concurrently.
type journal struct {
	mu sync.Mutex
	w  io.Writer
}

func (j *journal) line(format string, args ...any) {
	j.mu.Lock()
	defer j.mu.Unlock()
	fmt.Fprintf(j.w, format+"\n", args...)
}

// start names the endpoint to configure.
func (j *journal) start(endpoint string, c *config) {
	text := "ready: endpoint " + endpoint + " (logs go to " + endpoint + "/api/v2/logs/ingest), profile " + c.options.Profile.String()
	if c.options.OneAgent {
		text = "ready: endpoint " + endpoint + "/v2/logs/ingest, a OneAgent before profile " + c.options.Profile.String()
	}
	if c.certOut != "" {
		text += ", certificate in " + c.certOut
	}
	j.line("%s", text)
}

// exchange writes one line for a request.
func (j *journal) exchange(e ingest.Exchange) {
	status := "cut"
	if e.Status != 0 {
		status = fmt.Sprint(e.Status)
	}
	parts := []string{fmt.Sprintf("%s %s %s %q", e.Time.Format("15:04:05.000"), status, e.Method, e.Path)}
	if e.Ingest {
		if e.Received > 0 {
			parts = append(parts, fmt.Sprintf("stored %d of %d records", e.Stored, e.Received))
		}
		parts = append(parts, fmt.Sprintf("%s wire, %s uncompressed", size(e.Wire), size(e.Uncompressed)))
	}
	add := func(name, text string) {
		if text != "" {
			parts = append(parts, name+" "+text)
		}
	}
	add("trimmed", counts(e.Trims))
	add("dropped", counts(e.Rejected))
	if e.Duplicates > 0 {
		add("duplicate keys", fmt.Sprint(e.Duplicates))
	}
	add("refused", e.Reason)
	if e.Message != "" {
		add("message", fmt.Sprintf("%q", e.Message))
	}
	add("fault", e.Fault)
	add("token", e.Token)
	parts = append(parts, e.Duration.Round(10*time.Microsecond).String())
	j.line("%s", strings.Join(parts, ", "))
}

// summary writes the totals.
func (j *journal) summary(s ingest.Stats) {
	statuses := map[string]int{}
	for status, n := range s.ByStatus {
		name := fmt.Sprint(status)
		if status == 0 {
			name = "cut"
		}
		statuses[name] = n
	}
	j.line("\nsummary")
	row := func(name, text string) {
		if text != "" {
			j.line("  %-18s %s", name, text)
		}
	}
	row("requests", fmt.Sprintf("%d (%d to ingest) on %d connections", s.Requests, s.IngestRequests, s.Connections))
	row("answers", counts(statuses))
	row("records", fmt.Sprintf("%d received, %d stored", s.RecordsReceived, s.RecordsStored))
	row("bytes", fmt.Sprintf("%s wire, %s uncompressed", size(s.BytesWire), size(s.BytesUncompressed)))
	row("records trimmed", counts(s.Trims))
	row("records dropped", counts(s.RejectedRecords))
	row("requests refused", counts(s.RejectedRequests))
	if s.DuplicateKeys > 0 {
		row("duplicate keys", fmt.Sprint(s.DuplicateKeys))
	}
	if s.Faults > 0 {
		row("faults", fmt.Sprint(s.Faults))
	}
}

// counts writes a map as "name 3 + name 1", sorted by name.
func counts(m map[string]int) string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, m[name]))
	}
	return strings.Join(parts, " + ")
}

// size writes a number of bytes with three figures; kB and MB are decimal.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}
