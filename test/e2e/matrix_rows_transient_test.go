package e2e

import (
	"net/http"
	"time"

	"out_dynatrace/test/ingest"
)

// transientRows returns rows with faults that pass.
func transientRows() []row {
	twice := func(f ingest.Fault) []ingest.Fault { return []ingest.Fault{times(2, f)} }
	status := func(code int) []ingest.Fault { return twice(ingest.Fault{Status: code}) }
	lasting := func(name string, f ingest.Fault) row {
		return row{name: name + ", for longer than the flush deadline", told: tellsRetry, lasting: &f, options: shortFlush}
	}
	silent := func(r row, d time.Duration) row {
		r.write, r.check = writeInSilence, func(t *trial, _ outcome) { t.wantSilence(d) }
		return r
	}
	return []row{
		{name: "nothing: 204", told: tellsOK, requests: 8},
		{name: "408", told: tellsOK, faults: status(408)},
		{name: "429", told: tellsOK, faults: twice(ingest.Throttled429(0))},
		silent(row{name: "429, `Retry-After` in seconds", told: tellsOK, faults: []ingest.Fault{throttledFor("2")}}, 1900*time.Millisecond),
		silent(row{name: "429, `Retry-After` as a date", told: tellsOK, prepare: func(t *trial) {
			t.d.Script(throttledFor(inSeconds(3))) // the format drops the fraction: two to three seconds
		}}, 1500*time.Millisecond),
		silent(row{name: "429, `Retry-After` beyond the flush deadline", told: tellsRetry, faults: []ingest.Fault{throttledFor("7")}, options: shortFlush},
			6900*time.Millisecond),
		{name: "500", told: tellsOK, faults: status(500)},
		{name: "502", told: tellsOK, faults: twice(ingest.BadGateway502())},
		{name: "503 `Usable space limit reached`", told: tellsOK, faults: twice(ingest.Full503())},
		{name: "504", told: tellsOK, faults: twice(ingest.GatewayTimeout504())},
		lasting("503", ingest.Full503()),
		{name: "503 after the first payloads of chunks of four, for longer than the flush deadline", told: tellsRetry,
			options: append([]string{"max_payload_records", "100"}, shortFlush...), prepare: func(t *trial) {
				full := ingest.Full503()
				t.d.fault.Store(&full)
				t.d.ScriptFunc(func(n int, _ *http.Request) *ingest.Fault {
					if n <= 3 {
						return nil
					}
					return t.d.fault.Load()
				})
			}, during: mendAfterRetry},
		{name: "nothing listens; the server comes up later", told: tellsOK, prepare: func(t *trial) {
			hidden := newHiddenServer(t.T)
			t.endpoint(hidden.url())
			t.mend = func() { hidden.show(t.T, t.d) }
		}, during: func(t *trial) {
			await(t.T, "a line that says so", func() bool { return len(with(t.run.log(), "warn", saysDown)) > 0 })
			t.mend()
		}},
		{name: "the connection is reset before anything is stored", told: tellsOK, faults: twice(ingest.ResetBefore())},
		{name: "no answer within request_timeout", told: tellsOK, faults: []ingest.Fault{ingest.Slow(10 * time.Second)}, options: []string{"request_timeout", "4s"}},
		lasting("no answer", ingest.Slow(time.Minute)),
	}
}

// lostAnswerRows returns the only rows in which a line may arrive twice: the client cannot know
// that the server took it.
func lostAnswerRows() []row {
	twin := func(name string, doubled int, f ingest.Fault) row {
		return row{name: name, told: tellsOK, doubled: doubled, faults: []ingest.Fault{f}, options: []string{"record_id", "on"}}
	}
	half503 := ingest.Half()
	half503.Status = 503
	always := ingest.ResetAfter()
	return []row{
		twin("the answer is lost after the payload was stored: reset", 400, ingest.ResetAfter()),
		twin("the answer is lost after the payload was stored: half a 503", 400, half503),
		twin("the answer breaks off after the payload was stored: half a 200", 0, ingest.Half()),
		{name: "every answer is lost, for longer than the flush deadline", told: tellsRetry, doubled: 400, pieces: 1, lasting: &always,
			options: append([]string{"record_id", "on"}, shortFlush...)},
	}
}

// shortFlush is for rows that have to outlast a flush. It is not shorter because on a busy machine
// a request that exceeds request_timeout would be sent twice.
var shortFlush = []string{"flush_deadline", "5s", "request_timeout", "4s"}

// mendAfterRetry ends the fault after a flush has ended with RETRY.
func mendAfterRetry(t *trial) {
	if t.row.lasting != nil {
		await(t.T, "a request that meets the trouble", func() bool { return t.d.Stats().Faults > 0 })
	}
	t.awaitRetry()
	t.mend()
}

// throttledFor returns a 429 with a Retry-After.
func throttledFor(value string) ingest.Fault {
	return ingest.Fault{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": value}}
}

func inSeconds(n int) string {
	return time.Now().Add(time.Duration(n) * time.Second).UTC().Format(http.TimeFormat)
}

// underWay is how long requests that started before an answer may still arrive after it.
const underWay = 300 * time.Millisecond

// writeInSilence writes the second half of the pieces after the server has sent Retry-After, so
// that there is something to send too early.
func writeInSilence(t *trial) {
	t.Helper()
	pieces, _ := t.row.size()
	t.writePieces(0, pieces/2)
	await(t.T, "a 429", func() bool { return t.d.Stats().ByStatus[http.StatusTooManyRequests] > 0 })
	time.Sleep(underWay + 100*time.Millisecond)
	t.writePieces(pieces/2, pieces)
}

// wantSilence checks that for this long after a 429 no request arrives but those under way.
func (t *trial) wantSilence(d time.Duration) {
	t.Helper()
	seen := t.d.seen()
	for _, throttled := range seen {
		if throttled.Status != http.StatusTooManyRequests {
			continue
		}
		answered := throttled.Time.Add(throttled.Duration)
		for _, e := range seen {
			if after := e.Time.Sub(answered); after > underWay && after < d {
				t.Errorf("%v after an answer that asked for silence came a request", after)
			}
		}
	}
}
