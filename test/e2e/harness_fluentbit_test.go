package e2e

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fluentBitRun is a run in a real Fluent Bit. Its inputs tail a file each, unless the setup has a
// pipeline.
type fluentBitRun struct {
	*process
	t     *testing.T
	setup setup
	dir   string
	files []*os.File
}

// endLimit is how long a real Fluent Bit may take to end: its grace period and the flushes of its
// workers.
const endLimit = 40 * time.Second

func launchFluentBit(t *testing.T, s setup) *fluentBitRun {
	t.Helper()
	r := &fluentBitRun{t: t, setup: s, dir: s.dir}
	if r.dir == "" {
		r.dir = tempDir(t)
	}
	config := writeConfig(t, r.dir, s)
	for i := range s.outputs {
		if len(s.pipeline) > 0 {
			break // it has inputs of its own
		}
		f, err := os.OpenFile(inputFile(r.dir, i), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		r.files = append(r.files, f)
	}
	args := []string{"-c", config}
	if s.daemon {
		args = append(args, "-d", "-l", daemonLog(r.dir))
	}
	var err error
	if r.process, err = startProcess(t.Context(), r.dir, s.env, fluentBit, args...); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.cmd.Process.Kill()
		<-r.done
		if text := r.output(); t.Failed() {
			t.Logf("the end of what Fluent Bit printed:\n%s", text[max(0, len(text)-10_000):])
		}
	})
	return r
}

func inputFile(dir string, input int) string {
	return filepath.Join(dir, fmt.Sprintf("input%d.log", input))
}

func daemonLog(dir string) string { return filepath.Join(dir, "daemon.txt") }

func startFluentBit(t *testing.T, s setup) *fluentBitRun {
	t.Helper()
	r := launchFluentBit(t, s)
	r.awaitStarts(1)
	return r
}

// awaitStarts waits until Fluent Bit has started its pipeline that many times.
func (r *fluentBitRun) awaitStarts(n int) {
	r.t.Helper()
	await(r.t, "the start of Fluent Bit", func() bool {
		select {
		case <-r.done:
			r.t.Fatalf("Fluent Bit ended:\n%s", r.output())
		default:
		}
		text := r.output()
		return strings.Count(text, "stream processor started") >= n &&
			len(with(parseLog(text), "info", saysStart)) >= n*len(r.setup.outputs)
	})
}

// failFluentBit waits until Fluent Bit ends by itself.
func failFluentBit(t *testing.T, s setup) outcome {
	t.Helper()
	r := launchFluentBit(t, s)
	if !r.ended(endLimit) {
		t.Fatalf("Fluent Bit goes on:\n%s", r.output())
	}
	return r.outcome()
}

func (r *fluentBitRun) outcome() outcome {
	text := r.output()
	return outcome{exit: r.cmd.ProcessState.ExitCode(), lines: parseLog(text), text: text}
}

// write implements run. In a setup that restarts it writes line by line: up to version 4.2, tail
// keeps the start of an incomplete line in memory only but its position after it, so a restart
// tears that line.
func (r *fluentBitRun) write(input int, lines []byte) {
	r.t.Helper()
	pieces := slices.Values([][]byte{lines})
	if r.setup.goesOn() {
		pieces = bytes.Lines(lines)
	}
	for piece := range pieces {
		if _, err := r.files[input].Write(piece); err != nil {
			r.t.Error(err)
			return
		}
	}
}

func (r *fluentBitRun) reload() {
	r.t.Helper()
	starts := strings.Count(r.output(), "stream processor started")
	r.signal(syscall.SIGHUP)
	r.awaitStarts(starts + 1)
}

func (r *fluentBitRun) signal(s os.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		r.t.Fatalf("%v: %v\n%s", s, err, r.output())
	}
}

func (r *fluentBitRun) log() []logLine { return parseLog(r.output()) }

func (r *fluentBitRun) stop() outcome {
	r.t.Helper()
	r.signal(syscall.SIGTERM)
	if !r.ended(endLimit) {
		r.t.Fatalf("Fluent Bit did not end within %v of SIGTERM:\n%s", endLimit, r.output())
	}
	out := r.outcome()
	if out.exit != 0 {
		r.t.Errorf("Fluent Bit ended with %v:\n%s", r.cmd.ProcessState, out.text)
	}
	out.check(r.t, r.setup.secrets())
	return out
}
