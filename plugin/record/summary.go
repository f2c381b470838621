package record

import (
	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/jsontext"
)

// Summary returns a JSON object of attributes that the record has so far, as they are sent: in
// their order, whole ones only, as many as fit in limit bytes. It leaves out attributes without a
// value, and those that link the record to something or stand for its level or time: a reader of a
// list has them elsewhere. The object is {} if no attribute is left, and nothing if the limit is 0.
func (b *Builder) Summary(limit int) []byte {
	if limit < len("{}") {
		return []byte{}
	}
	s := summary{dst: append(b.buf, '{'), start: len(b.buf), limit: limit, elements: b.elements}
	done := 0
	for i := range b.rec.Runs {
		run := &b.rec.Runs[i]
		s.add(b.rec.Attributes[done:run.At])
		s.add(run.Attributes)
		done = run.At
	}
	s.add(b.rec.Attributes[done:])
	return b.Take(append(s.dst, '}'))
}

// summary is a JSON object in the making. It is open: its closing brace is missing.
type summary struct {
	dst      []byte
	start    int // of the object in dst
	limit    int
	elements []Value
}

func (s *summary) add(attributes []Attribute) {
	for i := range attributes {
		a := &attributes[i]
		room := s.limit - len("}") - (len(s.dst) - s.start)
		if s.leastSize(a, room) > room || isEmpty(a.Value) || isBeside(a.Key) {
			continue
		}
		before := len(s.dst)
		if before > s.start+len("{") {
			s.dst = append(s.dst, ',')
		}
		s.dst = jsontext.AppendString(s.dst, a.Key)
		s.dst = AppendValue(append(s.dst, ':'), a.Value, s.elements)
		if len(s.dst)-before > room {
			s.dst = s.dst[:before]
		}
	}
}

// leastSize returns the least number of bytes that an attribute takes in the object. It stops to
// count beyond most.
func (s *summary) leastSize(a *Attribute, most int) int {
	size := len(a.Key) + len(`"":1`) + len(a.Value.Text)
	if a.Value.Kind == Array {
		for _, e := range arrayOf(a.Value, s.elements) {
			if size > most {
				break
			}
			size += len(",1") + len(e.Text)
		}
	}
	return size
}

// isBeside reports whether an attribute of that name says where a record belongs, when it was
// written or how severe it is, and not what has happened.
func isBeside(key []byte) bool {
	switch string(key) {
	case "trace_id", "span_id", "log.raw_level", "log.level", "log.iostream", "log.source",
		"log.logger", "log.file.path", "log.file.name", "log.offset",
		// A record has a time of its own.
		"time", "ts", "timeMillis", "@t",
		"asctime", "eventTime":
		return true
	}
	return endsInTimestamp(key)
}

// endsInTimestamp reports whether a name is that of a time, such as requestReceivedTimestamp.
func endsInTimestamp(key []byte) bool {
	const end = "timestamp"
	n := len(key) - len(end)
	return n >= 0 && ascii.EqualFold(key[n:], end)
}

// AppendValue appends a value as JSON. elements are those that an array of the value refers to.
func AppendValue(dst []byte, v Value, elements []Value) []byte {
	switch v.Kind {
	case String:
		return jsontext.AppendString(dst, v.Text)
	case Uint:
		return jsontext.AppendUint(dst, v.Num)
	case Int:
		return jsontext.AppendInt(dst, v.Int64())
	case Float32:
		return jsontext.AppendFloat(dst, v.Float(), 32)
	case Float64:
		return jsontext.AppendFloat(dst, v.Float(), 64)
	case Bool:
		return jsontext.AppendBool(dst, v.Num != 0)
	case Array:
		dst = append(dst, '[')
		for i, e := range arrayOf(v, elements) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = AppendValue(dst, e, elements)
		}
		return append(dst, ']')
	}
	return append(dst, "null"...)
}

// arrayOf returns the elements of an array among all elements.
func arrayOf(v Value, elements []Value) []Value {
	first, n := uint32(v.Num>>32), uint32(v.Num)
	return elements[first : first+n]
}
