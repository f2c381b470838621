package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/host"
	"out_dynatrace/test/ingest"
)

// trial is one row in one agent with a number of workers.
type trial struct {
	*testing.T
	row     *row
	agent   agent
	workers int

	d *destination
	// section is what the agent gets; prepare may change it.
	section section
	run     run
	// deadLetters is the file that dead_letter_file names, unless the row names another.
	deadLetters string
	lines       int

	// mend ends the trouble. It is there to be replaced by prepare.
	mend func()
	// turns are the requests that a server before the destination saw.
	turns atomic.Int64
	// elsewhere is a server that must not be asked.
	elsewhere *destination
}

// result is the outcome of a trial.
type result struct {
	told          string // one of the four, or the numbers; "" when the agent does not show it
	happened      string
	lost, doubled int
	// doubledByID are the lines that came twice with different ids.
	doubledByID int
}

func newTrial(t *testing.T, r *row, a agent, workers int) *trial {
	t.Helper()
	pieces, step := r.size()
	return &trial{T: t, row: r, agent: a, workers: workers, lines: pieces * step}
}

// size returns the number of pieces and of lines in each.
func (r *row) size() (pieces, step int) {
	pieces, step = r.pieces, r.step
	if pieces == 0 {
		pieces = 4
	}
	if step == 0 {
		step = 400
	}
	return pieces, step
}

// do runs the trial and checks what must hold.
func (t *trial) do() result {
	t.Helper()
	t.d = startDestination(t.T, t.row.tls, t.row.server)
	t.d.Script(t.row.faults...)
	if t.row.lasting != nil {
		t.d.setFault(*t.row.lasting)
	}
	t.mend = t.d.clearFault
	t.deadLetters = filepath.Join(tempDir(t.T), "dead.ndjson")
	t.section = output(t.d, t.workers, append(slices.Clone(t.row.options),
		"retry_initial", "20ms", "retry_max", "200ms", "dead_letter_file", t.deadLetters)...)
	if t.row.prepare != nil {
		t.row.prepare(t)
	}
	s := setup{outputs: []section{t.section}, dated: t.row.dated}
	if t.row.told == tellsKeep {
		s.lossy, s.grace = true, time.Second
		if t.agent.real() {
			s.dir = tempDir(t.T)
		}
	}
	secrets := s.secrets() // before a token file changes
	t.run = t.agent.start(t.T, s)
	if t.row.write != nil {
		t.row.write(t)
	} else {
		pieces, _ := t.row.size()
		t.writePieces(0, pieces)
	}
	switch {
	case t.row.during != nil:
		t.row.during(t)
	case t.row.lasting != nil:
		mendAfterRetry(t)
	}
	t.settle()
	out := t.run.stop()
	out.check(t.T, secrets)
	if t.row.told == tellsKeep && t.agent.real() {
		s.outputs, s.lossy, s.grace = []section{t.row.mended(t)}, false, 0
		t.run = t.agent.start(t.T, s)
		t.awaitArrival()
		t.run.stop()
	}
	res := t.judge(&out)
	if t.row.check != nil {
		t.row.check(t, out)
	}
	return res
}

// writePieces writes the pieces from..to-1 to the agent.
func (t *trial) writePieces(from, to int) {
	t.Helper()
	_, step := t.row.size()
	for i := from; i < to; i++ {
		if i > 0 && t.agent.real() {
			time.Sleep(realFlush + 50*time.Millisecond) // so that it is a chunk of its own
		}
		if first, last := i*step+1, (i+1)*step; t.row.dated {
			writeDated(t.T, t.run, first, last, t.timeOf)
		} else {
			t.run.write(0, numbered(first, last))
		}
	}
}

// awaitRetry waits until a flush has ended with RETRY.
func (t *trial) awaitRetry() {
	t.Helper()
	await(t.T, "a flush that ends with RETRY", func() bool { return retried(t.run) > 0 })
}

// retried returns the number of flushes that ended with RETRY.
func retried(r run) (n int) {
	switch r := r.(type) {
	case *hostRun:
		for _, f := range r.Snapshot().Flushes {
			if f.Code == host.FlushRetry {
				n++
			}
		}
	case *fluentBitRun:
		n = strings.Count(r.output(), "[engine] failed to flush chunk")
	}
	return n
}

// settle waits until every chunk is settled.
func (t *trial) settle() {
	t.Helper()
	switch h, inHost := t.run.(*hostRun); {
	case t.row.told == tellsKeep:
	case inHost:
		if err := h.Drain(); err != nil {
			t.Fatal(err)
		}
	default:
		t.awaitArrival()
		await(t.T, "the dead letters", func() bool { return len(readDeadLetters(t.T, t.deadLetters)) >= t.row.dead })
	}
}

// awaitArrival waits until all lines but the lost ones are stored.
func (t *trial) awaitArrival() {
	t.Helper()
	want, looked := t.lines-len(t.row.lost), -1
	await(t.T, fmt.Sprintf("%d lines", want), func() bool {
		stored := t.d.Stats().RecordsStored
		if stored < want || stored == looked {
			return false
		}
		looked = stored
		return len(t.arrival().Missing) <= len(t.row.lost)
	})
}

func (t *trial) arrival() corpus.Arrival { return corpus.CheckNumbered(t.lines, t.d.contents(t.T)) }

