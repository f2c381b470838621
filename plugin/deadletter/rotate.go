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

// makeRoom sees to it that the line fits behind size bytes. The lock of the file at the path is held, so nobody else rotates. It
// returns errMoved when it rotated: the path has no file then, until somebody opens it anew.
func (f *File) makeRoom(size int64) error {
	need := int64(len(f.line)) // with the line break that may have to stand before the line
	predecessor := f.real + predecessorSuffix
	old, err := os.Lstat(predecessor)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return troubleWith("rotate", err)
	}
	exists := err == nil
	if exists && !old.Mode().IsRegular() {
		if size == 0 || size+need <= f.max/2 {
			return nil // not ours, and not in the way yet
		}
		return troubleWith("rotate", errPredecessor)
	}
	switch {
	case size > 0 && size+need > f.max/2:
		content := f.openPredecessor(predecessor, exists)
		if err := os.Rename(f.real, predecessor); err != nil {
			closeIf(content)
			return troubleWith("rotate", err)
		}
		_ = f.leave() // others need not wait for the counting
		f.tellLost(content, old)
		return errMoved
	case exists && old.Size()+size+need > f.max: // a single large line, or the cap was lowered
		content := f.openPredecessor(predecessor, exists)
		if err := os.Remove(predecessor); err != nil {
			closeIf(content)
			return troubleWith("rotate", err)
		}
		f.tellLost(content, old)
	}
	return nil
}

// openPredecessor opens it for counting; nil when there is none, or when it cannot be read.
func (f *File) openPredecessor(path string, exists bool) *os.File {
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

// tellLost says what is gone with a predecessor; old is nil when there was none.
func (f *File) tellLost(content *os.File, old fs.FileInfo) {
	defer closeIf(content)
	if old == nil || old.Size() == 0 {
		return
	}
	gone := lines{bytes: old.Size()}
	if content != nil {
		gone.count = countLines(content)
	}
	f.lost.count += gone.count
	f.lost.bytes += gone.bytes
	f.log.Warn("deadletter.rotated", "dead letter file %s: rotated, and the oldest records are gone with %s%s: lines %d, bytes %d (since the start: lines %d, bytes %d); raise the cap, or replay and remove the file sooner",
		f.name, f.name, predecessorSuffix, gone.count, gone.bytes, f.lost.count, f.lost.bytes)
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
