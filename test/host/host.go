// Package host runs an output plugin as Fluent Bit does, without Fluent Bit.
//
// A small C program loads the .so in the shape of one Fluent Bit version (Shapes), calls it on the
// threads and stacks that Fluent Bit calls it on, and watches what it does with the memory it is
// given. This package builds that program and drives it: one process is one run.
//
//	h, err := host.Start(t.Context(), host.Options{Plugin: "out_x.so", Instances: []host.Properties{host.Props("endpoint", url)}})
//	h.Send(0, "tag", chunk)
//	h.Drain()
//	report, err := h.Close()
//
// The process ends with the context given to Start, and by itself when the Go program dies.
package host

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// All as the instance of Send sends the chunk to every instance.
const All = -1

// ErrEnded is returned by a method if the process has ended or ends before it answers. Close
// returns the cause.
var ErrEnded = errors.New("host: the process has ended")

// Host is one running process. Its methods are safe for concurrent use.
type Host struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	// done is closed when the process has ended and the report is complete.
	done    chan struct{}
	timeout time.Duration

	write sync.Mutex // one frame at a time on stdin

	mu      sync.Mutex // guards what follows
	report  Report
	stderr  bytes.Buffer
	ready   chan struct{} // closed when the instances run
	isReady bool
	seq     int
	replies map[int]chan event
	logTo   io.Writer
}

// Start loads, registers and initializes the plugin, and returns when all instances run. When that
// fails, the error is an *ExitError with the report of the run. The process is killed when ctx
// ends.
func Start(ctx context.Context, o Options) (*Host, error) {
	if o.Shape == "" {
		o.Shape = Newest
	}
	args, err := o.args()
	if err != nil {
		return nil, err
	}
	if o.Paths == (Paths{}) {
		if o.Paths, err = Build(""); err != nil {
			return nil, err
		}
	}
	h := &Host{
		done:    make(chan struct{}),
		ready:   make(chan struct{}),
		replies: make(map[int]chan event),
		logTo:   o.LogTo,
		timeout: o.Timeout,
	}
	if h.timeout <= 0 {
		h.timeout = 120 * time.Second
	}
	h.cmd = exec.CommandContext(ctx, o.Paths.Binary(o.Shape), args...)
	h.cmd.Env = append(os.Environ(), o.Env...)
	h.cmd.Stderr = (*stderrWriter)(h)
	h.cmd.WaitDelay = 2 * time.Second
	if o.Daemon {
		h.cmd.Cancel = func() error { return h.cmd.Process.Signal(syscall.SIGUSR2) } // kills the child, too
	}
	if h.stdin, err = h.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	in, out, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	h.cmd.ExtraFiles = []*os.File{out}
	if err := h.cmd.Start(); err != nil {
		in.Close()
		out.Close()
		return nil, err
	}
	out.Close()
	go h.run(in)
	select {
	case <-h.ready:
		return h, nil
	case <-h.done:
		return nil, &ExitError{h.Snapshot()}
	}
}

// run reads the report until the process has ended.
func (h *Host) run(events *os.File) {
	defer close(h.done)
	defer events.Close()
	r := bufio.NewReaderSize(events, 64<<10)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			break
		}
		var e event
		if err := json.Unmarshal(line, &e); err != nil {
			e = event{Event: "note", Level: "error", Message: fmt.Sprintf("unreadable report line %q: %v", line, err)}
		}
		h.handle(&e)
	}
	_ = h.cmd.Wait() // the process state has more information than the error
	h.mu.Lock()
	defer h.mu.Unlock()
	h.report.ExitCode = h.cmd.ProcessState.ExitCode()
	if status, ok := h.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		h.report.Signal = status.Signal()
	}
}

func (h *Host) handle(e *event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.report.add(e)
	switch {
	case e.Event == "stats" && e.At == "ready" && !h.isReady:
		h.isReady = true
		close(h.ready)
	case e.Event == "reply":
		if reply := h.replies[e.Seq]; reply != nil {
			delete(h.replies, e.Seq)
			reply <- *e
		}
	case (e.Event == "log" || e.Event == "note") && h.logTo != nil:
		fmt.Fprintf(h.logTo, "[%s] [%5s] %s\n", time.Now().Format("2006/01/02 15:04:05.000000000"), e.Level, e.Message)
	}
}

// stderrWriter keeps what the process writes to stderr.
type stderrWriter Host

