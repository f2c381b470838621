package e2e

import (
	"strings"

	"out_dynatrace/test/ingest"
)

// tooLargeRows returns rows with servers that accept smaller bodies than the API.
func tooLargeRows() []row {
	fewer := func(n int) ingest.Limits { return ingest.Limits{Records: n} }
	less := func(n int) ingest.Limits { return ingest.Limits{RequestBytes: n} }
	return []row{
		{name: "413, the server takes fewer records", told: tellsOK, server: ingest.Options{Limits: fewer(100)},
			refusals: []string{ingest.ReasonTooMany}, check: learnsTheSize},
		{name: "413, the server takes fewer bytes", told: tellsOK, server: ingest.Options{Limits: less(30_000)},
			refusals: []string{ingest.ReasonTooLarge}, check: learnsTheSize},
		{name: "431, too many bytes once unpacked", told: tellsOK, server: ingest.Options{Limits: less(75_000), Expanded431: true},
			refusals: []string{ingest.ReasonTooLarge}, check: func(t *trial, out outcome) {
				if t.d.Stats().ByStatus[431] == 0 {
					t.Error("nothing was answered 431")
				}
				learnsTheSize(t, out)
			}},
		oneTooLarge(),
	}
}

// learnsTheSize checks that the size that worked is remembered: each worker may learn it once, in
// two or three halvings.
func learnsTheSize(t *trial, _ outcome) {
	t.Helper()
	s := t.d.Stats()
	refused := s.ByStatus[413] + s.ByStatus[431]
	if refused == 0 || refused > 4*t.workers {
		t.Errorf("%d requests were too large, want some and at most four a worker", refused)
	}
}

// oneTooLarge has one record that is over the server's limit by itself, among others that are not.
func oneTooLarge() row {
	const limit = 60_000
	long := strings.Repeat("0123456789abcde ", 300_000/16)
	return row{name: "one record too large alone", lostWhy: "cut to what the server takes, and counted", told: tellsOK, pieces: 1,
		server: ingest.Options{Limits: ingest.Limits{RequestBytes: limit}}, refusals: []string{ingest.ReasonTooLarge},
		write: func(t *trial) {
			middle := t.lines / 2
			t.run.write(0, append(append(append([]byte{}, numbered(1, middle)...), long+"\n"...), numbered(middle+1, t.lines)...))
		},
		also: func(content string) bool { return content != "" && strings.HasPrefix(long, content) },
		more: 1,
		check: func(t *trial, out outcome) {
			found := 0
			for content := range t.d.contents(t.T) {
				if strings.HasPrefix(long, content) {
					found++
					if len(content) < limit/2 {
						t.Errorf("%d bytes are left of the large record, of %d that the server takes", len(content), limit)
					}
				}
			}
			if found != 1 {
				t.Errorf("the large record arrived %d times", found)
			}
			if len(with(out.lines, "warn", saysCutPayload)) == 0 {
				t.Errorf("no word of the cut:\n%s", show(out.lines))
			}
		}}
}
