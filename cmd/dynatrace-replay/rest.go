package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// stdinName is the FILE that means standard input.
const stdinName = "-"

// input is one FILE with the file that takes its rest.
type input struct {
	name string
	in   io.Reader
	rest *rest // nil in a dry run
	file *os.File
}

// openInputs opens every FILE, and with rests what takes the rest of each. Either all are open or
// none.
func openInputs(o *options, w world, rests bool) (inputs []*input, err error) {
	defer func() {
		if err != nil {
			closeInputs(inputs)
			inputs = nil
		}
	}()
	for _, name := range o.files {
		in := &input{name: name}
		inputs = append(inputs, in)
		regular := false
		if name == stdinName {
			in.name, in.in = "standard input", w.stdin
		} else {
			if in.file, err = os.Open(name); err != nil {
				return inputs, err
			}
			info, err := in.file.Stat()
			if err == nil && info.IsDir() {
				err = &fs.PathError{Op: "read", Path: name, Err: syscall.EISDIR}
			}
			if err != nil {
				return inputs, err
			}
			in.in, regular = in.file, info.Mode().IsRegular()
		}
		if !regular {
			in.in = abandonable(w.abandon, in.in)
		}
		if !rests {
			continue
		}
		path := o.rest
		switch {
		case path == "" && !regular:
			return inputs, fmt.Errorf("%s: name the file for the rest with --rest", in.name)
		case path == "":
			path = name + ".rest"
		}
		if in.rest, err = newRest(path); err != nil {
			return inputs, err
		}
	}
	return inputs, nil
}

// closeInputs closes what is open, and removes rests that were not finished: nothing stands in
// them.
func closeInputs(inputs []*input) {
	for _, in := range inputs {
		if in.file != nil {
			_ = in.file.Close()
		}
		if in.rest != nil {
			in.rest.forget()
		}
	}
}

// abandonable is in, until ctx ends: a read that waits for a pipe or a terminal ends then too.
// What is read ahead is at most 32 KiB.
func abandonable(ctx context.Context, in io.Reader) io.Reader {
	pipe, to := io.Pipe()
	forget := context.AfterFunc(ctx, func() { _ = to.CloseWithError(errAbandoned) })
	go func() {
		_, err := io.Copy(to, in)
		_ = to.CloseWithError(err)
		forget()
	}()
	return pipe
}

var errAbandoned = errors.New("interrupted")

// rest collects the lines that are still to be done. They stand in a temporary file in the folder
// of the rest, which gets its name when the run is over, and never takes the place of another
// file.
type rest struct {
	path  string
	file  *os.File // nil once it is finished
	w     *bufio.Writer
	lines int
}

func newRest(path string) (*rest, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("%s exists, the rest of an earlier run: replay it first, or move it away", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600, O_EXCL
	if err != nil {
		return nil, fmt.Errorf("the rest cannot be written, and nothing is sent without that (--rest names another file): %w", err)
	}
	return &rest{path: path, file: file, w: bufio.NewWriterSize(file, 256<<10)}, nil
}

// add writes one line, which may have its line break or not.
func (r *rest) add(line []byte) error {
	r.lines++
	_, err := r.w.Write(line)
	if err == nil && (len(line) == 0 || line[len(line)-1] != '\n') {
		err = r.w.WriteByte('\n')
	}
	if err != nil {
		return fmt.Errorf("the rest cannot be written: %w", err)
	}
	return nil
}

// finish gives the rest its name; without lines there is no rest. After an error the lines are in
// the temporary file, which the error names.
func (r *rest) finish() error {
	if r.lines == 0 {
		r.forget()
		return nil
	}
	temp := r.file.Name()
	err := errors.Join(r.w.Flush(), r.file.Sync(), r.file.Close())
	r.file = nil
	if err == nil {
		err = giveName(temp, r.path)
	}
	if err != nil {
		return fmt.Errorf("the rest is in %s, as far as it could be written: %w", temp, err)
	}
	return nil
}

// giveName renames without replacing, which rename(2) cannot.
func giveName(temp, path string) error {
	switch err := os.Link(temp, path); {
	case err == nil:
		return os.Remove(temp)
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s exists by now", path)
	}
	if _, err := os.Lstat(path); err == nil { // a file system without hard links
		return fmt.Errorf("%s exists by now", path)
	}
	return os.Rename(temp, path)
}

// forget removes the temporary file.
func (r *rest) forget() {
	if r.file != nil {
		_ = r.file.Close()
		_ = os.Remove(r.file.Name())
		r.file = nil
	}
}
