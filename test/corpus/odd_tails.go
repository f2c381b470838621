package corpus

// oddTails are chunks whose end cannot be read: chunk files of storage.type filesystem that were
// cut by a full disk or a crash, memory that was overwritten, hostile forward clients.
func oddTails() []Case {
	head := Value{0x92, 0x92}
	now, meta, log := At(Epoch), Map(), Str("log")
	event := func(parts ...Value) []Value { return append([]Value{head, now, meta}, parts...) }
	whole := Value(AppendEvent(nil, now, nil, Map(log, Str("a line"), Str("n"), Uint64(1<<40))))
	huge := uint32(0xffffffff)

	cases := []Case{
		// cut short, from the front of an event to its end
		broken("cut after the first byte", Value{0x92}),
		broken("cut after the head's header", head),
		broken("cut in the header of the time", head, Value{0xd7}),
		broken("cut before the bytes of the time", head, now[:2]),
		broken("cut in the bytes of the time", head, now[:7]),
		broken("cut after the time", head, now),
		broken("cut after the metadata", head, now, meta),
		broken("cut in the header of a map16", event(Value{0xde, 0x00})...),
		broken("cut in the header of a map32", event(Value{0xdf, 0x00, 0x00})...),
		broken("cut after the header of the body", event(Value{0x82})...),
		broken("cut in a key", event(Value{0x82}, log[:2])...),
		broken("cut after a key", event(Value{0x82}, log)...),
		broken("cut in the header of a str8", event(Value{0x81}, log, Value{0xd9})...),
		broken("cut in the header of a str16", event(Value{0x81}, log, Value{0xda, 0x01})...),
		broken("cut in the header of a str32", event(Value{0x81}, log, Value{0xdb, 0x00, 0x01, 0x02})...),
		broken("cut in a string", event(Value{0x81}, log, Str("a line that does not end here")[:12])...),
		broken("cut in a bin", event(Value{0x81}, log, Bin(make([]byte, 40))[:20])...),
		broken("cut in an extension", event(Value{0x81}, log, Ext(1, make([]byte, 40))[:20])...),
		broken("cut in the type of an extension", event(Value{0x81}, log, Value{0xc7, 0x00})...),
		broken("cut in an integer", event(Value{0x81}, log, Uint64(1)[:5])...),
		broken("cut in a float", event(Value{0x81}, log, Float64(1)[:8])...),
		broken("cut in the middle of the body", event(Value{0x82}, log, Str("a line"))...),
		broken("cut in a nested map", event(Value{0x81}, log, Value{0x82}, Str("a"), Int(1))...),
		broken("cut in an array", event(Value{0x81}, log, Value{0x93}, Int(1))...),
		broken("cut in the header of an array16", event(Value{0x81}, log, Value{0xdc, 0x00})...),
		broken("cut before the last byte", whole[:len(whole)-1]),
		broken("cut in the old form", Value{0x92}, now, Value{0x81}, log),

		// headers that claim 4 GiB: nothing may be allocated or counted on their word
		broken("a string that claims 4 GiB", event(Value{0x81}, log, Str32Header(huge), Value("short"))...),
		broken("a bin that claims 4 GiB", event(Value{0x81}, log, Value{0xc6, 0xff, 0xff, 0xff, 0xff})...),
		broken("an extension that claims 4 GiB", event(Value{0x81}, log, Value{0xc9, 0xff, 0xff, 0xff, 0xff, 0x00})...),
		broken("a map that claims 4 billion pairs", event(Map32(huge), log, Str("x"))...),
		broken("an array that claims 4 billion elements", event(Value{0x81}, log, Array32(huge), Int(1))...),
		broken("a root that claims 4 billion elements", Array32(huge), now, Map()),
		broken("metadata that claim 4 billion pairs", head, now, Map32(huge), Str("x")),
		broken("a string that claims 2 GiB", event(Value{0x81}, log, Str32Header(0x80000000), Value("short"))...),
		// twice this number of pairs is 0 in 32 bits
		broken("a map that claims 2 billion pairs", event(Map32(0x80000000), Value(good(nil, 3)))...),
		broken("a map that claims 4 billion pairs before good events", event(Map32(huge), Value(good(nil, 3)))...),
		broken("64 nested arrays that claim 4 billion elements each", nestedClaims(64, huge)),

		// 0xc1 is never used in msgpack; nothing behind it can be trusted
		broken("the reserved byte behind the events", Value{0xc1}),
		broken("the reserved byte between events", Value{0xc1}, Value(good(nil, 2))),
		broken("the reserved byte as a value", event(Value{0x81}, log, Value{0xc1}, Value(good(nil, 1)))...),
		broken("the reserved byte as a key", event(Value{0x81}, Value{0xc1}, Str("x"), Value(good(nil, 1)))...),
		broken("the reserved byte as a time", head, Value{0xc1}, meta, Map(), Value(good(nil, 1))),
		broken("a tail of 0xff that ends in the reserved byte", Value{0xc1, 0xff, 0xff, 0xff, 0xff, 0xff}),

		{Name: "nothing but a cut event", Chunk: whole[:9], Corrupt: true, BadTail: 9},
		{Name: "nothing but the reserved byte", Chunk: []byte{0xc1}, Corrupt: true, BadTail: 1},
	}

	// Objects of its own and then one that cannot be read: 0xff is -1, 0xdd an array32 without its
	// length.
	garbage := []byte{0xff, 0xff, 0x00, 0xdd, 0x01}
	return append(cases,
		Case{Name: "random bytes behind the events", Chunk: append(good(nil, 2), garbage...), Events: 2, Malformed: 3, Corrupt: true, BadTail: 2},
		Case{Name: "a stray and a cut event", Chunk: append(append(good(nil, 1), 0xc0), whole[:20]...), Events: 1, Malformed: 1, Corrupt: true, BadTail: 20},
	)
}

func nestedClaims(levels int, n uint32) Value {
	var v Value
	for range levels {
		v = append(v, Array32(n)...)
	}
	return v
}
