package corpus

import (
	"bytes"
	"math"
)

// oddValues are bodies with values and keys of every msgpack type.
func oddValues() []Case {
	log := Str("log")
	ext := func(n int) Value { return Ext(42, make([]byte, n)) }
	return []Case{
		among("nil, booleans", Map(log, Nil(), Str("t"), Bool(true), Str("f"), Bool(false))),
		among("integers of every width", Map(log, Int(7),
			Str("u8"), Uint8(200), Str("u16"), Uint16(60_000), Str("u32"), Uint32(4_000_000_000), Str("u64"), Uint64(1<<40),
			Str("i8"), Int8(-100), Str("i16"), Int16(-30_000), Str("i32"), Int32(-2_000_000_000), Str("i64"), Int64(-1<<40),
			Str("neg"), Int(-32), Str("wide"), Int64(1))),
		among("the largest and the smallest integers", Map(log, Uint64(math.MaxUint64), Str("min"), Int64(math.MinInt64),
			Str("max"), Int64(math.MaxInt64), Str("next"), Uint64(math.MaxInt64+1), Str("exact"), Uint64(1<<53+1))),
		among("floats", Map(log, Float64(1.5), Str("f32"), Float32(0.1), Str("int"), Float64(1e15), Str("big"), Float64(math.MaxFloat64),
			Str("tiny"), Float64(math.SmallestNonzeroFloat64), Str("zero"), Float64(math.Copysign(0, -1)), Str("e21"), Float64(1e21))),
		// JSON has no such numbers
		among("NaN and the infinities", Map(log, Float64(math.NaN()), Str("inf"), Float64(math.Inf(1)), Str("ninf"), Float64(math.Inf(-1)),
			Str("nan32"), Float32(float32(math.NaN())), Str("in"), Array(Float64(math.NaN())))),
		among("extension values of every size class", Map(log, ext(1), Str("2"), ext(2), Str("4"), ext(4), Str("8"), ext(8), Str("16"), ext(16),
			Str("0"), ext(0), Str("3"), ext(3), Str("17"), ext(17), Str("300"), ext(300), Str("70000"), ext(70_000))),
		// a Lua filter that copies the time into the record
		among("an EventTime within the body", Map(log, Str("x"), Str("time"), At(Epoch))),

		// keys that are no strings: Lua tables with numbers as keys, forward clients of dynamic
		// languages
		among("integer keys", Map(log, Str("x"), Int(1), Str("one"), Int(-1), Str("minus one"), Uint64(math.MaxUint64), Str("max"))),
		among("boolean, nil and float keys", Map(Bool(true), Str("t"), Bool(false), Str("f"), Nil(), Str("n"), Float64(1.5), Str("f"), log, Str("x"))),
		among("a map, an array and an extension as keys", Map(Map(log, Int(1)), Str("m"), Array(Int(1)), Str("a"), ext(8), Str("e"), log, Str("x"))),
		// filters that add a key without looking (record_modifier, Lua); msgpack allows it, JSON
		// readers differ
		among("a key twice", Fields("log", "first", "level", "info", "log", "second", "level", "error")),
		among("a key as a string and as a bin", Map(log, Str("first"), Bin([]byte("log")), Str("second"))),
		among("a dotted key beside the nested one", Map(Str("a.b"), Str("dotted"), Str("a"), Map(Str("b"), Str("nested")), log, Str("x"))),
		among("an empty key", Map(Str(""), Str("empty"), log, Str("x"), Str("in"), Fields("", "empty", ".", "dot"))),
		// records that bring the names of the ingest API along
		among("keys that the ingest API reserves", Map(Str("timestamp"), Str("yesterday"), Str("content"), Int(5), Str("loglevel"), Map(),
			Str("status"), Array(), log, Str("x"), Str("dt.entity.host"), Str("HOST-0000000000000000"))),
		among("10,000 keys", manyKeys(10_000)),

		among("an empty map", Map()),
		among("an empty map with the longest header", Map32(0)),
		among("no log line", Fields("level", "info", "user", "u-1")),
		// the JSON parser or Merge_Log with a key "log" that is an object
		among("a map as the log line", Map(log, Fields("message", "inner", "level", "warn"))),
		among("an array as the log line", Map(log, Array(Str("one"), Int(2), Nil()))),
		among("arrays of everything", Map(log, Str("x"), Str("list"), Array(Int(1), Str("two"), Float64(3), Nil(), Bool(true), Array(), Map(),
			Array(Array(Array(Int(4)))), Fields("k", "v"), Bin([]byte{5}), ext(6)))),
		among("empty arrays and maps as values", Map(log, Str("x"), Str("a"), Array(), Str("m"), Map(), Str("mm"), Map(Str("m"), Map()))),
		among("an array of 70,000 numbers", Map(log, Str("x"), Str("a"), append(Array32(70_000), bytes.Repeat([]byte{7}, 70_000)...))),

		// processors and custom inputs put anything into the metadata
		{Name: "metadata with values of every kind", Events: 3, Chunk: good(AppendEvent(good(nil, 1), At(Epoch),
			Map(Str("source"), Str("x"), Int(1), Nil(), Str("n"), Map(Str("a"), Array(Int(1)))), Fields("log", "x")), 1)},
		among("200 levels of maps", nested(200, func(v Value) Value { return Map(Str("n"), v) })),
		among("200 levels of arrays", Map(log, nested(200, func(v Value) Value { return Array(v) }))),
		// an attack: a byte a level; readers that recurse need a limit or a large stack
		among("10,000 levels of arrays", Map(log, append(bytes.Repeat([]byte{0x91}, 10_000), 0xc0))),
	}
}

