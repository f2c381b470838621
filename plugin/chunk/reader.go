package chunk

import (
	"encoding/binary"
	"fmt"
)

// Event is one log event, read in place. Its fields are views into the chunk and valid as long as
// the chunk is.
type Event struct {
	// Time is when the event happened.
	Time Time
	// Meta is the encoded msgpack map of the event's metadata; nil if it has none.
	Meta []byte
	// Body is the encoded msgpack value of the event: a map from every Fluent Bit input.
	Body []byte
	// Group is the encoded msgpack map of the event's group, with the resource and the scope of
	// records received as OTLP; nil outside of groups.
	Group []byte
}

// Reader returns the events of one chunk in their order. It is reused from chunk to chunk. It is
// not safe for concurrent use.
type Reader struct {
	cur       Cursor
	group     []byte
	malformed int
	err       error
}

// Reset starts a new chunk. Reset(nil) drops the reference to the old one.
func (r *Reader) Reset(data []byte) { *r = Reader{cur: NewCursor(data)} }

// Next reads the next event into ev and reports whether there was one. Group markers are not
// events: they set the group of the events that follow. Complete objects that are not events are
// counted and skipped.
func (r *Reader) Next(ev *Event) bool {
	for r.err == nil && r.cur.pos < len(r.cur.b) {
		start := r.cur.pos
		if head := r.cur.b[start:]; usual(head) {
			r.cur.pos += usualHead
			if body, err := r.cur.Skip(1); err == nil {
				sec, nsec := binary.BigEndian.Uint32(head[4:]), binary.BigEndian.Uint32(head[8:])
				*ev = Event{Time: normal(int64(sec), int64(nsec)), Body: body, Group: r.group}
				return true
			}
			r.cur.pos = start
		}
		object, err := r.cur.Skip(1)
		if err != nil {
			r.err = &CorruptError{Offset: start, Bytes: len(r.cur.b) - start, Err: err}
			return false
		}
		if r.event(object, ev) {
			return true
		}
	}
	return false
}

// Malformed returns the number of complete objects so far that were neither an event nor a group
// marker.
func (r *Reader) Malformed() int { return r.malformed }

// Err returns a *CorruptError if the chunk could not be read to its end, else nil.
func (r *Reader) Err() error { return r.err }

// event decodes one whole object, [time, body] or [[time, metadata], body], into ev. It reports
// whether the object is an event.
func (r *Reader) event(object []byte, ev *Event) bool {
	c := NewCursor(object)
	if root := c.Next(); root.Kind != Array || root.Num != 2 {
		r.malformed++
		return false
	}
	*ev = Event{Group: r.group}
	t := c.Next()
	switch t.Kind {
	case Array:
		if t.Num == 0 {
			r.malformed++
			return false
		}
		elements := t.Num
		if t = c.Next(); t.Kind == Array || t.Kind == Map {
			r.malformed++
			return false
		}
		if elements > 1 {
			meta, _ := c.Skip(1)
			if len(meta) > 0 && isMap(meta[0]) {
				ev.Meta = meta
			}
			_, _ = c.Skip(elements - 2)
		}
	case Map:
		r.malformed++
		return false
	}
	ev.Body = object[c.pos:]
	if start, end := marker(t); start || end {
		r.group = nil
		if start && isMap(ev.Body[0]) {
			r.group = ev.Body
		}
		return false
	}
	if ev.Body[0] == 0xc0 {
		r.malformed++
		return false
	}
	ev.Time = eventTime(t)
	if r.group != nil && t.Kind == Ext && ev.Time.Known {
		ev.Time = correctedTime(t.Data, ev.Time)
	}
	return true
}

// usualHead is the length of the head that nearly every event has: an array of two, of which the
// first is an array of an EventTime in a fixed ext and an empty map.
const usualHead = 13

// usual reports whether b begins with that head, of an event and not of a group marker, and a map
// follows.
func usual(b []byte) bool {
	return len(b) > usualHead && binary.BigEndian.Uint32(b) == 0x9292d7<<8|eventTimeExt &&
		b[12] == 0x80 && isMap(b[usualHead]) && binary.BigEndian.Uint32(b[4:]) < groupEnd
}

func isMap(lead byte) bool { return lead&0xf0 == 0x80 || lead == 0xde || lead == 0xdf }

// CorruptError reports a chunk that could not be read to its end. Events before Offset were read
// and are good.
type CorruptError struct {
	// Offset is where the unreadable part begins, in bytes. Bytes is its length to the end of
	// the chunk.
	Offset, Bytes int
	// Err is the cause: the data ends in the middle of a value, or has a byte that msgpack
	// never uses.
	Err error
}

func (e *CorruptError) Error() string {
	return fmt.Sprintf("chunk unreadable from byte %d on, %d bytes left: %v", e.Offset, e.Bytes, e.Err)
}

func (e *CorruptError) Unwrap() error { return e.Err }
