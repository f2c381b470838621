package encode

import (
	"math"
	"strconv"
	"unsafe"

	"google.golang.org/protobuf/encoding/protowire"

	"out_dynatrace/plugin/jsontext"
	"out_dynatrace/plugin/record"
)

// openMessage opens a message whose length is not known yet. It reserves two bytes for the length,
// which is enough for nearly all messages. It returns the offset at which the message begins.
func openMessage(dst []byte, tag byte) (_ []byte, at int) {
	dst = append(dst, tag, 0, 0)
	return dst, len(dst)
}

// closeMessage writes the length of the message from offset at to the end of dst. A message of 16
// KiB or more is moved to make room for a longer length.
func closeMessage(dst []byte, at int) []byte {
	n := len(dst) - at
	if n < 1<<14 {
		dst[at-2], dst[at-1] = byte(n)|0x80, byte(n>>7)
		return dst
	}
	more := protowire.SizeVarint(uint64(n)) - 2
	dst = append(dst, "\x00\x00\x00\x00\x00\x00\x00\x00"[:more]...)
	copy(dst[at+more:], dst[at:at+n])
	protowire.AppendVarint(dst[:at-2], uint64(n))
	return dst
}

// appendCount writes a number, or nothing if it is zero.
func appendCount(dst []byte, tag byte, n uint32) []byte {
	if n == 0 {
		return dst
	}
	return protowire.AppendVarint(append(dst, tag), uint64(n))
}

// appendNonEmpty writes a string, or nothing if it is empty.
func appendNonEmpty(dst []byte, tag byte, s []byte) []byte {
	if len(s) == 0 {
		return dst
	}
	return appendString(append(dst, tag), s)
}

// nanoseconds returns the time of a record since 1970. OTLP cannot represent earlier times, 0 means
// no time, and many readers parse the number as signed: a time after the year 2262 becomes the last
// instant that a signed number can hold.
func nanoseconds(r *record.Record) uint64 {
	const last = math.MaxInt64
	switch {
	case r.Time.Sec >= last/1_000_000_000:
		return last
	case r.Time.Sec <= 0 && r.Time.Nsec == 0:
		return 1
	}
	return uint64(r.Time.Sec)*1e9 + uint64(r.Time.Nsec)
}

// severityNumber returns the OpenTelemetry number for a Dynatrace level (logs data model, appendix
// B, for the names of syslog). The name of the level is sent as the severity text.
func severityNumber(level string) byte {
	switch level {
	case "DEBUG":
		return 5
	case "INFO":
		return 9
	case "NOTICE":
		return 10
	case "WARN":
		return 13
	case "ERROR":
		return 17
	case "CRITICAL":
		return 18
	case "ALERT":
		return 19
	case "SEVERE":
		return 20
	case "EMERGENCY":
		return 21
	}
	return 0
}

// double returns the value of a float, and false for NaN and the infinities. For a 32-bit float it
// returns the value with the fewest digits that rounds to it: 0.1 and not 0.10000000149.
func double(v record.Value) (float64, bool) {
	f := v.Float()
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0, false
	}
	if v.Kind == record.Float32 {
		var text [32]byte
		digits := strconv.AppendFloat(text[:0], f, 'g', -1, 32)
		f, _ = strconv.ParseFloat(unsafe.String(unsafe.SliceData(digits), len(digits)), 64)
	}
	return f, true
}

// numberText appends a number in JSON notation, without the quotes around NaN and the infinities.
func numberText(dst []byte, v record.Value) []byte {
	if v.Kind == record.Uint {
		return jsontext.AppendUint(dst, v.Num)
	}
	dst = jsontext.AppendFloat(dst, v.Float(), 64)
	if n := len(dst); dst[0] == '"' {
		dst = dst[1 : n-1]
	}
	return dst
}
