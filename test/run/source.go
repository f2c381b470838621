package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"

	"out_dynatrace/test/corpus"
)

// longestLine is the longest line in bytes that is shipped. Dynatrace keeps 10 MB of a content, and a line stands in memory
// as a whole several times on its way.
const longestLine = 64 << 20

// source is the log to ship: a copy, so that the log may grow or be rotated meanwhile, may have any name, and ends with a
// line end.
type source struct {
	title    string
	path     string
	size     int64 // of the copy
	tally    tally
	longest  int  // bytes of the longest line, with its end
	finished bool // the last line had no end and was given one
}

// openSource makes the copy, or makes the log up.
func openSource(ctx context.Context, o options, dir string) (*source, error) {
	if o.log == "" {
		made, w := io.Pipe()
		defer made.Close() // ends the writer when the reader has given up
		go func() { w.CloseWithError(corpus.WriteLogs(w, o.lines)) }()
		return copySource(ctx, dir, "made up for this run: nginx access lines, JSON and logfmt, Java stack traces, syslog, text in many scripts", made, longestLine)
	}
	in, limit, err := openLog(o.log, dir)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	return copySource(ctx, dir, o.log, io.LimitReader(in, limit), longestLine)
}

// openLog opens a user's file if it can be shipped, and says how much of it to read.
func openLog(name, dir string) (f *os.File, limit int64, err error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, 0, describe(err, name)
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return nil, 0, fmt.Errorf("%s is a directory: give the log file", plain(name, 80))
	case mode&os.ModeNamedPipe != 0:
		return nil, 0, fmt.Errorf("%s is a pipe: save what comes out of it to a file first", plain(name, 80))
	case !mode.IsRegular():
		return nil, 0, fmt.Errorf("%s is not a file: save the log to one first", plain(name, 80))
	}
	limit = info.Size()
	if err := checkSpace(dir, limit); err != nil {
		return nil, 0, err
	}
	if limit == 0 { // empty, or made on reading as in /proc
		limit = longestLine
	}
	if f, err = os.Open(name); err != nil {
		return nil, 0, describe(err, name)
	}
	start := make([]byte, 8)
	n, err := f.ReadAt(start, 0)
	if err != nil && err != io.EOF {
		f.Close()
		return nil, 0, describe(err, name)
	}
	if kind, unpack := compression(start[:n]); kind != "" {
		f.Close()
		return nil, 0, fmt.Errorf("%s is compressed (%s), not a log that tail can read: unpack it first (%s)", plain(name, 80), kind, unpack)
	}
	return f, limit, nil
}

// describe shortens the errors that everybody meets.
func describe(err error, name string) error {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return fmt.Errorf("there is no file %s", plain(name, 80))
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("no permission to read %s", plain(name, 80))
	}
	return err
}

// compression tells by its first bytes whether a file is compressed, and how to unpack it.
func compression(start []byte) (kind, unpack string) {
	for _, c := range []struct{ magic, kind, unpack string }{
		{"\x1f\x8b\x08", "gzip", "gunzip -k"},
		{"\x28\xb5\x2f\xfd", "zstd", "unzstd"},
		{"\xfd7zXZ\x00", "xz", "unxz -k"},
		{"BZh", "bzip2", "bunzip2 -k"},
		{"PK\x03\x04", "zip", "unzip"},
	} {
		if bytes.HasPrefix(start, []byte(c.magic)) {
			return c.kind, c.unpack
		}
	}
	return "", ""
}

// checkSpace makes sure that the copy and, at worst, Fluent Bit's buffer of it fit the disk.
func checkSpace(dir string, size int64) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return nil // no reason not to try
	}
	if free := int64(fs.Bavail) * fs.Bsize; free < 2*size+(64<<20) {
		return fmt.Errorf("a log of %s needs about %s of temporary space, and %s has %s: set TMPDIR to a larger place",
			bytesText(size), bytesText(2*size), os.TempDir(), bytesText(free))
	}
	return nil
}

// copySource copies in and counts its lines. It holds one line in memory, of about the longest size at most.
func copySource(ctx context.Context, dir, title string, in io.Reader, longest int) (*source, error) {
	src := &source{title: title, path: filepath.Join(dir, "input.log")}
	f, err := os.OpenFile(src.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 256<<10)
	if err := src.take(ctx, bufio.NewReaderSize(in, 256<<10), out, longest); err != nil {
		return nil, err
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	return src, f.Close()
}

// take reads line by line, counts, and writes each with its end.
func (s *source) take(ctx context.Context, in *bufio.Reader, out *bufio.Writer, longest int) error {
	var long []byte // a line that is longer than in's buffer
	for {
		line, err := in.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			if long = append(long, line...); len(long) > longest {
				return fmt.Errorf("line %s is longer than %s, the most that is shipped", count(s.tally.lines+1), bytesText(int64(longest)))
			}
			continue
		}
		if err != nil && err != io.EOF {
			return err
		}
		if len(long) > 0 {
			long = append(long, line...)
			line, long = long, long[:0]
		}
		if len(line) == 0 {
			return nil
		}
		if err == io.EOF && line[len(line)-1] != '\n' {
			s.finished = true
			line = append(line[:len(line):len(line)], '\n')
		}
		if _, err := out.Write(line); err != nil {
			return err
		}
		s.size += int64(len(line))
		s.longest = max(s.longest, len(line))
		s.tally.add(withoutEnd(line))
		if err == io.EOF || s.tally.lines%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// withoutEnd takes off LF or CR LF as tail does: a CR that stands alone on its line stays (plugins/in_tail/tail_file.c).
func withoutEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	if len(line) > 1 {
		line = bytes.TrimSuffix(line, []byte("\r"))
	}
	return line
}
