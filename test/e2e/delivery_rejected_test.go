package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"out_dynatrace/test/host"
	"out_dynatrace/test/ingest"
)

// While the mistake lasts, chunks come back and one line says what to change; once it is fixed,
// everything arrives.
func TestMisconfigured_CostsNoLine(t *testing.T) {
	const lines = 600
	refused := func(status int) func(*testing.T, *destination) (string, func()) {
		return func(_ *testing.T, d *destination) (string, func()) {
			d.setFault(ingest.Fault{Status: status})
			return "", d.clearFault
		}
	}
	mistakes := []struct {
		name, cure string
		// make makes the mistake and returns a file for the token, if it is of that kind, and the
		// mending.
		make func(*testing.T, *destination) (tokenFile string, mend func())
	}{
		{"401, until the token file holds the right one", saysToken, wrongTokenFile},
		{"403, a scope is missing", saysScope, refused(403)},
		{"404, not the API", saysURL, refused(404)},
	}
	for _, a := range everywhere("5.1.1", "1.9") {
		for _, workers := range []int{0, 2} {
			for _, mistake := range mistakes {
				t.Run(fmt.Sprintf("%s, workers %d, %s", a.name, workers, mistake.name), func(t *testing.T) {
					t.Parallel()
					d := newDestination(t)
					tokenFile, mend := mistake.make(t, d)
					section := output(d, workers)
					if tokenFile != "" {
						section = withTokenFile(section, tokenFile)
					}
					s := setup{outputs: []host.Properties{section}}
					secrets := s.secrets() // of the token before it is mended
					r := a.start(t, s)
					r.write(0, numbered(1, lines))
					await(t, "a second try", func() bool { return d.Stats().IngestRequests >= 2 })
					if n := d.Stats().RecordsStored; n != 0 {
						t.Errorf("%d records stored in spite of it", n)
					}
					// A line of the moment's fault would be a warning.
					wantLines(t, with(r.log(), "error", ""), "error", mistake.cure, 1)
					if h, ok := r.(*hostRun); ok {
						for _, f := range h.Snapshot().Flushes {
							if f.Code != host.FlushRetry {
								t.Errorf("a flush ended with %d: %+v", f.Code, f)
							}
						}
					}
					mend()
					d.awaitStored(t, lines)
					out := r.stop()
					out.check(t, secrets)
					d.wantEachOnce(t, 1, lines)
					if found := with(out.lines, "error", mistake.cure); len(found) > 2 || len(found) == 2 && !strings.Contains(found[1].message, "(repeated ") {
						t.Errorf("want one line, and at the end one that counts:\n%s", show(found))
					}
				})
			}
		}
	}
}

// wrongTokenFile writes a file with an unknown token, and returns a function that writes the right
// one.
func wrongTokenFile(t *testing.T, d *destination) (string, func()) {
	t.Helper()
	file := filepath.Join(tempDir(t), "token")
	write := func(token string) {
		if err := os.WriteFile(file, []byte(token+"\n"), 0o600); err != nil {
			t.Error(err)
		}
	}
	write(newToken())
	return file, func() { write(d.token) }
}

// withTokenFile replaces the token of a section with a file.
func withTokenFile(s section, file string) section {
	var out section
	for _, p := range s {
		if p.Key == "api_token" {
			p = host.Property{Key: "api_token_file", Value: file}
		}
		out = append(out, p)
	}
	return out
}

// A 400 is about the records, so a retry would not help. The plugin finds that the server rejects
// the whole chunk long before it has sent each record by itself.
func TestRejected_ChunkIsCountedAndTheOthersArrive(t *testing.T) {
	const bad, lines = 100, 1000
	for _, a := range everywhere("5.1.1", "1.9") {
		for _, workers := range []int{0, 2} {
			t.Run(fmt.Sprintf("%s, workers %d", a.name, workers), func(t *testing.T) {
				t.Parallel()
				d := startDestination(t, false, ingest.Options{Refuse: []string{"line 0000", "line 000100"}})
				r := a.start(t, to(d, workers))
				r.write(0, numbered(1, bad))
				await(t, "the refusal", func() bool { return len(with(r.log(), "error", "Constraints violated.")) > 0 })
				for from := bad + 1; from <= lines; from += 300 {
					r.write(0, numbered(from, from+299))
				}
				d.awaitStored(t, lines-bad)
				out := r.stop()
				d.wantEachOnce(t, bad+1, lines)
				if n := d.Stats().RejectedRequests[ingest.ReasonRefused]; n > 75 && workers > 0 || n > 2*bad {
					t.Errorf("%d requests for %d refused records", n, bad)
				}
				dropped := 0
				for _, l := range with(out.lines, "error", "Constraints violated.") {
					var n int
					if _, err := fmt.Sscanf(l.message[strings.LastIndex(l.message, "records dropped: "):], saysDropped, &n); err != nil {
						t.Error(err)
					}
					dropped += n
				}
				if dropped != bad {
					t.Errorf("the lines say that %d records were dropped:\n%s", dropped, show(out.lines))
				}
				wantLines(t, out.lines, "info", fmt.Sprintf(saysDeliveredOf, lines-bad, bad), 1)
				if out.report != nil && (out.report.Summary.Errors != 1 || workers > 0 && out.report.Summary.Retries != 0) {
					t.Errorf("want one ERROR, and RETRY only where requests hold up the engine: %+v", out.report.Summary.Counts)
				}
			})
		}
	}
}
