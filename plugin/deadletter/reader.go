package deadletter

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Reader reads what Files wrote, line by line. Its memory is the longest line, at most MaxLine, and
// its Entry. It is not safe for concurrent use.
type Reader struct {
	in   *bufio.Reader
	line int
	raw  []byte
	err  error // of the input, final
}

// LineError reports a line that holds no entry. The lines behind it can be read.
type LineError struct {
	// Line is the number of the line, from 1. Empty lines count.
	Line int
	// Err is the cause.
	Err error
}

// Error returns the cause with the line's number.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns the cause.
func (e *LineError) Unwrap() error { return e.Err }

var (
	errTooLong  = fmt.Errorf("more than %d MiB", MaxLine>>20)
	errNoRecord = errors.New(`no object under "record"`)
)

// NewReader returns a Reader of in.
func NewReader(in io.Reader) *Reader { return &Reader{in: bufio.NewReaderSize(in, 64<<10)} }

// Line returns the number of the line that Next returned last, from 1.
func (r *Reader) Line() int { return r.line }

// Next returns the next entry, and the line that holds it without its line break. Both belong to
// the caller, raw only until the next call. Empty lines are skipped.
//
// The error is io.EOF at the end. It is a *LineError for a line without an entry; Next then goes on
// with the line behind it, and raw is the broken line, or nil if the line is too long. An error of
// the input is final.
func (r *Reader) Next() (e Entry, raw []byte, err error) {
	for {
		raw, err := r.next()
		if err != nil {
			return Entry{}, nil, err
		}
		if len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		if e, err = parse(raw); err != nil {
			return Entry{}, raw, &LineError{r.line, err}
		}
		return e, raw, nil
	}
}

// next reads one line into r.raw.
func (r *Reader) next() ([]byte, error) {
	if r.err != nil {
		return nil, r.err
	}
	if cap(r.raw) > keptBuffer {
		r.raw = nil
	}
	r.raw = r.raw[:0]
	r.line++
	long, size := false, 0
	for {
		piece, err := r.in.ReadSlice('\n')
		size += len(piece)
		if long = long || size > MaxLine; !long {
			r.raw = append(r.raw, piece...)
		} else {
			r.raw = nil
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == io.EOF && size > 0: // the last line has no line break
			r.err = io.EOF
		case err == io.EOF:
			r.line--
			r.err = io.EOF
			return nil, io.EOF
		case err != nil: // the line may be incomplete
			r.err = fmt.Errorf("line %d: %w", r.line, err)
			return nil, r.err
		}
		if long {
			return nil, &LineError{r.line, errTooLong}
		}
		return bytes.TrimSuffix(r.raw, []byte("\n")), nil
	}
}

// parse reads one line.
func parse(raw []byte) (Entry, error) {
	var line struct {
		Time    time.Time       `json:"time"`
		Tag     string          `json:"tag"`
		Reason  string          `json:"reason"`
		Status  int             `json:"status"`
		Message string          `json:"message"`
		Record  json.RawMessage `json:"record"`
	}
	if err := json.Unmarshal(raw, &line); err != nil {
		return Entry{}, fmt.Errorf("not a dead letter: %w", err)
	}
	if len(line.Record) == 0 || line.Record[0] != '{' {
		return Entry{}, errNoRecord
	}
	return Entry{
		Time: line.Time, Tag: []byte(line.Tag), Reason: line.Reason, Status: line.Status,
		Message: line.Message, Record: line.Record,
	}, nil
}
