package e2e

import (
	"testing"
	"time"

	"out_dynatrace/test/ingest"
)

// The certificate is trusted with tls_ca_file, rejected without, and accepted unchecked with
// tls_verify off.
func TestTLS_SelfSignedActiveGate(t *testing.T) {
	const lines = 500
	for _, a := range everywhere("5.1.1", "1.9") {
		t.Run(a.name+", trusted by tls_ca_file", func(t *testing.T) {
			t.Parallel()
			d := startDestination(t, true, ingest.Options{})
			r := a.start(t, to(d, 1, "tls_ca_file", d.caFile))
			r.write(0, numbered(1, lines))
			d.awaitStored(t, lines)
			out := r.stop()
			d.wantLinesOnce(t, lines)
			wantQuiet(t, out.lines)
		})
		t.Run(a.name+", not trusted", func(t *testing.T) {
			t.Parallel()
			d := startDestination(t, true, ingest.Options{})
			// A flush that waits for the next probe holds up the end until its deadline.
			s := to(d, 1, "flush_deadline", "5s", "request_timeout", "4s")
			s.grace, s.lossy = time.Second, true
			r := a.start(t, s)
			r.write(0, numbered(1, lines))
			await(t, "a second try", func() bool { return d.Stats().Connections >= 2 })
			wantLines(t, r.log(), "error", saysAuthority, 1)
			out := r.stop()
			if n := d.Stats().Requests; n != 0 {
				t.Errorf("%d requests reached a server that is not to be trusted", n)
			}
			if out.report != nil && out.report.Summary.Errors+out.report.Summary.OK != 0 {
				t.Errorf("want nothing but RETRY: %+v", out.report.Summary.Counts)
			}
		})
		t.Run(a.name+", tls_verify off", func(t *testing.T) {
			t.Parallel()
			d := startDestination(t, true, ingest.Options{})
			r := a.start(t, to(d, 1, "tls_verify", "off"))
			r.write(0, numbered(1, lines))
			d.awaitStored(t, lines)
			out := r.stop()
			d.wantLinesOnce(t, lines)
			wantLines(t, out.lines, "warn", saysTLSOff, 1)
			wantQuiet(t, out.lines, saysTLSOff)
		})
	}
}
