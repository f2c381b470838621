package watchfile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// ErrNotRegular is the error for a folder, a pipe, a socket or a device.
var ErrNotRegular = errors.New("is not a file")

// TooLargeError is the error for a file that has more bytes than the limit.
type TooLargeError struct {
	// Limit is the most that was allowed, in bytes.
	Limit int64
}

func (e *TooLargeError) Error() string { return fmt.Sprintf("has more than %d bytes", e.Limit) }

// ReadFile reads a regular file of at most limit bytes. It never waits: anything else, such as a
// pipe, is ErrNotRegular. A larger file is a *TooLargeError. Every other error is one of the
// operating system without the path, because callers name the path in their own words, or must not
// show it.
func ReadFile(path string, limit int64) ([]byte, error) {
	// The Stat comes first because opening a device can have an effect. O_NONBLOCK is for a pipe
	// that takes the file's place in between.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, ErrNotRegular
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, withoutPath(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, withoutPath(err)
	}
	if !info.Mode().IsRegular() {
		return nil, ErrNotRegular
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, withoutPath(err)
	}
	if int64(len(data)) > limit {
		return nil, &TooLargeError{Limit: limit}
	}
	return data, nil
}

// Missing reports whether an error of ReadFile means that there is no such file: nothing has that
// name, or what should be a folder on the way is a file.
func Missing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// withoutPath strips operation and path from an error of package os.
func withoutPath(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
