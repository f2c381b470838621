package deadletter

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// errMoved says that the file in hand is not (or no longer) the one at the path.
var errMoved = errors.New("the file was moved")

// open opens the file at the path, unless one is open. It never waits: nothing but a regular file is opened.
func (f *File) open() error {
	if f.file != nil {
		return nil
	}
	// Looked at before, as opening a device can do something to it, and with O_NONBLOCK, as a pipe may take its place in between.
	if info, err := os.Stat(f.path); err == nil && !info.Mode().IsRegular() {
		return troubleWith("use", notRegular(info))
	}
	const flags = os.O_RDWR | os.O_APPEND | os.O_CREATE | syscall.O_NONBLOCK | syscall.O_NOCTTY
	file, err := os.OpenFile(f.path, flags, 0o600)
	if err != nil {
		return troubleWith("open", err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = notRegular(info)
	}
	if err != nil {
		_ = file.Close()
		return troubleWith("use", err)
	}
	f.file, f.real = file, ""
	f.checkMode(info)
	return nil
}

// checkMode warns once of a file that others can read. It is left as it is: somebody may have meant it.
func (f *File) checkMode(info fs.FileInfo) {
	if f.warned {
		return
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case info.Mode().Perm()&0o077 != 0:
		f.warned = true
		f.log.Warn("deadletter.mode", "dead letter file %s has mode %04o, so others can read the log records in it: `chmod 600` it, unless that is meant", f.name, info.Mode().Perm())
	case ok && stat.Uid != 0 && int(stat.Uid) != os.Geteuid():
		f.warned = true
		f.log.Warn("deadletter.mode", "dead letter file %s belongs to user %d, who can read the log records in it, unless that is meant: `chown` it", f.name, stat.Uid)
	}
}

// enter locks the file and returns its size; errMoved when it is not the one at the path.
func (f *File) enter() (size int64, err error) {
	if err := f.lock(); err != nil {
		return 0, err
	}
	mine, err := f.file.Stat()
	if err != nil {
		return 0, troubleWith("use", err)
	}
	there, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, errMoved
	case err != nil:
		return 0, troubleWith("use", err)
	case !os.SameFile(mine, there):
		return 0, errMoved
	}
	if f.real == "" {
		// Only under the lock, as nobody else rotates now.
		if f.real, err = filepath.EvalSymlinks(f.path); err != nil {
			return 0, troubleWith("use", err)
		}
	}
	return mine.Size(), nil
}

// lock takes the lock of the file. Others hold it for the time of one write; so that one that was stopped cannot stop us too, it
// asks again and again, and not for ever.
func (f *File) lock() error {
	deadline := time.Now().Add(f.patience)
	for pause := 20 * time.Microsecond; ; pause = min(2*pause, 2*time.Millisecond) {
		err := syscall.Flock(int(f.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR):
			return troubleWith("lock", err)
		case !time.Now().Before(deadline):
			return troubleWith("lock", errLocked)
		}
		time.Sleep(pause)
	}
}

// unlock cannot fail on a file that is locked; if it did, closing would do it.
func (f *File) unlock() {
	if syscall.Flock(int(f.file.Fd()), syscall.LOCK_UN) != nil {
		_ = f.leave()
	}
}

// leave closes the file, and with that gives up its lock.
func (f *File) leave() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file, f.real = nil, ""
	return err
}
