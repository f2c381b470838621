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
	errBusy        = errors.New("other writers rotate it all the time")
	errLocked      = errors.New("another process holds its lock")
	errPredecessor = errors.New("the predecessor's name, with .1 at the end, is not that of a file")
	errNotRegular  = errors.New("not a regular file")
)

// notRegular describes what is at the path instead of a file.
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

// failure is an error with its remedy.
type failure struct {
	action string // what could not be done: "open", "write to"
	err    error  // without the path
}

// failedTo returns a failure without the path that an error of package os names. A nil err is a
// short write.
func failedTo(action string, err error) *failure {
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
	return &failure{action, err}
}

func (f *failure) Error() string {
	return fmt.Sprintf("cannot %s it: %v: %s", f.action, f.err, f.remedy())
}

func (f *failure) Unwrap() error { return f.err }

// key folds log lines of the same failure.
func (f *failure) key() string { return "deadletter." + f.action + ": " + f.err.Error() }

// remedy returns what the operator can do.
func (f *failure) remedy() string {
	is := func(errs ...error) bool {
		for _, err := range errs {
			if errors.Is(f.err, err) {
				return true
			}
		}
		return false
	}
	switch {
	case is(syscall.ENOENT):
		return "create its folder"
	case is(syscall.ENOTDIR):
		return "one of its folders is a file: correct the path"
	case is(syscall.EISDIR):
		return "write the path of a file, not of a folder"
	case is(errNotRegular):
		return "write the path of a file, or of one that does not exist yet"
	case is(syscall.EACCES, syscall.EPERM):
		return fmt.Sprintf("let the user that runs Fluent Bit (uid %d) write to the file and its "+
			"folder", os.Geteuid())
	case is(syscall.EROFS):
		return "name a file on a writable volume, such as that of storage.path"
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
