package deadletter

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"out_dynatrace/plugin/telemetry"
)

// notebook is a Logger that keeps its lines.
type notebook struct {
	mu  sync.Mutex
	all []string
}

func (n *notebook) Enabled(telemetry.Level) bool { return true }

func (n *notebook) Log(level telemetry.Level, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, fmt.Sprint(int(level), " ", text))
}

func (n *notebook) count(part string) (found int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, line := range n.all {
		if strings.Contains(line, part) {
			found++
		}
	}
	return found
}

func (n *notebook) String() string { return strings.Join(n.all, "\n") }

// clock is a time that moves only by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

// fixture is a File in a folder of its own, with its log and clock. The clock moves only by hand,
// so a Keep waits for the lock of others as long as it takes, however busy the machine is.
type fixture struct {
	*File
	path  string
	log   *notebook
	clock *clock
}

func newFixture(t *testing.T, path string, maxBytes int64) *fixture {
	t.Helper()
	x := &fixture{path: path, log: new(notebook), clock: &clock{time.Date(2026, 11, 25, 2, 17, 10, 1, time.UTC)}}
	x.File = New(Options{Path: path, MaxBytes: int(maxBytes)}, telemetry.NewLog(x.log, x.clock.now, time.Minute))
	x.now, x.handle.now = x.clock.now, x.clock.now
	t.Cleanup(func() { _ = x.Close() })
	return x
}

func inTemp(t *testing.T) string { return filepath.Join(t.TempDir(), "dead.ndjson") }

// entry returns an entry whose record names it.
func entry(name string) *Entry {
	return &Entry{
		Time: time.Date(2026, 11, 25, 2, 17, 10, 5, time.FixedZone("", 3600)), Tag: []byte("app"), Reason: "rejected", Status: 400,
		Message: "no", Record: fmt.Appendf(nil, `{"content":%q}`, name),
	}
}

// sizeOf is the length of the line of e.
func sizeOf(e *Entry) int64 { return int64(len(e.appendTo(nil, time.Now()))) }

func (x *fixture) mustKeep(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if !x.Keep(entry(name)) {
			t.Fatalf("%s was not kept; log:\n%s", name, x.log)
		}
	}
}

func (x *fixture) mustNotKeep(t *testing.T, name string) {
	t.Helper()
	if x.Keep(entry(name)) {
		t.Fatalf("%s was kept", name)
	}
}

// contents are the names of the entries in files, in order; a file that is missing holds none, a
// broken line is "!".
func contents(t *testing.T, paths ...string) (names []string) {
	t.Helper()
	for _, path := range paths {
		in, err := os.Open(path)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		for r := NewReader(in); ; {
			e, _, err := r.Next()
			var broken *LineError
			switch {
			case err == io.EOF:
			case errors.As(err, &broken):
				names = append(names, "!")
				continue
			case err != nil:
				t.Fatal(err)
			default:
				names = append(names, strings.TrimSuffix(strings.TrimPrefix(string(e.Record), `{"content":"`), `"}`))
				continue
			}
			break
		}
	}
	return names
}

func (x *fixture) expect(t *testing.T, want ...string) {
	t.Helper()
	if got := contents(t, x.path+predecessorSuffix, x.path); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("on file: %q, want %q", got, want)
	}
}

func (x *fixture) expectLog(t *testing.T, part string, times int) {
	t.Helper()
	if n := x.log.count(part); n != times {
		t.Errorf("%q was logged %d times, want %d:\n%s", part, n, times, x.log)
	}
}

func sizeAt(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
