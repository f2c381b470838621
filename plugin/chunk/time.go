package chunk

import (
	"encoding/binary"
	"math"
)

// Time is the time of an event as Fluent Bit wrote it: seconds and nanoseconds since 1970 in UTC.
type Time struct {
	Sec  int64
	Nsec uint32
	// Known is false if the event's head holds no readable time. Sec and Nsec are zero then.
	Known bool
}

// maxSeconds is the end of year 9999, the last one in RFC 3339.
const maxSeconds = 253402300799

// eventTimeExt is the application type of Fluent Bit's EventTime (forward protocol, section
// "EventTime Ext Format").
const eventTimeExt = 0

// eventTime reads an EventTime (two big-endian 32-bit numbers) or a plain number of seconds. Fluent
// Bit itself writes the former. Forward clients and scripts write integers and floats.
func eventTime(t Token) Time {
	switch t.Kind {
	case Ext:
		if t.ExtType == eventTimeExt && len(t.Data) == 8 {
			return normal(int64(binary.BigEndian.Uint32(t.Data)),
				int64(binary.BigEndian.Uint32(t.Data[4:])))
		}
	case Uint:
		if t.Num <= maxSeconds {
			return normal(int64(t.Num), 0)
		}
	case Int:
		return normal(t.Int64(), 0)
	case Float32, Float64:
		f := t.Float()
		if f >= -maxSeconds && f <= maxSeconds {
			sec := math.Floor(f)
			return normal(int64(sec), int64((f-sec)*1e9))
		}
	}
	return Time{}
}

// Instant returns the time that a value in a record names as fluentd and Fluent Bit encode times,
// and whether it does: an EventTime. Other extensions are bytes.
func (t Token) Instant() (at Time, ok bool) {
	if t.Kind == Ext {
		at = eventTime(t)
	}
	return at, at.Known
}

// normal carries nanoseconds of a second and more over into seconds. A time outside the years of
// RFC 3339 is unknown.
func normal(sec, nsec int64) Time {
	sec += nsec / 1e9
	if sec < 0 || sec > maxSeconds {
		return Time{}
	}
	return Time{Sec: sec, Nsec: uint32(nsec % 1e9), Known: true}
}

// correctedTime corrects the effect of a defect in Fluent Bit's OpenTelemetry input up to version
// 5.0.0. The input subtracted the seconds, not the seconds in nanoseconds, from the nanoseconds
// since 1970, and kept 32 bits of the result (include/fluent-bit/flb_time.h, flb_time_from_uint64).
// The defect shows if the nanoseconds are a second or more; a smaller number cannot be
// distinguished from a correct one. data is the encoded EventTime, and read is the time that
// eventTime returned for it. correctedTime returns read if there is nothing to correct.
func correctedTime(data []byte, read Time) Time {
	sec, nsec := binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])
	if nsec < 1e9 {
		return read
	}
	if right := uint32(uint64(nsec) + uint64(sec) - uint64(sec)*1e9); right < 1e9 {
		return Time{Sec: int64(sec), Nsec: right, Known: true}
	}
	return read
}

// The seconds of an EventTime that mark the start and the end of a group, with zero nanoseconds
// (flb_log_event.h, FLB_LOG_EVENT_GROUP_START and _END; as unsigned numbers they are dates in
// February 2106).
const (
	groupStart = math.MaxUint32
	groupEnd   = math.MaxUint32 - 1
)

// marker reports whether t is the time of a group marker, and of which.
func marker(t Token) (start, end bool) {
	if t.Kind != Ext || t.ExtType != eventTimeExt || len(t.Data) != 8 ||
		binary.BigEndian.Uint32(t.Data[4:]) != 0 {
		return false, false
	}
	sec := binary.BigEndian.Uint32(t.Data)
	return sec == groupStart, sec == groupEnd
}
