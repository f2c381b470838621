package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"

	"out_dynatrace/test/ingest"
)

// rejectedRows returns rows with records that the server rejects.
func rejectedRows() []row {
	const why = "the rejected records, which are in the dead letter file"
	// Of n records halving finds a bad one in about 2 log2(n) requests: 27 for the 9,500 of a
	// chunk, 18 for 400.
	poisoned := func(name string, requests int, server ingest.Options, lines ...int) row {
		server.Refuse = poison(lines...)
		return row{name: name, told: tellsOK, lost: lines, lostWhy: why, dead: len(lines), deadReason: "rejected", requests: requests,
			server: server, refusals: []string{ingest.ReasonRefused}, check: logsRejection}
	}
	many := poisoned("400 for three poison records among 50,000", 110, ingest.Options{}, 1, 12_345, 49_999)
	many.pieces, many.step = 1, 50_000
	neighbours := poisoned("400 for poison records side by side", 60, ingest.Options{}, 798, 799, 800, 801)
	return []row{
		many,
		neighbours,
		everySecond(why),
		inTrouble(poisoned("400 for a poison record, while every third request meets a 503", 0, ingest.Options{}, 777)),
		poisoned("400 with a web page for a poison record", 30, ingest.Options{HTML400: true}, 777),
		poisoned("415 for a poison record", 30, ingest.Options{RefuseStatus: 415}, 777),
		poisoned("422 for a poison record", 30, ingest.Options{RefuseStatus: 422}, 777),
		allRejected(),
		noDeadLetterFile(),
	}
}

// everySecond has more bad records than one flush may spend requests on: the search continues when
// the chunk comes again.
func everySecond(why string) row {
	const lines = 200
	var bad []int
	for n := 2; n <= lines; n += 2 {
		bad = append(bad, n)
	}
	return row{name: "400 for every second record", told: tellsRetry, lost: bad, lostWhy: why, dead: len(bad), deadReason: "rejected", requests: 3 * lines,
		pieces: 1, step: lines, server: ingest.Options{Refuse: poison(bad...)}, refusals: []string{ingest.ReasonRefused}, check: logsRejection}
}

// inTrouble answers every third request with a full disk queue.
func inTrouble(r row) row {
	r.prepare = func(t *trial) {
		full := ingest.Full503()
		t.d.ScriptFunc(func(n int, _ *http.Request) *ingest.Fault {
			if n%3 == 0 {
				return &full
			}
			return nil
		})
	}
	return r
}

// poison returns texts that occur in the given lines only.
func poison(lines ...int) (texts []string) {
	for _, n := range lines {
		texts = append(texts, fmt.Sprintf("line %06d ", n))
	}
	return texts
}

// logsRejection checks that the log has the number of records that were dropped.
func logsRejection(t *trial, out outcome) {
	t.Helper()
	if len(with(out.lines, "error", "records dropped: ")) == 0 {
		t.Errorf("no word of the refused records:\n%s", show(out.lines))
	}
}

// allRejected is a server that rejects everything. The plugin has to find that out without one
// request for each record.
func allRejected() row {
	const lines = 1000
	return row{name: "400 for every record", told: tellsError, lost: without(lines, nil), lostWhy: "all, and all are in the dead letter file",
		dead: lines, deadReason: "rejected", requests: lines / 10, pieces: 1, step: lines,
		server: ingest.Options{Refuse: []string{`"content":`}}, refusals: []string{ingest.ReasonRefused}, check: logsRejection}
}

// noDeadLetterFile has a rejected record and no dead letter file.
func noDeadLetterFile() row {
	r := row{name: "400 for a poison record, and the folder of the dead letter file is missing", told: tellsOK, lost: []int{777},
		lostWhy: "the rejected record", requests: 30, server: ingest.Options{Refuse: poison(777)}, refusals: []string{ingest.ReasonRefused}}
	r.prepare = func(t *trial) {
		t.section = append(section{{Key: "dead_letter_file", Value: filepath.Join(filepath.Dir(t.deadLetters), "missing", "dead.ndjson")}}, t.section...)
	}
	r.check = func(t *trial, out outcome) {
		logsRejection(t, out)
		if n := len(with(out.lines, "error", saysDeadLetters)); n < 1 || n > 2 {
			t.Errorf("%d lines about the file, want one:\n%s", n, show(out.lines))
		}
	}
	return r
}
