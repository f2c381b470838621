package deadletter

import (
	"strconv"
	"time"

	"out_dynatrace/plugin/jsontext"
)

// MaxLine bounds one line with its line break, in bytes: a record of 10 MB, the most that the API
// accepts, in which every third byte needs an escape. Keep rejects a longer line and Reader skips
// it.
const MaxLine = 32 << 20

// keptBuffer is the largest line buffer that File and Reader keep for the next line, in bytes.
const keptBuffer = 1 << 20

// Entry is one rejected record.
type Entry struct {
	// Time is when the record was rejected. The zero time, and a year that RFC 3339 cannot
	// express, become the time of Keep.
	Time time.Time
	// Tag is the tag of the chunk. Bytes that are not valid UTF-8 become U+FFFD.
	Tag []byte
	// Reason is the label of the counter records_dropped: rejected, rejected_time_range,
	// too_large, ...
	Reason string
	// Status is the HTTP status, or 0 if the record was never sent.
	Status int
	// Message is the server's explanation in one line.
	Message string
	// Record is the JSON object as it was sent. It is written unchanged, except that line breaks
	// between its members become spaces. An empty Record becomes null, and Reader reports the line
	// as broken.
	Record []byte
}

// timeLayout is RFC 3339 with all nine digits, in UTC.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

// AppendTo appends e as one line, with its line break, as Keep writes it.
func (e *Entry) AppendTo(dst []byte) []byte { return e.appendTo(dst, time.Now()) }

// appendTo is AppendTo with now as the time of an Entry without one.
func (e *Entry) appendTo(dst []byte, now time.Time) []byte {
	at := e.Time.UTC()
	if year := at.Year(); e.Time.IsZero() || year < 0 || year > 9999 {
		at = now.UTC()
	}
	dst = append(dst, `{"time":"`...)
	dst = at.AppendFormat(dst, timeLayout)
	dst = append(dst, `","tag":`...)
	dst = jsontext.AppendString(dst, e.Tag)
	dst = append(dst, `,"reason":`...)
	dst = jsontext.AppendString(dst, []byte(e.Reason))
	dst = append(dst, `,"status":`...)
	dst = strconv.AppendInt(dst, int64(e.Status), 10)
	dst = append(dst, `,"message":`...)
	dst = jsontext.AppendString(dst, []byte(e.Message))
	dst = append(dst, `,"record":`...)
	if len(e.Record) == 0 {
		return append(dst, "null}\n"...)
	}
	start := len(dst)
	dst = append(dst, e.Record...)
	for i, c := range dst[start:] {
		if c == '\n' {
			dst[start+i] = ' '
		}
	}
	return append(dst, "}\n"...)
}
