package flushtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/test/corpus"
)

// Clock is the time of the tests.
var Clock = time.Unix(1700000000, 0)

// Lines is a Logger that keeps what it is given.
type Lines struct {
	mu  sync.Mutex
	All []string
}

// Enabled reports true.
func (l *Lines) Enabled(telemetry.Level) bool { return true }

// Log keeps a line, after the number of its level.
func (l *Lines) Log(level telemetry.Level, message string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.All = append(l.All, fmt.Sprint(int(level), " ", message))
}

// Count returns the number of lines that contain a text.
func (l *Lines) Count(part string) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.All {
		if strings.Contains(line, part) {
			n++
		}
	}
	return n
}

// Sum adds up the numbers that stand behind a phrase.
func (l *Lines) Sum(phrase string) (total int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, line := range l.All {
		if _, rest, found := strings.Cut(line, phrase); found {
			n := 0
			fmt.Sscan(rest, &n)
			total += n
		}
	}
	return total
}

// Stored is a record as a World received it.
type Stored struct {
	Content, Timestamp string
	Original           string `json:"log.original_timestamp"`
	UID                string `json:"log.record.uid"`
}

// World is a Sender that judges payloads by their records, and keeps what it accepted.
type World struct {
	// Before may return a verdict without a look at the payload; nil never does.
	Before func() *deliver.Verdict
	// Bad reports whether a record makes its payload rejected.
	Bad func(Stored) bool
	// Oldest rejects payloads with records before it; with AllOld only if all of them are.
	Oldest time.Time
	AllOld bool
	// Most is the largest body, in bytes; 0 is any.
	Most int

	mu       sync.Mutex
	Requests int
	Taken    []Stored
	Bodies   []int
}

// Send returns the verdict on a payload.
func (w *World) Send(_ context.Context, p *batch.Payload, _ bool) deliver.Verdict {
	records := Decode(p)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Requests++
	w.Bodies = append(w.Bodies, p.RawBytes)
	if w.Before != nil {
		if v := w.Before(); v != nil {
			return *v
		}
	}
	if w.Most > 0 && p.RawBytes > w.Most {
		return deliver.Verdict{Kind: deliver.TooLarge, Reason: deliver.ReasonTooLarge, Status: 413, Message: "too large"}
	}
	old := 0
	for _, r := range records {
		if at, err := time.Parse(time.RFC3339Nano, r.Timestamp); err != nil || at.Before(w.Oldest) {
			old++
		}
		if w.Bad != nil && w.Bad(r) {
			return deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonRejected, Status: 400, Message: "bad input"}
		}
	}
	if old == len(records) || old > 0 && !w.AllOld {
		return deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonTimeRange, Status: 400, Message: "out of range"}
	}
	w.Taken = append(w.Taken, records...)
	return deliver.Verdict{Kind: deliver.Accepted, Reason: deliver.ReasonAccepted, Status: 204}
}

// Decode returns the records of a payload. It panics if they are not what the payload says.
func Decode(p *batch.Payload) (records []Stored) {
	body := p.Body
	if p.ContentEncoding == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(p.Body))
		if err != nil {
			panic(err)
		}
		if body, err = io.ReadAll(z); err != nil {
			panic(err)
		}
	}
	if err := json.Unmarshal(body, &records); err != nil || len(records) != p.Records || len(body) != p.RawBytes {
		panic(fmt.Sprint(err, " or not what the payload says: ", len(records), " records of ", p.Records))
	}
	return records
}

// Times counts how often each content was accepted.
func (w *World) Times() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	times := make(map[string]int)
	for _, r := range w.Taken {
		times[r.Content]++
	}
	return times
}

// Poison is the start of a bad record.
const Poison = "Poison"

// IsPoison reports whether a record is bad.
func IsPoison(r Stored) bool { return strings.HasPrefix(r.Content, Poison) }

// Contents returns n contents, bad ones at the given positions.
func Contents(n int, bad ...int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprint("line ", i)
	}
	for _, i := range bad {
		all[i] = fmt.Sprint(Poison, " ", i)
	}
	return all
}

// Chunk returns a chunk of events with these contents, at Clock.
func Chunk(contents ...string) (data []byte) {
	for i, c := range contents {
		data = corpus.AppendEvent(data, corpus.EventTime(uint32(Clock.Unix()), uint32(i)), corpus.Map(), corpus.Fields("log", c))
	}
	return data
}

// Server is a Sender that follows a script, repeats its last step, and keeps the
// contents it accepted.
type Server struct {
	mu       sync.Mutex
	Script   []func(*batch.Payload) deliver.Verdict
	Requests int
	Waits    []bool
	Contents []string
}

// Send takes the next step of the script.
func (s *Server) Send(_ context.Context, p *batch.Payload, wait bool) deliver.Verdict {
	s.mu.Lock()
	defer s.mu.Unlock()
	step := s.Script[min(s.Requests, len(s.Script)-1)]
	s.Requests++
	s.Waits = append(s.Waits, wait)
	v := step(p)
	if v.Kind == deliver.Accepted {
		for _, r := range Decode(p) {
			s.Contents = append(s.Contents, r.Content)
		}
	}
	return v
}

// Answer is a step of a script that gives the same verdict whatever it is sent.
func Answer(v deliver.Verdict) func(*batch.Payload) deliver.Verdict {
	return func(*batch.Payload) deliver.Verdict { return v }
}

// WantOnce fails the test unless every good content was accepted exactly once, and no bad one.
func (w *World) WantOnce(t *testing.T, all []string) {
	t.Helper()
	times, wrong := w.Times(), 0
	for _, c := range all {
		want := 1
		if strings.HasPrefix(c, Poison) {
			want = 0
		}
		if times[c] != want {
			if wrong++; wrong < 5 {
				t.Errorf("%q was taken %d times, want %d", c, times[c], want)
			}
		}
		delete(times, c)
	}
	if wrong >= 5 || len(times) > 0 {
		t.Errorf("%d records are wrong, %d are unknown", wrong, len(times))
	}
}
