package encode

import (
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/jsontext"
	"out_dynatrace/plugin/record"
)

// JSON writes a JSON array of flat objects, the body of POST /api/v2/logs/ingest with
// application/json. timestamp, content and loglevel come first in each object. The zero JSON is
// ready to use. It must only receive records of one mapping.Mapper, since it caches runs by ID.
type JSON struct {
	// Millis writes all times with three fractional digits, for a server that accepts no other
	// number of digits. Microseconds and nanoseconds are cut off, not rounded.
	Millis bool

	clock clock
	runs  runCache
}

// ContentType names the charset: the API documentation requires UTF-8.
func (*JSON) ContentType() string { return "application/json; charset=utf-8" }

// Open appends the bracket that opens the array.
func (*JSON) Open(dst []byte) []byte { return append(dst, '[') }

// Separate appends the comma between two records.
func (*JSON) Separate(dst []byte) []byte { return append(dst, ',') }

// Close appends the bracket that closes the array.
func (*JSON) Close(dst []byte) []byte { return append(dst, ']') }

// Tail returns the length of the closing bracket.
func (*JSON) Tail() int { return len("]") }

// Fit implements Encoder. It counts each character in its escaped form.
func (*JSON) Fit(content []byte, room int) int { return jsontext.Fit(content, room) }

// Append appends one object.
func (j *JSON) Append(dst []byte, r *record.Record) []byte {
	at := r.Time
	if j.Millis {
		at.Nsec -= at.Nsec % 1e6
	}
	dst = j.clock.append(dst, at)
	dst = jsontext.AppendString(dst, r.Content)
	if r.Level != "" {
		dst = append(dst, `,"loglevel":"`...)
		dst = append(append(dst, r.Level...), '"')
	}
	done := 0
	for i := range r.Runs {
		run := &r.Runs[i]
		dst = appendAttributes(dst, r, r.Attributes[done:run.At])
		done = run.At
		if known := j.runs.find(run.ID); known != nil {
			dst = append(dst, known...)
			continue
		}
		start := len(dst)
		dst = appendAttributes(dst, r, run.Attributes)
		j.runs.keep(run.ID, dst[start:])
	}
	dst = appendAttributes(dst, r, r.Attributes[done:])
	return append(dst, '}')
}

// appendAttributes writes each attribute after a comma.
func appendAttributes(dst []byte, r *record.Record, attributes []record.Attribute) []byte {
	for i := range attributes {
		a := &attributes[i]
		dst = append(dst, ',')
		dst = jsontext.AppendString(dst, a.Key)
		dst = append(dst, ':')
		dst = record.AppendValue(dst, a.Value, r.Elements)
	}
	return dst
}

// clock writes the start of an object, up to the content. Times are in RFC 3339, UTC, with 3, 6 or
// 9 fractional digits, as few as the time needs. The API accepts up to nanoseconds. A reader that
// accepts only three digits gets three if the time has no more. The text of the last second is
// cached.
type clock struct {
	sec  int64
	head [len(clockLead + clockFormat)]byte
	used bool
}

const (
	clockLead   = `{"timestamp":"`
	clockFormat = "2006-01-02T15:04:05."
	clockBehind = `","content":`
	clockTail   = `000000000Z` + clockBehind
)

func (k *clock) append(dst []byte, t chunk.Time) []byte {
	if !k.used || k.sec != t.Sec {
		lead := append(k.head[:0], clockLead...)
		time.Unix(t.Sec, 0).UTC().AppendFormat(lead, clockFormat)
		k.sec, k.used = t.Sec, true
	}
	dst = append(dst, k.head[:]...)
	digits, n := 9, t.Nsec
	switch {
	case n%1e6 == 0:
		digits, n = 3, n/1e6
	case n%1e3 == 0:
		digits, n = 6, n/1e3
	}
	at := len(dst)
	dst = append(dst, clockTail[9-digits:]...)
	for i := at + digits; n > 0; n /= 100 {
		two := n % 100 * 2
		if i--; n < 10 && i == at {
			dst[i] = pairs[two+1]
			break
		}
		i--
		dst[i], dst[i+1] = pairs[two], pairs[two+1]
	}
	return dst
}

// pairs holds the digits of the numbers from 00 to 99.
const pairs = "00010203040506070809" + "10111213141516171819" + "20212223242526272829" +
	"30313233343536373839" + "40414243444546474849" + "50515253545556575859" +
	"60616263646566676869" + "70717273747576777879" + "80818283848586878889" +
	"90919293949596979899"
