package deadletter

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// later moves the clock to when the next Keep tries again.
func (x *fixture) later() { x.clock.at = x.clock.at.Add(retryPause) }

func TestFile_UnusablePath(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(t *testing.T, path string)
		says string
	}{
		{"a missing folder", func(t *testing.T, path string) { _ = os.Remove(filepath.Dir(path)) }, "create its folder"},
		{"a folder", func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, "not of a folder"},
		{"a file in place of its folder", func(t *testing.T, path string) {
			_ = os.Remove(filepath.Dir(path))
			must(t, os.WriteFile(filepath.Dir(path), nil, 0o600))
		}, "correct the path"},
		{"a pipe without a reader", func(t *testing.T, path string) { must(t, syscall.Mkfifo(path, 0o600)) }, "a pipe"},
		{"a link to a pipe", func(t *testing.T, path string) {
			must(t, syscall.Mkfifo(path+".pipe", 0o600))
			must(t, os.Symlink(path+".pipe", path))
		}, "a pipe"},
		{"a device", func(t *testing.T, path string) { must(t, os.Symlink("/dev/full", path)) }, "a device"},
		{"a socket", func(t *testing.T, path string) {
			l, err := net.Listen("unix", path)
			must(t, err)
			t.Cleanup(func() { _ = l.Close() })
		}, "a socket"},
		{"a link to itself", func(t *testing.T, path string) { must(t, os.Symlink(path, path)) }, "lead nowhere"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir, err := os.MkdirTemp("", "dead") // short: the name of a socket has some 100 bytes
			must(t, err)
			t.Cleanup(func() { _ = os.RemoveAll(dir) })
			path := filepath.Join(dir, "sub", "dead.ndjson")
			must(t, os.Mkdir(filepath.Dir(path), 0o700))
			c.make(t, path)
			x := newFixture(t, path, 0)
			for range 5 {
				x.mustNotKeep(t, "a")
				x.later()
			}
			x.expectLog(t, c.says, 1)
			x.expectLog(t, "", 1)
			if x.handle.file != nil {
				t.Error("something is left open")
			}
			must(t, os.RemoveAll(filepath.Dir(path)))
			must(t, os.Mkdir(filepath.Dir(path), 0o700))
			x.mustKeep(t, "b")
			x.expect(t, "b")
			x.expectLog(t, "5 were not kept since the first failure", 1)
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestFile_PausesAfterFailure(t *testing.T) {
	x := newFixture(t, inTemp(t), 0)
	tries := 0
	x.handle.write = func(file *os.File, line []byte) (int, error) { tries++; return 0, syscall.EIO }
	x.mustNotKeep(t, "a")
	x.clock.at = x.clock.at.Add(retryPause - 1)
	x.mustNotKeep(t, "b")
	if tries != 1 {
		t.Errorf("%d tries within a second", tries)
	}
	x.clock.at = x.clock.at.Add(1)
	x.mustNotKeep(t, "c")
	if tries != 2 {
		t.Errorf("%d tries after a second", tries)
	}
}

// full is a disk with room for some more bytes.
func full(room int) func(*os.File, []byte) (int, error) {
	return func(file *os.File, line []byte) (int, error) {
		n, _ := file.Write(line[:min(room, len(line))])
		if room -= n; n < len(line) {
			return n, syscall.ENOSPC
		}
		return n, nil
	}
}

func TestFile_FullDiskLeavesNoHalfLine(t *testing.T) {
	x := newFixture(t, inTemp(t), 0)
	x.mustKeep(t, "a")
	size := sizeAt(x.path)
	write := x.handle.write
	x.handle.write = full(20)
	x.mustNotKeep(t, "b")
	if sizeAt(x.path) != size {
		t.Errorf("the file has %d bytes, had %d", sizeAt(x.path), size)
	}
	x.expectLog(t, "make room on the disk", 1)
	x.handle.write = write
	x.later()
	x.mustKeep(t, "c")
	x.expect(t, "a", "c")
}

func TestFile_HalfLineOfKilledWriter(t *testing.T) {
	for _, half := range []string{"{", `{"time":"2026`, strings.Repeat("x", 10_000), "\n{"} {
		x := newFixture(t, inTemp(t), 0)
		x.mustKeep(t, "a")
		file, err := os.OpenFile(x.path, os.O_APPEND|os.O_WRONLY, 0)
		must(t, err)
		_, err = file.WriteString(half)
		must(t, errors.Join(err, file.Close()))
		x.mustKeep(t, "b", "c")
		x.expect(t, "a", "!", "b", "c")
	}
}

func TestFile_NoPermission(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	x := newFixture(t, inTemp(t), 0)
	must(t, os.Chmod(filepath.Dir(x.path), 0o500))
	x.mustNotKeep(t, "a")
	x.expectLog(t, "write to the file and its folder", 1)
	must(t, os.Chmod(filepath.Dir(x.path), 0o700))
	x.later()
	x.mustKeep(t, "b")
}

func TestFailure_NamesRemedy(t *testing.T) {
	for err, want := range map[error]string{
		syscall.EROFS:  "a writable volume",
		syscall.EACCES: "write to the file and its folder",
		syscall.EPERM:  "write to the file and its folder",
		syscall.ENOSPC: "make room",
		syscall.EDQUOT: "make room",
		syscall.EMFILE: "ulimit -n",
		errBusy:        "raise the cap",
		errLocked:      "lslocks",
		nil:            "check the disk",
	} {
		if err != nil {
			err = &fs.PathError{Op: "open", Path: "/some/path", Err: err}
		}
		text := failedTo("open", err).Error()
		if !strings.Contains(text, want) || strings.Contains(text, "/some/path") {
			t.Errorf("%v: %s", err, text)
		}
	}
}

func TestFile_LockHeldForever(t *testing.T) {
	x := newFixture(t, inTemp(t), 0)
	x.handle.sleep = func(d time.Duration) { x.clock.at = x.clock.at.Add(d) }
	began := x.clock.at
	x.mustKeep(t, "a")
	other, err := os.Open(x.path)
	must(t, err)
	defer other.Close()
	must(t, syscall.Flock(int(other.Fd()), syscall.LOCK_EX))
	x.mustNotKeep(t, "b")
	x.expectLog(t, "another process holds its lock", 1)
	if waited := x.clock.at.Sub(began); waited < lockPatience || waited > lockPatience+2*time.Millisecond {
		t.Errorf("waited %v", waited)
	}
	must(t, syscall.Flock(int(other.Fd()), syscall.LOCK_UN))
	x.later()
	x.mustKeep(t, "c")
	x.expect(t, "a", "c")
}
