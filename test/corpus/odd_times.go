package corpus

import (
	"math"
	"slices"
)

// oddTimes are timestamps in every form (src/flb_log_event_decoder.c,
// flb_log_event_decoder_decode_timestamp) and some that Fluent Bit itself does not take.
func oddTimes() []Case {
	seconds := uint32(Epoch.Unix())
	return slices.Concat(
		// every input of Fluent Bit
		timed("EventTime as fixext8", EventTime(seconds, 123_456_789)),
		// forward clients whose msgpack library knows no fixext
		timed("EventTime as ext8", EventTimeExt8(seconds, 123_456_789)),
		// forward clients without sub-second precision; fluent-logger libraries by default
		timed("seconds as uint32", Uint32(seconds)),
		timed("seconds as uint64", Uint64(uint64(seconds))),
		timed("seconds as int64", Int64(int64(seconds))),
		timed("seconds as int32", Int32(int32(seconds))),
		// a client that sends no time, or counts from its own start
		timed("zero", Int(0)),
		timed("small positive integer", Int(127)),
		timed("integer of 8 bits", Uint8(200)),
		timed("integer of 16 bits", Uint16(60_000)),
		// clocks before 1970; Fluent Bit's decoder refuses the integer and takes the float
		timed("negative fixint", Int(-1)),
		timed("negative int8", Int8(-100)),
		timed("negative int64", Int64(-86_400)),
		timed("negative float", Float64(-86_400.5)),
		// Lua filters and scripts: os.time() with a fraction
		timed("float64", Float64(float64(seconds)+0.25)),
		timed("float32", Float32(float32(seconds))),
		// a script that divided by zero
		timed("float NaN", Float64(math.NaN())),
		timed("float infinity", Float64(math.Inf(1))),
		timed("float minus infinity", Float32(float32(math.Inf(-1)))),
		timed("float beyond all years", Float64(1e300)),
		// milliseconds or nanoseconds taken for seconds
		timed("milliseconds in place of seconds", Uint64(uint64(Epoch.UnixMilli()))),
		timed("nanoseconds in place of seconds", Uint64(uint64(Epoch.UnixNano()))),
		timed("the largest uint64", Uint64(math.MaxUint64)),
		timed("the smallest int64", Int64(math.MinInt64)),
		// an uninitialised struct flb_time
		timed("EventTime of zero", EventTime(0, 0)),
		timed("EventTime with a billion and more nanoseconds", EventTime(seconds, math.MaxUint32)),
		// the dates next to the group markers are dates; the decoder of 5.1 refuses the seconds of
		// a marker with nanoseconds
		timed("EventTime just before the group markers", EventTime(math.MaxUint32-2, 0)),
		timed("EventTime of the group start with nanoseconds", EventTime(groupStartSeconds, 1)),
		timed("EventTime of the group end with nanoseconds", EventTime(groupEndSeconds, 999_999_999)),
		timed("the seconds of the group start as uint32", Uint32(groupStartSeconds)),
		refusedTimes(),
	)
}

// refusedTimes are events whose time is of no known form.
func refusedTimes() []Case {
	body := Fields("log", "an event without a readable time")
	group := AppendGroupStart(nil, 0, 0, Fields("service.name", "checkout"), nil) // whose members' times are looked at once more
	var all []Case
	at := func(name string, t Value) {
		all = append(all, refused(name, AppendEvent(nil, t, nil, body)), refused(name+" in a group", AppendEvent(slices.Clone(group), t, nil, body)))
	}
	// a client that lets its library encode null or an ISO date
	at("nil for a time", Nil())
	at("a string for a time", Str("2026-11-03T08:00:00Z"))
	at("a boolean for a time", Bool(true))
	// msgpack's own timestamp extension (type -1), which some libraries choose by default
	at("msgpack's timestamp of 32 bits for a time", Ext(-1, []byte{0x69, 0x08, 0x5a, 0x80}))
	at("msgpack's timestamp of 96 bits for a time", Ext8(-1, make([]byte, 12)))
	at("EventTime of the wrong type", Ext(1, eventTime(1, 2)))
	at("EventTime of four bytes", Ext(0, []byte{1, 2, 3, 4}))
	at("EventTime of no bytes", Ext8(0, nil))
	at("EventTime of sixteen bytes", Ext(0, make([]byte, 16)))
	return all
}

// oddGroups are events in groups (Fluent Bit 3.1 and later: OpenTelemetry input,
// opentelemetry_envelope processor).
func oddGroups() []Case {
	resource := Fields("service.name", "checkout", "k8s.pod.name", "checkout-7d9f")
	scope := Fields("name", "com.example.checkout", "version", "1.2.0")
	start := func(dst []byte) []byte { return AppendGroupStart(dst, 0, 0, resource, scope) }
	member := func(dst []byte) []byte {
		meta := Map(Str("otlp"), Map(
			Str("observed_timestamp"), Int(Epoch.UnixNano()), Str("severity_number"), Int(9), Str("severity_text"), Str("Info"),
			Str("attributes"), Fields("http.route", "/cart"),
			Str("trace_id"), Bin([]byte("0123456789abcdef")), Str("span_id"), Bin([]byte("01234567")), Str("trace_flags"), Int(1),
		))
		return AppendEvent(dst, At(Epoch), meta, Fields("log", "a record that came by OTLP"))
	}
	many := good(nil, 1)
	for range 1500 {
		many = AppendGroupEnd(start(many))
	}
	return []Case{
		{Name: "a closed group", Chunk: good(AppendGroupEnd(member(member(start(nil)))), 1), Events: 3},
		{Name: "two groups one after the other", Chunk: AppendGroupEnd(member(start(AppendGroupEnd(member(start(nil)))))), Events: 2},
		// the chunk was full; group state does not cross chunks
		{Name: "a group that is not closed", Chunk: member(member(start(nil))), Events: 2},
		{Name: "a group that starts within a group", Chunk: AppendGroupEnd(member(start(member(start(nil))))), Events: 2},
		{Name: "a group end without a start", Chunk: good(AppendGroupEnd(good(nil, 1)), 1), Events: 2},
		// a filter dropped the records and left the markers
		{Name: "a group without members", Chunk: AppendGroupEnd(start(nil)), Events: 0},
		{Name: "a group start with an empty body", Chunk: AppendGroupEnd(member(AppendGroupStart(nil, 0, 0, nil, nil))), Events: 1},
		// the decoder of Fluent Bit 5.1 recurses for each marker; a reader must not
		{Name: "1,500 empty groups in a row", Chunk: good(many, 1), Events: 2},
		{Name: "a group start in the old form", Chunk: member(AppendOldEvent(nil, EventTime(groupStartSeconds, 0), Map(Str("resource"), Map()))), Events: 1},
		{Name: "a group start with an ext8 time", Chunk: member(AppendEvent(nil, EventTimeExt8(groupStartSeconds, 0), nil, Map())), Events: 1},
		{Name: "a group that is cut in its start", Chunk: start(nil)[:40], Events: 0, Corrupt: true, BadTail: 40},
	}
}