// judge compares what arrived, and the results that Fluent Bit got, with the row.
func (t *trial) judge(out *outcome) result {
	t.Helper()
	a, stats := t.arrival(), t.d.Stats()
	a.Damaged = slices.DeleteFunc(a.Damaged, func(content string) bool { return t.row.also != nil && t.row.also(content) })
	res := result{told: told(out), doubled: len(a.Doubled), doubledByID: t.doubledByID()}
	if t.row.told == tellsKeep && !t.agent.real() {
		if len(a.Missing) == t.lines && out.report.Summary.OK+out.report.Summary.Errors == 0 {
			a.Missing = nil // the host has them all, and throws them away
		}
	}
	res.lost = len(a.Missing)
	res.happened = t.happened(out, stats)
	if len(a.Damaged) > 0 || !slices.Equal(a.Missing, t.row.lost) {
		t.Errorf("%v; want %d missing", a, len(t.row.lost))
	}
	if res.doubled > 0 && t.row.doubled == 0 || !t.agent.real() && res.doubled != t.row.doubled {
		t.Errorf("%v; want %d doubled", a, t.row.doubled)
	}
	if res.doubledByID > 0 {
		t.Errorf("%d lines came twice with different ids", res.doubledByID)
	}
	if res.told != t.row.told && (!t.agent.real() || t.row.told == tellsOK || t.row.told == tellsRetry) {
		t.Errorf("Fluent Bit was told %s, want %s; %s", res.told, t.row.told, res.happened)
	}
	if faults := len(t.row.faults); faults > 0 && stats.Faults < faults {
		t.Errorf("the faults met %d requests", stats.Faults)
	}
	if t.row.requests > 0 && stats.IngestRequests > t.row.requests {
		t.Errorf("%d requests, want at most %d", stats.IngestRequests, t.row.requests)
	}
	if stats.DuplicateKeys != 0 || stats.InvalidUTF8 != 0 {
		t.Errorf("the server found fault with what was sent: %+v", stats)
	}
	for reason, n := range stats.RejectedRequests {
		if reason != ingest.ReasonFault && !slices.Contains(t.row.refusals, reason) {
			t.Errorf("the server refused %d requests: %s", n, reason)
		}
	}
	if t.row.doubled == 0 && t.row.told != tellsKeep {
		wantLines(t.T, out.lines, "info", fmt.Sprintf(saysDeliveredOf, t.lines+t.row.more-len(t.row.lost), len(t.row.lost)), 1)
	}
	t.wantDeadLetters()
	if t.Failed() {
		t.Logf("%s; the log:\n%s", res.happened, show(out.lines))
	}
	return res
}

// told sums up the results that the agent got for its chunks.
func told(out *outcome) string {
	if out.report == nil {
		if strings.Contains(out.text, "[engine] failed to flush chunk") {
			return tellsRetry
		}
		return tellsOK
	}
	switch s := out.report.Summary; {
	case s.OK == 0 && s.Errors == 0:
		return tellsKeep
	case s.Undelivered == 0 && s.Errors == 0 && s.Retries == 0:
		return tellsOK
	case s.Undelivered == 0 && s.Errors == 0:
		return tellsRetry
	case s.Undelivered == 0 && s.OK == 0 && s.Retries == 0:
		return tellsError
	default:
		return fmt.Sprintf("%d OK, %d RETRY, %d ERROR, %d not settled", s.OK, s.Retries, s.Errors, s.Undelivered)
	}
}

// happened describes a trial in one line.
func (t *trial) happened(out *outcome, stats ingest.Stats) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d requests:", stats.IngestRequests)
	for _, status := range slices.Sorted(maps.Keys(stats.ByStatus)) {
		name := fmt.Sprint(status)
		if status == 0 {
			name = "cut"
		}
		fmt.Fprintf(&b, " %s ×%d", name, stats.ByStatus[status])
	}
	if n := t.turns.Load(); n > 0 {
		fmt.Fprintf(&b, ", of %d that were sent", n)
	}
	if out.report != nil {
		s := out.report.Summary
		fmt.Fprintf(&b, "; %d chunks: OK ×%d, RETRY ×%d, ERROR ×%d", s.Chunks, s.OK, s.Retries, s.Errors)
	} else {
		fmt.Fprintf(&b, "; RETRY ×%d", strings.Count(out.text, "[engine] failed to flush chunk"))
	}
	return b.String()
}

// doubledByID counts the lines that are stored under more than one id; without record_id there are
// no ids.
func (t *trial) doubledByID() int {
	if !slices.Contains(t.row.options, "record_id") {
		return 0
	}
	ids := map[string]string{}
	twice := map[string]bool{}
	for _, record := range t.d.Records() {
		var r struct {
			Content string `json:"content"`
			ID      string `json:"log.record.uid"`
		}
		if err := json.Unmarshal(record, &r); err != nil || r.ID == "" {
			t.Fatalf("a record without an id (%v): %.300s", err, record)
		}
		if id, known := ids[r.Content]; known && id != r.ID {
			twice[r.Content] = true
		}
		ids[r.Content] = r.ID
	}
	distinct := map[string]bool{}
	for _, id := range ids {
		distinct[id] = true
	}
	if len(distinct) != len(ids) {
		t.Errorf("%d ids for %d lines", len(distinct), len(ids))
	}
	return len(twice)
}
