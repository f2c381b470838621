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

// input is one FILE, with the file that takes its rest.
type input struct {
	name string
	in   io.Reader
	rest *rest // nil in a dry run
	file *os.File
}

// openInputs opens every FILE and, if rests is set, the file for the rest of each. It opens all or
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
			return inputs, fmt.Errorf("%s: use --rest to name the file for the rest", in.name)
		case path == "":
			path = name + ".rest"
		}
		if in.rest, err = newRest(path); err != nil {
			return inputs, err
		}
	}
	return inputs, nil
}

// closeInputs closes the files, and removes rests that were not finished: they are empty.
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

// abandonable returns in, whose reads end when ctx ends, also one that waits for a pipe or a
// terminal. It reads ahead at most 32 KiB.
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

// rest collects the lines that are left to do. It writes them to a temporary file in the same
// directory, which gets its name at the end of the run and never replaces another file.
type rest struct {
	path  string
	file  *os.File // nil once it is finished
	w     *bufio.Writer
	lines int
}

func newRest(path string) (*rest, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("%s exists: the rest of an earlier run; replay it first, or move it", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*") // mode 0600, O_EXCL
	if err != nil {
		return nil, fmt.Errorf("the rest cannot be written, so nothing is sent "+
			"(use --rest for another file): %w", err)
	}
	return &rest{path: path, file: file, w: bufio.NewWriterSize(file, 256<<10)}, nil
}

// add writes one line, with or without its line break.
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

// finish gives the rest its name; a rest without lines is removed. After an error the lines are in
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
		return fmt.Errorf("the rest is in %s, as far as it was written: %w", temp, err)
	}
	return nil
}

// giveName renames a file but replaces none, which rename(2) cannot do.
func giveName(temp, path string) error {
	switch err := os.Link(temp, path); {
	case err == nil:
		return os.Remove(temp)
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s was created meanwhile", path)
	}
	if _, err := os.Lstat(path); err == nil { // a file system without hard links
		return fmt.Errorf("%s was created meanwhile", path)
	}
	return os.Rename(temp, path)
}

// forget removes the temporary file. It does nothing after finish.
func (r *rest) forget() {
	if r.file != nil {
		_ = r.file.Close()
		_ = os.Remove(r.file.Name())
		r.file = nil
	}
}
