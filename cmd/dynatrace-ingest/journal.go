package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"out_dynatrace/plugin/secret"
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
	text := "ready: endpoint " + endpoint + " (logs go to " + endpoint +
		"/api/v2/logs/ingest), profile " + c.options.Profile.String()
	if c.options.OneAgent {
		text = "ready: endpoint " + endpoint + "/v2/logs/ingest, a OneAgent before profile " +
			c.options.Profile.String()
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
	parts := []string{fmt.Sprintf("%s %s %s %s",
		e.Time.Format("15:04:05.000"), status, e.Method, secret.Quote(e.Path))}
	if e.Ingest {
		if e.Received > 0 {
			parts = append(parts, fmt.Sprintf("stored %d of %d records", e.Stored, e.Received))
		}
		parts = append(parts, fmt.Sprintf("%s wire, %s uncompressed", ingest.Size(e.Wire),
			ingest.Size(e.Uncompressed)))
	}
	add := func(name, text string) {
		if text != "" {
			parts = append(parts, name+" "+text)
		}
	}
	add("trimmed", ingest.Counts(e.Trims))
	add("dropped", ingest.Counts(e.Rejected))
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
	j.line("\nsummary\n%s", strings.TrimRight(s.Summary(), "\n"))
}
