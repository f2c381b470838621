package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/host"
)

// The process fails with one line for each mistake. Fluent Bit then calls the exit function of the
// second section, whose Init it never called, with a null pointer.
func TestStartup_AllMistakesAreReportedTogether(t *testing.T) {
	for _, a := range everywhere() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := newDestination(t)
			out := a.fail(t, setup{outputs: []section{
				host.Props("alias", "wrong", "compress", "brotli", "max_payload_records", "many", "workers", "2"),
				output(d, 1, "alias", "right"),
			}})
			if out.exit == 0 {
				t.Errorf("it ended with success:\n%s", out.text)
			}
			for _, option := range []string{"endpoint: ", "compress: ", "max_payload_records: ", "api_token: "} {
				found := 0
				for _, l := range with(out.lines, "error", option) {
					if strings.HasPrefix(l.message, option) {
						found++
					}
				}
				if found != 1 {
					t.Errorf("%d error lines start with %q, want 1:\n%s", found, option, show(out.lines))
				}
			}
			if n := len(with(out.lines, "error", "")); n != 4 {
				t.Errorf("%d error lines, want 4:\n%s", n, show(out.lines))
			}
			if n := d.Stats().Requests; n != 0 {
				t.Errorf("%d requests reached the server of the other section", n)
			}
			if out.report == nil {
				return
			}
			if out.exit != host.ExitInit {
				t.Errorf("the host ended with %d, want %d", out.exit, host.ExitInit)
			}
			if exits := out.report.Exits; len(exits) != 1 || exits[0].Instance != 1 {
				t.Errorf("exits: %+v, want one of the second instance", exits)
			}
		})
	}
}

// Only a mistake that no waiting would fix prevents a start.
func TestStartup_ServerMayBeDown(t *testing.T) {
	for _, a := range everywhere("5.1.1") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := newDestination(t)
			d.Close()
			s := to(d, 1, "flush_deadline", "2s", "request_timeout", "1s")
			s.lossy, s.grace = true, time.Second
			r := a.start(t, s)
			r.write(0, numbered(1, 10))
			await(t, "a line that says so", func() bool { return len(with(r.log(), "warn", saysDown)) == 1 })
			r.stop()
		})
	}
}

// Fluent Bit forks after it has loaded the library, and Go's threads stay in the parent. Whatever
// waits for one of them waits forever, so the library has to notice.
func TestStartup_DaemonModeIsRefused(t *testing.T) {
	for _, a := range hosts("5.1.1", "1.9", "2.2") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			s := to(newDestination(t), 1)
			s.daemon = true
			start := time.Now()
			out := a.fail(t, s)
			if out.exit != host.ExitInit || time.Since(start) > patience/4 {
				t.Errorf("it ended with %d after %v, want %d soon", out.exit, time.Since(start), host.ExitInit)
			}
			wantLines(t, out.lines, "error", saysDaemon, 1)
			if n := len(with(out.lines, "", "")); n != 1 {
				t.Errorf("%d lines, want 1:\n%s", n, show(out.lines))
			}
		})
	}
	if fluentBit == "" {
		return
	}
	t.Run("Fluent Bit", func(t *testing.T) {
		t.Parallel()
		d := newDestination(t)
		s := to(d, 1)
		s.daemon = true
		r := launchFluentBit(t, s)
		t.Cleanup(func() { killMarked(t, r.mark) })
		if !r.ended(patience) { // the parent: it only forks
			t.Fatalf("the foreground process goes on:\n%s", r.output())
		}
		r.write(0, numbered(1, 10))
		await(t, "the end of the background process", func() bool { return len(marked(t, r.mark)) == 0 })
		text, err := os.ReadFile(daemonLog(r.dir))
		if err != nil {
			t.Fatal(err)
		}
		out := outcome{exit: -1, text: r.output() + string(text), lines: parseLog(string(text))}
		out.check(t, s.secrets())
		wantLines(t, out.lines, "error", saysDaemon, 1)
		if n := d.Stats().Requests; n != 0 {
			t.Errorf("%d requests", n)
		}
	})
}
