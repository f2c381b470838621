package deadletter

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

var (
	errBusy        = errors.New("others rotate it all the time")
	errLocked      = errors.New("another process holds its lock")
	errPredecessor = errors.New("what stands at the name of the predecessor, with .1 behind it, is not a file")
	errNotRegular  = errors.New("not a regular file")
)

// notRegular says what stands at the path instead of a file.
func notRegular(info fs.FileInfo) error {
	kind := "a device"
	switch mode := info.Mode(); {
	case mode.IsDir():
		return syscall.EISDIR
	case mode&fs.ModeNamedPipe != 0:
		kind = "a pipe"
	case mode&fs.ModeSocket != 0:
		kind = "a socket"
	}
	return fmt.Errorf("%w but %s", errNotRegular, kind)
}

// trouble is a failure, with what to do about it.
type trouble struct {
	doing string // what could not be done with the file
	err   error  // without the path
}

func troubleWith(doing string, err error) *trouble {
	if err == nil {
		err = io.ErrShortWrite
	}
	var (
		path *fs.PathError
		link *os.LinkError
	)
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return &trouble{doing, err}
}

func (t *trouble) Error() string {
	return fmt.Sprintf("cannot %s it: %v: %s", t.doing, t.err, t.hint())
}

func (t *trouble) Unwrap() error { return t.err }

// key folds log lines of the same trouble.
func (t *trouble) key() string { return "deadletter." + t.doing + ": " + t.err.Error() }

// hint says what to do next.
func (t *trouble) hint() string {
	is := func(errs ...error) bool {
		for _, err := range errs {
			if errors.Is(t.err, err) {
				return true
			}
		}
		return false
	}
	switch {
	case is(syscall.ENOENT):
		return "create its folder"
	case is(syscall.ENOTDIR):
		return "a file stands where one of its folders should be: correct the path"
	case is(syscall.EISDIR):
		return "write the path of a file, not of a folder"
	case is(errNotRegular):
		return "write the path of a file, or of one that does not exist yet"
	case is(syscall.EACCES, syscall.EPERM):
		return fmt.Sprintf("give the user that runs Fluent Bit (uid %d) the right to write there, to the file and to its folder", os.Geteuid())
	case is(syscall.EROFS):
		return "name a file on a volume that can be written, such as the one of storage.path"
	case is(syscall.ENOSPC, syscall.EDQUOT):
		return "make room on the disk, or name a file elsewhere"
	case is(syscall.EMFILE, syscall.ENFILE):
		return "raise the limit of open files (ulimit -n, LimitNOFILE)"
	case is(syscall.ELOOP):
		return "the symbolic links lead nowhere: correct the path"
	case is(syscall.ENAMETOOLONG):
		return "shorten the path"
	case is(errLocked):
		return "find it with `lslocks` or `fuser`, and end it"
	case is(errBusy):
		return "raise the cap"
	case is(errPredecessor):
		return "move it away"
	default:
		return "check the disk, or name a file elsewhere"
	}
}
