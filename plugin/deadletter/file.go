package deadletter

import (
	"errors"
	"os"
	"sync"
	"time"

	"out_dynatrace/plugin/telemetry"
)

// DefaultMaxBytes is the default of Options.MaxBytes, in bytes.
const DefaultMaxBytes = 100_000_000

const (
	// retryPause is the time after a failure in which nothing is tried.
	retryPause = time.Second
	// maxName bounds the path in a log line, in bytes.
	maxName = 300
	// maxTurns is how often a Keep starts again because another writer rotated the file just then.
	maxTurns = 100
)

// Options configure a File.
type Options struct {
	// Path is where the file is, or will be. A symbolic link is followed, and the predecessor is
	// beside its target.
	Path string
	// MaxBytes is the cap of the file and its predecessor together, in bytes. 0 or less is
	// DefaultMaxBytes. The file is rotated at half of it: it becomes path.1 and replaces the
	// path.1 before, which is logged with its number of lines.
	MaxBytes int
}

// File is a dead letter file. It is safe for concurrent use, also with other Files on the same
// path, in this process or in others: every line is written under an flock(2) of the file, and only
// to the file that is at the path at that moment.
//
// There is no goroutine and no fsync. A line is kept once the kernel has it, which outlives the
// process but not a power failure. Memory is one line; a buffer above 1 MiB is released. A Keep
// takes some ten microseconds. It waits for other writers for at most a tenth of a second, and
// never for a full disk or a pipe.
type File struct {
	log *telemetry.Log
	now func() time.Time // replaced by tests

	mu      sync.Mutex
	handle  handle
	rotator rotator
	closed  bool
	line    []byte    // a line break and the line
	retryAt time.Time // not zero: the last Keep failed
	missed  uint64    // records not kept since the first failure
}

// New returns a File. It opens nothing: the first Keep creates the file, with mode 0600. A nil log
// prints nothing.
func New(o Options, log *telemetry.Log) *File {
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if log == nil {
		log = telemetry.NewLog(nil, nil, 0)
	}
	return &File{
		log: log,
		now: time.Now,
		handle: handle{
			path: o.Path, name: telemetry.OneLine(o.Path, maxName), log: log,
			now: time.Now, sleep: time.Sleep, write: (*os.File).Write,
		},
		rotator: rotator{max: int64(o.MaxBytes)},
	}
}

// Keep writes e as one line and reports whether all of it is in the file. It keeps neither e nor
// its bytes in memory.
//
// After a failure (a full disk, a missing folder, ...) the reason is logged, and every Keep returns
// false for a second without trying. The next one tries again. An entry larger than the cap or
// MaxLine is not kept; other entries are not affected.
func (f *File) Keep(e *Entry) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	defer f.tidy()
	now := f.now()
	if !f.retryAt.IsZero() && now.Before(f.retryAt) {
		f.missed++
		return false
	}
	limit := min(f.rotator.max, MaxLine)
	// Checked before anything is copied. The line can only be longer.
	size := int64(len(e.Record)) + int64(len(e.Tag))
	if size <= limit {
		f.line = e.appendTo(append(f.line[:0], '\n'), now)
		size = int64(len(f.line)) - 1
	}
	if size > limit {
		f.log.Warn("deadletter.large", "dead letter file %s: a record of %d bytes is over the cap "+
			"of %d and was not kept; raise the cap", f.handle.name, size, limit)
		return false
	}
	if err := f.put(); err != nil {
		f.failed(err)
		return false
	}
	if !f.retryAt.IsZero() {
		f.log.Info("deadletter.again", "dead letter file %s: records are kept again; %d were not "+
			"kept since the first failure", f.handle.name, f.missed)
		f.retryAt, f.missed = time.Time{}, 0
	}
	return true
}

// Close closes the file. It may be called more than once. A Keep after Close, from a flush that was
// under way, still works: it opens the file for itself and leaves nothing open.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed, f.line = true, nil
	return f.handle.close()
}

// tidy releases what a Keep need not hold on to.
func (f *File) tidy() {
	if cap(f.line) > keptBuffer {
		f.line = nil
	}
	if f.closed {
		f.line = nil
		_ = f.handle.close()
	}
}

// failed logs a failure and starts the pause.
func (f *File) failed(err error) {
	f.retryAt = f.now().Add(retryPause)
	f.missed++
	var cause *failure
	if !errors.As(err, &cause) {
		cause = failedTo("use", err)
	}
	f.log.Error(cause.key(), "dead letter file %s: %v; until then rejected records are dropped "+
		"without a copy", f.handle.name, cause)
}

// put writes the line at the end of the file at the path.
func (f *File) put() error {
	h := &f.handle
	for range maxTurns {
		if err := h.open(); err != nil {
			return err
		}
		size, err := h.enter()
		if err == nil {
			// The line with the line break that may have to come first.
			err = f.rotator.makeRoom(h, size, int64(len(f.line)))
		}
		if err == nil {
			err = h.append(size, f.line)
		}
		if err == nil {
			h.unlock()
			return nil
		}
		_ = h.close() // start again with the path
		if !errors.Is(err, errMoved) {
			return err
		}
	}
	return failedTo("hold", errBusy)
}
