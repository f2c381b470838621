// Package deadletter keeps the records that the server refuses for good in a file, one line of JSON each, so that they can be
// looked at and sent again (cmd/dynatrace-replay) once their cause is mended.
//
//	{"time":"2026-11-25T02:17:10.000000001Z","tag":"app","reason":"rejected","status":400,"message":"...","record":{...}}
//
// The file has a cap and at most one predecessor (path.1), and may be shared: by several Files of one process (a hot reload, two
// [OUTPUT] sections) and by several processes of one machine. Who moves, removes or truncates it meanwhile does no harm.
package deadletter

import (
	"strconv"
	"time"

	"out_dynatrace/plugin/jsontext"
)

// MaxLine bounds one line with its line break, in bytes: a record of 10 MB, the most that the API takes, in which every third byte
// needs an escape. Keep refuses a longer one and Reader passes it over.
const MaxLine = 32 << 20

// Entry is one refused record.
type Entry struct {
	// Time is that of the refusal. Zero, or a year that RFC 3339 cannot say, becomes the time of Keep.
	Time time.Time
	// Tag is that of the chunk; any bytes, each that is no part of valid UTF-8 becomes U+FFFD.
	Tag []byte
	// Reason is the label of the counter records_dropped: rejected, rejected_time_range, too_large, ...
	Reason string
	// Status is the HTTP status, or 0 when the record was never sent.
	Status int
	// Message is one line: what the server says is wrong.
	Message string
	// Record is the JSON object as it was sent. It is written as it is, but for line breaks between its members, which become
	// spaces; without any it is null, and the line is one that Reader takes for broken.
	Record []byte
}

// timeLayout is RFC 3339 with all nine digits, in UTC.
const timeLayout = "2006-01-02T15:04:05.000000000Z"

// AppendTo appends e as one line, with its line break, as Keep writes it.
func (e *Entry) AppendTo(dst []byte) []byte { return appendEntry(dst, e, time.Now()) }

// appendEntry appends e as one line, with its line break.
func appendEntry(dst []byte, e *Entry, now time.Time) []byte {
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
