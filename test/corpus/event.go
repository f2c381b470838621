package corpus

import (
	"encoding/binary"
	"math"
	"time"
)

// Seconds of an EventTime that mark a group of events rather than an instant, with zero
// nanoseconds: -1 and -2 as 32 bits (include/fluent-bit/flb_log_event.h, FLB_LOG_EVENT_GROUP_START
// and FLB_LOG_EVENT_GROUP_END).
const (
	groupStartSeconds = math.MaxUint32
	groupEndSeconds   = math.MaxUint32 - 1
)

// EventTime returns Fluent Bit's own timestamp: extension type 0 of eight bytes (fixext8), unsigned
// seconds and nanoseconds, both big-endian (src/flb_time.c, flb_time_append_to_mpack).
func EventTime(seconds, nanoseconds uint32) Value { return Ext(0, eventTime(seconds, nanoseconds)) }

// EventTimeExt8 returns the same timestamp with an ext8 header, which some writers of the forward
// protocol use.
func EventTimeExt8(seconds, nanoseconds uint32) Value {
	return Ext8(0, eventTime(seconds, nanoseconds))
}

// At returns the EventTime of an instant between 1970 and 2106.
func At(t time.Time) Value { return EventTime(uint32(t.Unix()), uint32(t.Nanosecond())) }

func eventTime(seconds, nanoseconds uint32) []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 8), seconds)
	return binary.BigEndian.AppendUint32(b, nanoseconds)
}

// AppendEvent appends an event in the form of Fluent Bit 2.1 and later: [[time, meta], body]. The
// time is usually EventTime or At, but any value is allowed; a nil meta is written as the empty
// map, as Fluent Bit does.
func AppendEvent(dst []byte, t, meta, body Value) []byte {
	if meta == nil {
		meta = Map()
	}
	dst = append(dst, 0x92, 0x92)
	dst = append(dst, t...)
	dst = append(dst, meta...)
	return append(dst, body...)
}

// AppendOldEvent appends an event in the form of Fluent Bit up to 2.0 and of the forward protocol:
// [time, body].
func AppendOldEvent(dst []byte, t, body Value) []byte {
	dst = append(dst, 0x92)
	dst = append(dst, t...)
	return append(dst, body...)
}

// AppendGroupStart appends the marker that opens a group, in the form of the OpenTelemetry input
// and the opentelemetry_envelope processor of Fluent Bit 3.1 and later
// (src/opentelemetry/flb_opentelemetry_logs.c). The metadata is
// {"schema":"otlp","resource_id":n,"scope_id":n}, the body
// {"resource":{"attributes":{...}},"scope":{...}}. A nil resource or scope is left out.
func AppendGroupStart(dst []byte, resourceID, scopeID int64, resource, scope Value) []byte {
	meta := Map(Str("schema"), Str("otlp"), Str("resource_id"), Int(resourceID), Str("scope_id"), Int(scopeID))
	var body []Value
	if resource != nil {
		body = append(body, Str("resource"), Map(Str("attributes"), resource))
	}
	if scope != nil {
		body = append(body, Str("scope"), scope)
	}
	return AppendEvent(dst, EventTime(groupStartSeconds, 0), meta, Map(body...))
}

// AppendGroupEnd appends the marker that closes a group.
func AppendGroupEnd(dst []byte) []byte {
	return AppendEvent(dst, EventTime(groupEndSeconds, 0), nil, Map())
}
