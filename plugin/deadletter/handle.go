package deadletter

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"out_dynatrace/plugin/telemetry"
)

// errMoved means that the open file is not, or no longer, the one at the path.
var errMoved = errors.New("the file was moved")

// lockPatience is how long a Keep waits for the lock of another writer.
const lockPatience = 100 * time.Millisecond

// handle is the file at a path, opened and locked for one write at a time.
type handle struct {
	path string
	name string // path, fit for a log line
	log  *telemetry.Log

	// Replaced by tests.
	now   func() time.Time
	sleep func(time.Duration)
	write func(*os.File, []byte) (int, error)

	file   *os.File // nil if nothing is open
	real   string   // path without symbolic links; "" until it is needed
	warned bool     // about the mode of the file
}

// open opens the file at the path, unless one is open. It never waits, and opens nothing but a
// regular file.
func (h *handle) open() error {
	if h.file != nil {
		return nil
	}
	// The Stat comes first because opening a device can have an effect. O_NONBLOCK is for a pipe
	// that takes the file's place in between.
	if info, err := os.Stat(h.path); err == nil && !info.Mode().IsRegular() {
		return failedTo("use", notRegular(info))
	}
	const flags = os.O_RDWR | os.O_APPEND | os.O_CREATE | syscall.O_NONBLOCK | syscall.O_NOCTTY
	file, err := os.OpenFile(h.path, flags, 0o600)
	if err != nil {
		return failedTo("open", err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = notRegular(info)
	}
	if err != nil {
		_ = file.Close()
		return failedTo("use", err)
	}
	h.file, h.real = file, ""
	h.checkMode(info)
	return nil
}

// checkMode warns once of a file that others can read. It leaves the mode as it is: it may be
// intended.
func (h *handle) checkMode(info fs.FileInfo) {
	if h.warned {
		return
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case info.Mode().Perm()&0o077 != 0:
		h.warned = true
		h.log.Warn("deadletter.mode", "dead letter file %s has mode %04o, so others can read the "+
			"log records in it: `chmod 600` it, unless that is intended", h.name, info.Mode().Perm())
	case ok && stat.Uid != 0 && int(stat.Uid) != os.Geteuid():
		h.warned = true
		h.log.Warn("deadletter.mode", "dead letter file %s belongs to user %d, who can read the "+
			"log records in it: `chown` it, unless that is intended", h.name, stat.Uid)
	}
}

// enter locks the file and returns its size. It returns errMoved if the file is not the one at the
// path.
func (h *handle) enter() (size int64, err error) {
	if err := h.lock(); err != nil {
		return 0, err
	}
	mine, err := h.file.Stat()
	if err != nil {
		return 0, failedTo("use", err)
	}
	there, err := os.Stat(h.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, errMoved
	case err != nil:
		return 0, failedTo("use", err)
	case !os.SameFile(mine, there):
		return 0, errMoved
	}
	if h.real == "" {
		// Under the lock, because nobody else rotates now.
		if h.real, err = filepath.EvalSymlinks(h.path); err != nil {
			return 0, failedTo("use", err)
		}
	}
	return mine.Size(), nil
}

// lock takes the lock of the file. Others hold it for one write. A process that was stopped may
// hold it for ever, so lock polls and gives up after lockPatience.
func (h *handle) lock() error {
	deadline := h.now().Add(lockPatience)
	for pause := 20 * time.Microsecond; ; pause = min(2*pause, 2*time.Millisecond) {
		err := syscall.Flock(int(h.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return failedTo("lock", err)
		case !h.now().Before(deadline):
			return failedTo("lock", errLocked)
		}
		h.sleep(pause)
	}
}

// append writes a line behind the first size bytes. line begins with a line break, which is
// written only if the file does not end in one. The lock is held, so nobody else writes meanwhile.
func (h *handle) append(size int64, line []byte) error {
	rest := line[1:]
	if size > 0 {
		var last [1]byte
		switch _, err := h.file.ReadAt(last[:], size-1); {
		case errors.Is(err, io.EOF): // truncated just now
			return errMoved
		case err != nil:
			return failedTo("read", err)
		}
		if last[0] != '\n' { // half a line, from a writer that was killed; readers skip it
			rest = line
		}
	}
	n, err := h.write(h.file, rest)
	if err == nil && n == len(rest) {
		return nil
	}
	if n > 0 {
		_ = h.file.Truncate(size) // if that fails too, the next line begins with a line break
	}
	return failedTo("write to", err)
}

// unlock gives up the lock. It cannot fail on a locked file; if it did, closing the file gives up
// the lock.
func (h *handle) unlock() {
	if syscall.Flock(int(h.file.Fd()), syscall.LOCK_UN) != nil {
		_ = h.close()
	}
}

// close closes the file, which gives up its lock.
func (h *handle) close() error {
	if h.file == nil {
		return nil
	}
	err := h.file.Close()
	h.file, h.real = nil, ""
	return err
}
