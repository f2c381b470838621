package e2e

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/host"
)

// hostRun is a run in the test host.
type hostRun struct {
	*host.Host
	t     *testing.T
	setup setup
}

// hostTimeout ends a host that hangs, with a report of what hangs.
const hostTimeout = 3 * time.Minute

// daemonTimeout is the same for a run that only has to refuse to start.
const daemonTimeout = 20 * time.Second

func hostOptions(shape host.Shape, s setup) host.Options {
	o := host.Options{
		Plugin: library, Shape: shape, Instances: s.outputs, Env: s.env, Daemon: s.daemon,
		RetryDelay: s.retryDelay, Grace: s.grace, Timeout: hostTimeout, MaxOutstanding: s.queue,
	}
	if len(s.env) > 0 {
		o.Instances = make([]host.Properties, len(s.outputs))
		for i, section := range s.outputs {
			for _, p := range section {
				o.Instances[i] = append(o.Instances[i], host.Property{Key: p.Key, Value: s.expand(p.Value)})
			}
		}
	}
	if s.daemon {
		o.Timeout = daemonTimeout
	}
	if o.RetryDelay == 0 {
		o.RetryDelay = 20 * time.Millisecond
	}
	return o
}

func startHost(t *testing.T, shape host.Shape, s setup) *hostRun {
	t.Helper()
	h, err := host.Start(t.Context(), hostOptions(shape, s))
	if errors.Is(err, host.ErrNoCompiler) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	r := &hostRun{Host: h, t: t, setup: s}
	t.Cleanup(func() { _, _ = h.Close() })
	return r
}

func failHost(t *testing.T, shape host.Shape, s setup) outcome {
	t.Helper()
	h, err := host.Start(t.Context(), hostOptions(shape, s))
	if errors.Is(err, host.ErrNoCompiler) {
		t.Skip(err)
	}
	var ended *host.ExitError
	if err == nil {
		_, _ = h.Close()
		t.Fatal("the host started")
	}
	if !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return hostOutcome(&ended.Report)
}

// write implements run. The lines become chunks as tail makes them, stamped with the time of day.
func (r *hostRun) write(input int, lines []byte) {
	r.t.Helper()
	for c, err := range corpus.Lines("app", bytes.NewReader(lines), time.Now()) {
		if err == nil {
			err = r.Send(input, c.Tag, c.Data)
		}
		if err != nil {
			r.t.Errorf("writing: %v", err) // not fatal: the caller may be a goroutine of the test
			return
		}
	}
}

func (r *hostRun) reload() {
	r.t.Helper()
	if _, _, err := r.Reload(); err != nil {
		r.t.Fatal(err)
	}
}

func (r *hostRun) signal(s os.Signal) {
	r.t.Helper()
	if err := r.Signal(s); err != nil {
		r.t.Fatal(err)
	}
}

func (r *hostRun) log() []logLine {
	report := r.Snapshot()
	return hostOutcome(&report).lines
}

func (r *hostRun) stop() outcome {
	r.t.Helper()
	r.signal(syscall.SIGTERM)
	report, err := r.Wait()
	if err != nil {
		r.t.Error(err)
	}
	out := hostOutcome(&report)
	out.check(r.t, r.setup.secrets())
	if n := report.Summary.Undelivered; n != 0 && !r.setup.lossy {
		r.t.Errorf("%d chunks were not settled at the end", n)
	}
	return out
}

func hostOutcome(report *host.Report) outcome {
	out := outcome{exit: report.ExitCode, report: report}
	var b strings.Builder
	for _, l := range report.Logs {
		if line, ok := parseLine(l.Message, l.Level); ok {
			out.lines = append(out.lines, line)
		}
		b.WriteString(l.Message + "\n")
	}
	for _, l := range report.Notes {
		b.WriteString(l.Message + "\n")
	}
	b.WriteString(report.Stderr)
	out.lines = append(out.lines, parseLog(report.Stderr)...)
	out.text = b.String()
	return out
}
