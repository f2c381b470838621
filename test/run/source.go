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

	"out_dynatrace/test/corpus"
)

// longestLine is the longest line in bytes that is shipped: as much as fits the buffer that conf/
// gives tail (10M).
const longestLine = 9_900_000

// source is the log to ship: a copy, so that the log may grow or be rotated meanwhile, may have any
// name, and ends with a line end.
type source struct {
	tally
	title string
	path  string
	size  int64 // of the copy
}

// openSource copies the log, or generates one.
func openSource(ctx context.Context, o options, dir string) (*source, error) {
	if o.log == "" {
		generated, w := io.Pipe()
		defer generated.Close() // ends the writer when the reader has given up
		go func() { w.CloseWithError(corpus.WriteLogs(w, o.lines)) }()
		return copySource(ctx, dir, "generated: access lines, JSON, logfmt, stack traces, syslog", generated)
	}
	info, err := os.Stat(o.log)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", o.log)
	}
	in, err := os.Open(o.log)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	limit := info.Size()
	if limit == 0 { // empty, or a file of /proc
		limit = longestLine
	}
	return copySource(ctx, dir, o.log, io.LimitReader(in, limit))
}

// copySource copies in and counts its lines. It keeps one line in memory.
func copySource(ctx context.Context, dir, title string, in io.Reader) (*source, error) {
	src := &source{title: title, path: filepath.Join(dir, "input.log")}
	f, err := os.OpenFile(src.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, 256<<10)
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 256<<10), longestLine)
	lines.Split(splitLines)
	for lines.Scan() {
		line := lines.Bytes()
		src.add(withoutEnd(line))
		n, _ := out.Write(line) // Flush returns the error
		src.size += int64(n)
		if line[len(line)-1] != '\n' { // tail would wait for it
			_ = out.WriteByte('\n')
			src.size++
		}
		if src.lines%1024 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("line %d is longer than %d bytes, the most that tail reads with this configuration",
			src.lines+1, longestLine)
	case err != nil:
		return nil, err
	}
	if err := out.Flush(); err != nil {
		return nil, err
	}
	return src, f.Close()
}

// splitLines is bufio.ScanLines that keeps the line ends.
func splitLines(data []byte, atEOF bool) (advance int, token []byte, err error) {
	if i := bytes.IndexByte(data, '\n'); i >= 0 {
		return i + 1, data[:i+1], nil
	}
	if atEOF && len(data) > 0 {
		return len(data), data, nil
	}
	return 0, nil, nil
}

// withoutEnd takes off LF or CR LF as tail does: a CR that stands alone on its line stays
// (plugins/in_tail/tail_file.c).
func withoutEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	if len(line) > 1 {
		line = bytes.TrimSuffix(line, []byte("\r"))
	}
	return line
}
