package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// process is a child process with its output. It is killed when the context ends or the test
// program dies.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}
	// mark is an entry of the environment that all descendants inherit.
	mark string

	mu   sync.Mutex
	text bytes.Buffer
}

// processes numbers them, for the mark.
var processes atomic.Int64

// markVariable is the environment variable that marks the descendants of a process.
const markVariable = "OUT_DYNATRACE_E2E_PROCESS"

func startProcess(ctx context.Context, dir string, env []string, name string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, name, args...), done: make(chan struct{})}
	p.cmd.Dir = dir
	p.mark = fmt.Sprintf("%s=%d.%d", markVariable, os.Getpid(), processes.Add(1))
	p.cmd.Env = append(append(os.Environ(), env...), p.mark)
	p.cmd.Stdout, p.cmd.Stderr = p, p
	p.cmd.WaitDelay = 5 * time.Second
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// The signal comes with the end of the thread that made the child, so that one has to stay.
		runtime.LockOSThread()
		defer close(p.done)
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // the state tells more
		}
	}()
	return p, <-started
}

// Write takes a piece of output.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

// output returns the output so far.
func (p *process) output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// ended waits for the end of the process, and returns false when it does not come in time.
func (p *process) ended(limit time.Duration) bool {
	select {
	case <-p.done:
		return true
	case <-time.After(limit):
		return false
	}
}

// marked returns the living processes with the mark.
func marked(t *testing.T, mark string) (pids []int) {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		// Empty for a process that has ended and was not waited for.
		env, err := os.ReadFile("/proc/" + e.Name() + "/environ")
		if err == nil && slices.Contains(strings.Split(string(env), "\x00"), mark) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// killMarked kills the descendants that outlived their parent.
func killMarked(t *testing.T, mark string) {
	t.Helper()
	for _, pid := range marked(t, mark) {
		t.Errorf("process %d was still there", pid)
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}
