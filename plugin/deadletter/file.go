package deadletter

import (
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"out_dynatrace/plugin/telemetry"
)

const (
	// DefaultMaxBytes is the cap of a File that is given none.
	DefaultMaxBytes = 100 << 20
	// retryPause is for how long nothing is tried after a failure.
	retryPause = time.Second
	// keptBuffer is the size of line buffer that a File holds on to.
	keptBuffer = 1 << 20
	// maxName bounds how much of the path a log line repeats, in bytes.
	maxName = 300
	// maxTurns is how often a Keep starts again because others rotated the file just then.
	maxTurns = 100
)

// File is a dead letter file. Safe for concurrent use, and with other Files on the same path, in this process or in others: every
// line is written under an flock(2) of the file, and only to the file that stands at the path at that moment.
//
// There is no goroutine, and no fsync: a line is on file when the kernel has it, which outlives the process but not a power
// failure. Memory is one line, given back above 1 MiB. A Keep takes some ten microseconds; it waits for others for at most a
// tenth of a second, and never for a disk that is full or a pipe.
type File struct {
	path string
	name string // path, fit for a log line
	max  int64
	log  *telemetry.Log

	// Stand-ins for tests.
	now      func() time.Time
	write    func(*os.File, []byte) (int, error)
	patience time.Duration // for the lock

	mu      sync.Mutex
	file    *os.File // nil when nothing is open
	real    string   // path without symbolic links; "" until it is needed
	closed  bool
	line    []byte    // a line break and the line
	retryAt time.Time // not zero: the last Keep failed
	missed  uint64    // records not kept since the first failure
	warned  bool      // about the mode of the file
	lost    lines     // with predecessors removed
}

// lines are a number of lines and their size.
type lines struct{ count, bytes int64 }

// New returns a File. It opens nothing: the file is created, with mode 0600, by the first Keep.
//
// maxBytes is the cap of the file and its predecessor together; 0 or less is DefaultMaxBytes. The file is rotated at half of it: it
// becomes path.1, and what was path.1 is gone, which is logged with the number of lines. A path that is a symbolic link
// is followed, and the predecessor then stands beside what it points to. A nil log prints nothing.
func New(path string, maxBytes int64, log *telemetry.Log) *File {
	if maxBytes <= 0 {
		maxBytes = DefaultMaxBytes
	}
	if log == nil {
		log = telemetry.NewLog(nil, nil, 0)
	}
	return &File{
		path: path, name: telemetry.OneLine(path, maxName), max: maxBytes, log: log,
		now:      time.Now,
		write:    (*os.File).Write,
		patience: 100 * time.Millisecond,
	}
}

// Keep writes e as one line and reports whether the whole of it is on file. e and its bytes are not kept in memory.
//
// After a failure (a full disk, a missing folder, ...) the reason is logged, every Keep returns false without trying for a second, and the
// next one tries anew. An entry larger than the cap, or than MaxLine, is refused; the others are not affected.
func (f *File) Keep(e *Entry) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.tidy()
	now := f.now()
	if !f.retryAt.IsZero() && now.Before(f.retryAt) {
		f.missed++
		return false
	}
	limit := min(f.max, MaxLine)
	size := int64(len(e.Record)) + int64(len(e.Tag)) // before anything is copied; the line can only be longer
	if size <= limit {
		f.line = appendEntry(append(f.line[:0], '\n'), e, now)
		size = int64(len(f.line)) - 1
	}
	if size > limit {
		f.log.Warn("deadletter.large", "dead letter file %s: a record of %d bytes is over the cap of %d and was not kept; raise the cap", f.name, size, limit)
		return false
	}
	if err := f.put(); err != nil {
		f.failed(err)
		return false
	}
	if !f.retryAt.IsZero() {
		f.log.Info("deadletter.again", "dead letter file %s: records are kept again; since it failed %d were not", f.name, f.missed)
		f.retryAt, f.missed = time.Time{}, 0
	}
	return true
}

// Close closes the file. It may be called more than once. A Keep that comes late, from a flush that was under way, still works: it
// opens the file for itself and leaves nothing open.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed, f.line = true, nil
	return f.leave()
}

// tidy gives back what a Keep need not hold on to.
func (f *File) tidy() {
	if cap(f.line) > keptBuffer {
		f.line = nil
	}
	if f.closed {
		f.line = nil
		_ = f.leave()
	}
}

// failed tells of a failure, and sees to it that the next Keeps do not try at once.
func (f *File) failed(err error) {
	f.retryAt = f.now().Add(retryPause)
	f.missed++
	var t *trouble
	if !errors.As(err, &t) {
		t = troubleWith("use", err)
	}
	f.log.Error(t.key(), "dead letter file %s: %v; until then refused records are dropped without a copy", f.name, t)
}

// put writes the line, at the end of the file that stands at the path.
func (f *File) put() error {
	for range maxTurns {
		if err := f.open(); err != nil {
			return err
		}
		size, err := f.enter()
		if err == nil {
			err = f.makeRoom(size)
		}
		if err == nil {
			err = f.append(size)
		}
		if err == nil {
			f.unlock()
			return nil
		}
		_ = f.leave() // whatever it was, begin anew with the path
		if !errors.Is(err, errMoved) {
			return err
		}
	}
	return troubleWith("hold", errBusy)
}

// append writes the line behind the first size bytes. The lock is held, so nobody else writes meanwhile.
func (f *File) append(size int64) error {
	line := f.line[1:]
	if size > 0 {
		var last [1]byte
		switch _, err := f.file.ReadAt(last[:], size-1); {
		case errors.Is(err, io.EOF): // truncated just now
			return errMoved
		case err != nil:
			return troubleWith("read", err)
		}
		if last[0] != '\n' { // half a line, of a writer that was killed; readers pass over it
			line = f.line
		}
	}
	n, err := f.write(f.file, line)
	if err == nil && n == len(line) {
		return nil
	}
	if n > 0 {
		_ = f.file.Truncate(size) // if that fails too, the next line begins with a line break
	}
	return troubleWith("write to", err)
}
