package deadletter

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// predecessorSuffix makes the name of the predecessor.
const predecessorSuffix = ".1"

// lines are a number of lines and their size in bytes.
type lines struct{ count, bytes int64 }

// rotator keeps the file and its predecessor within a cap.
type rotator struct {
	max  int64 // the cap, in bytes
	lost lines // with predecessors removed
}

// makeRoom makes room for need more bytes behind the first size. The lock of the file at the path
// is held, so nobody else rotates. It returns errMoved after a rotation: the path has no file then
// until somebody opens it again.
func (r *rotator) makeRoom(h *handle, size, need int64) error {
	predecessor := h.real + predecessorSuffix
	old, err := os.Lstat(predecessor)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failedTo("rotate", err)
	}
	exists := err == nil
	if exists && !old.Mode().IsRegular() {
		if size == 0 || size+need <= r.max/2 {
			return nil // not ours, and not in the way yet
		}
		return failedTo("rotate", errPredecessor)
	}
	switch {
	case size > 0 && size+need > r.max/2:
		content := openPredecessor(predecessor, exists)
		if err := os.Rename(h.real, predecessor); err != nil {
			closeIf(content)
			return failedTo("rotate", err)
		}
		_ = h.close() // others need not wait while we count
		r.logLost(h, content, old)
		return errMoved
	case exists && old.Size()+size+need > r.max: // one large line, or the cap was lowered
		content := openPredecessor(predecessor, exists)
		if err := os.Remove(predecessor); err != nil {
			closeIf(content)
			return failedTo("rotate", err)
		}
		r.logLost(h, content, old)
	}
	return nil
}

// openPredecessor opens the predecessor for counting. It returns nil if there is none, or if it
// cannot be read.
func openPredecessor(path string, exists bool) *os.File {
	if !exists {
		return nil
	}
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return nil
	}
	return file
}

func closeIf(file *os.File) {
	if file != nil {
		_ = file.Close()
	}
}

// logLost counts and logs what is gone with a predecessor, and closes content. old is nil if there
// was no predecessor.
func (r *rotator) logLost(h *handle, content *os.File, old fs.FileInfo) {
	defer closeIf(content)
	if old == nil || old.Size() == 0 {
		return
	}
	gone := lines{bytes: old.Size()}
	if content != nil {
		gone.count = countLines(content)
	}
	r.lost.count += gone.count
	r.lost.bytes += gone.bytes
	h.log.Warn("deadletter.rotated", "dead letter file %s: rotated; the oldest records, in %s%s, "+
		"are removed: lines %d, bytes %d (since the start: lines %d, bytes %d); raise the cap, or "+
		"replay and remove the file sooner", h.name, h.name, predecessorSuffix,
		gone.count, gone.bytes, r.lost.count, r.lost.bytes)
}

// countLines counts the lines that are not empty, as far as they can be read.
func countLines(r io.Reader) (n int64) {
	buf := make([]byte, 64<<10)
	empty := true // the line so far
	for {
		size, err := r.Read(buf)
		for rest := buf[:size]; len(rest) > 0; {
			at := bytes.IndexByte(rest, '\n')
			if at != 0 && empty {
				n++
				empty = false
			}
			if at < 0 {
				break
			}
			empty = true
			rest = rest[at+1:]
		}
		if err != nil {
			return n
		}
	}
}
