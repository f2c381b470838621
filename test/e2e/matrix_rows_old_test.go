package e2e

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/ingest"
)

// oldAge is older than the 24 hours that the API accepts.
const oldAge = 30 * time.Hour

// isOld reports whether a line of a row with dates is old: every tenth is.
func isOld(n int) bool { return n%10 == 0 }

// timeOf returns the time of a line in a row with dates.
func (t *trial) timeOf(n int) time.Time {
	if isOld(n) {
		return time.Now().Add(-oldAge)
	}
	return time.Now()
}

// oldRows returns rows in which some records are older than the API accepts, for each mode of the
// plugin and of the server.
func oldRows() []row {
	var old []int
	for n := range 1601 {
		if n > 0 && isOld(n) {
			old = append(old, n)
		}
	}
	server := func(mode ingest.OldRecords, body ingest.PartialBody) ingest.Options {
		return ingest.Options{OldRecords: mode, PartialBody: body}
	}
	const drops, rejects = "a server that drops them", "a server that rejects the request"
	restamped := func(how string, s ingest.Options) row {
		return row{name: "old records, `old_records restamp`, " + how, told: tellsOK, dated: true, server: s, requests: 8, options: []string{"old_records", "restamp"},
			check: func(t *trial, _ outcome) { t.wantRestamped(len(old)) }}
	}
	dropped := func(how string, s ingest.Options) row {
		return row{name: "old records, `old_records drop`, " + how, told: tellsOK, dated: true, server: s, requests: 8, options: []string{"old_records", "drop"},
			lost: old, lostWhy: "the old records, counted", check: func(t *trial, _ outcome) { t.wantRestamped(0) }}
	}
	sent := func(how string, s ingest.Options) row {
		return row{name: "old records, `old_records send`, " + how, told: tellsOK, dated: true, server: s, options: []string{"old_records", "send"}, lost: old}
	}
	details := sent(drops+" (200, `details`)", server(ingest.OldDropped, ingest.PartialDetails))
	details.lostWhy, details.requests = "the old records; the answer says how many, but not which", 8
	details.check = saysPartial
	success := details
	success.name, success.server = "old records, `old_records send`, "+drops+" (200, `success`)", server(ingest.OldDropped, ingest.PartialSuccess)
	refused := sent(rejects, server(ingest.OldRejectsBatch, 0))
	refused.lostWhy, refused.dead, refused.deadReason = "the old records, which are in the dead letter file", len(old), "rejected_time_range"
	refused.requests, refused.refusals = 20, []string{ingest.ReasonTooOld} // set aside at once, not searched for
	return []row{
		restamped(drops, server(ingest.OldDropped, 0)),
		restamped(rejects, server(ingest.OldRejectsBatch, 0)),
		dropped(drops, server(ingest.OldDropped, 0)),
		dropped(rejects, server(ingest.OldRejectsBatch, 0)),
		details, success, refused,
	}
}

// saysPartial checks that the server's message about the records that it dropped is logged.
func saysPartial(t *trial, out outcome) {
	t.Helper()
	if len(with(out.lines, "warn", "events were not ingested because of timestamp out of correct time range")) == 0 {
		t.Errorf("no word of the records that were not taken:\n%s", show(out.lines))
	}
}

// wantRestamped checks that n records carry their original time as an attribute, to the second, and
// that all are stored with the current time.
func (t *trial) wantRestamped(n int) {
	t.Helper()
	restamped := 0
	for _, record := range t.d.Records() {
		var r struct {
			Content   string    `json:"content"`
			Timestamp time.Time `json:"timestamp"`
			Original  string    `json:"log.original_timestamp"`
		}
		if err := json.Unmarshal(record, &r); err != nil {
			t.Fatalf("%v: %.300s", err, record)
		}
		if age := time.Since(r.Timestamp); age > time.Hour || age < -time.Hour {
			t.Errorf("stored as of %v: %.300s", r.Timestamp, record)
		}
		if r.Original == "" {
			continue
		}
		restamped++
		original, err := time.Parse(time.RFC3339Nano, r.Original)
		if age := time.Since(original); err != nil || age < oldAge || age > oldAge+time.Hour {
			t.Errorf("the original time is %q (%v), want one %v ago", r.Original, err, oldAge)
		}
	}
	if restamped != n {
		t.Errorf("%d records carry the time that they had, want %d", restamped, n)
	}
}

// writeDated writes the lines from..to to the first input, each with a time.
func writeDated(t *testing.T, r run, from, to int, at func(int) time.Time) {
	t.Helper()
	var chunk, lines []byte
	for n := from; n <= to; n++ {
		line := numbered(n, n)
		chunk = corpus.AppendEvent(chunk, corpus.At(at(n)), nil, corpus.Fields("log", string(line[:len(line)-1])))
		lines = append(fmt.Appendf(lines, "%d ", at(n).Unix()), line...)
	}
	if h, ok := r.(*hostRun); ok {
		if err := h.Send(0, "app", chunk); err != nil {
			t.Error(err)
		}
		return
	}
	r.write(0, lines)
}