func nested(levels int, wrap func(Value) Value) Value {
	v := Map(Str("log"), Str("the innermost"))
	for range levels - 1 {
		v = wrap(v)
	}
	return v
}

// oddShapes are complete objects that are no events, as custom inputs, processors and damaged chunk
// files leave them.
func oddShapes() []Case {
	body, now := Fields("log", "x"), At(Epoch)
	return []Case{
		{Name: "an empty chunk"},
		{Name: "one event", Chunk: good(nil, 1), Events: 1},
		{Name: "old and new events in turn", Chunk: AppendOldEvent(good(AppendOldEvent(nil, now, body), 1), Uint32(1), body), Events: 3},
		stray("nil between events", Nil()),
		stray("an integer between events", Int(5)),
		stray("a string between events", Str("a line without an event")),
		stray("a bin between events", Bin([]byte("x"))),
		stray("a float between events", Float64(1)),
		stray("a boolean between events", Bool(false)),
		stray("a time between events", now),
		// a chunk of metrics or traces that came here by a wrong route begins with a map
		stray("a map between events", body),
		stray("an empty array between events", Array()),
		stray("an array of one between events", Array(now)),
		stray("an array of three between events", Array(now, Map(), body)),
		stray("an empty head", Array(Array(), body)),
		stray("a head that is a map", Array(Map(), body)),
		stray("a time that is an array", Array(Array(Array(), Map()), body)),
		stray("a time that is a map", Array(Array(Map(), Map()), body)),
		stray("nil for a body", AppendEvent(nil, now, nil, Nil())),
		refused("a head without metadata", Array(Array(now), body)),
		refused("a head of three", Array(Array(now, Map(), Map()), body)),
		refused("nil for metadata", AppendEvent(nil, now, Nil(), body)),
		refused("a string for metadata", AppendEvent(nil, now, Str("x"), body)),
		refused("a string for a body", AppendEvent(nil, now, nil, Str("a bare line"))),
		refused("an array for a body", AppendEvent(nil, now, nil, Array(Str("a bare line")))),
		refused("an integer for a body in the old form", AppendOldEvent(nil, now, Int(1))),
		{Name: "nothing but strays", Chunk: join(nil, []Value{Nil(), Int(1), Str("x"), Map()}), Malformed: 4},
		// the events in one outer array, as forward clients hold them before sending
		{Name: "events in an outer array of three", Chunk: append([]byte{0x93}, good(nil, 3)...), Malformed: 1},
		// a chunk file that was preallocated and not trimmed after a crash
		{Name: "64 zero bytes behind the events", Chunk: append(good(nil, 2), make([]byte, 64)...), Events: 2, Malformed: 64},
	}
}