func (w *stderrWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.logTo != nil {
		_, _ = w.logTo.Write(p)
	}
	return w.stderr.Write(p)
}

// Send queues a chunk of msgpack events for one instance, or for All; the flush comes later. The
// host takes chunks while fewer than MaxOutstanding are under way: beyond that, and what a pipe
// holds, Send blocks.
func (h *Host) Send(instance int, tag string, chunk []byte) error {
	target := "all"
	if instance != All {
		target = strconv.Itoa(instance)
	}
	frame := make([]byte, 0, 64+len(tag)+len(chunk))
	frame = fmt.Appendf(frame, "chunk %s %d %d\n", target, len(tag), len(chunk))
	frame = append(append(frame, tag...), chunk...)
	return h.frame(frame)
}

func (h *Host) frame(p []byte) error {
	h.write.Lock()
	defer h.write.Unlock()
	if _, err := h.stdin.Write(p); err != nil {
		return fmt.Errorf("%w: %w", ErrEnded, err)
	}
	return nil
}

// command sends a command frame and waits for its answer.
func (h *Host) command(name string) (Stats, error) {
	reply := make(chan event, 1)
	h.mu.Lock()
	h.seq++
	seq := h.seq
	h.replies[seq] = reply
	h.mu.Unlock()
	if err := h.frame(fmt.Appendf(nil, "%s %d\n", name, seq)); err != nil {
		return Stats{}, err
	}
	select {
	case e := <-reply:
		if ok, _ := e.OK.(bool); !ok {
			return e.stats(name), fmt.Errorf("host: %s failed", name)
		}
		return e.stats(name), nil
	case <-h.done:
		return Stats{}, ErrEnded
	}
}

// Drain waits until every chunk sent before is settled: accepted, dropped or given up.
func (h *Host) Drain() error {
	_, err := h.command("drain")
	return err
}

// Reload does a hot reload: the new definition is registered while the old instances flush what was
// sent before, then they end and new ones start. It returns what the process used before and after.
func (h *Host) Reload() (before, after Stats, err error) {
	if after, err = h.command("reload"); err != nil {
		return before, after, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.report.Stats {
		if s.At == "before reload" {
			before = s
		}
	}
	return before, after, nil
}

// Register registers and unregisters a second definition while flushes run.
func (h *Host) Register() error {
	_, err := h.command("register")
	return err
}

// ReinstallSignals installs the host's signal handlers again, without SA_ONSTACK, as Fluent Bit
// does after SIGHUP.
func (h *Host) ReinstallSignals() error {
	_, err := h.command("signals")
	return err
}

// Stats returns what the process uses now, and updates the Metrics of Snapshot.
func (h *Host) Stats() (Stats, error) { return h.command("stats") }

// Signal sends a signal: SIGTERM and SIGINT end the run as Close does, SIGHUP reloads, SIGCONT
// reinstalls the handlers.
func (h *Host) Signal(s os.Signal) error { return h.cmd.Process.Signal(s) }

// PID returns the process id; with Daemon it is the parent's.
func (h *Host) PID() int { return h.cmd.Process.Pid }

// Done returns a channel that is closed when the process has ended.
func (h *Host) Done() <-chan struct{} { return h.done }

// Snapshot returns a copy of the report so far.
func (h *Host) Snapshot() Report {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.report.clone()
	r.Stderr = h.stderr.String()
	return r
}

// Await waits until the report meets the condition, at most for d. It returns false when it did
// not.
func (h *Host) Await(d time.Duration, condition func(*Report) bool) bool {
	deadline := time.Now().Add(d)
	for {
		ended := false
		select {
		case <-h.done:
			ended = true
		default:
		}
		if r := h.Snapshot(); condition(&r) {
			return true
		}
		if ended || time.Now().After(deadline) {
			return false
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// Close ends the input and waits for the end of the process: chunks still under way get the grace
// period. The error is an *ExitError unless the exit status is 0. Close may be called again and
// then returns the same.
func (h *Host) Close() (Report, error) {
	_ = h.stdin.Close()
	return h.Wait()
}

// Wait waits for the end of the process without asking for it, and returns what Close returns.
func (h *Host) Wait() (Report, error) {
	select {
	case <-h.done:
	case <-time.After(h.timeout + 5*time.Second): // the host's own watchdog failed
		_ = h.cmd.Cancel()
		<-h.done
	}
	r := h.Snapshot()
	if r.ExitCode != 0 {
		return r, &ExitError{r}
	}
	return r, nil
}
