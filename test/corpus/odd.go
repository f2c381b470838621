package corpus

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Case is an unusual chunk and the expected result of a correct reader.
//
// An event is an array of two: a time or an array [time, map], and a map. A time is any integer,
// any float, or extension type 0 of eight bytes. So an event is one whose body can be delivered,
// also where its time is absurd (before 1970, NaN, year 5000): what to write for such a time is the
// reader's choice, dropping the event is none. Group markers are neither events nor malformed.
//
// Every byte of a chunk belongs to exactly one of: events, group markers, the objects counted by
// Either and Malformed, BadTail.
type Case struct {
	Name  string // a phrase; unique
	Chunk []byte
	// Events is the number of events, group markers not counted.
	Events int
	// Either is the number of complete objects that hold a body but that Fluent Bit's own decoder
	// refuses: a reader may yield them as events or count them as malformed, but not pass over them
	// in silence.
	Either int
	// Malformed is the number of complete msgpack objects that are no events by any reading.
	Malformed int
	// Corrupt says that the end of the chunk cannot be read. The events before it are good and must
	// be delivered.
	Corrupt bool
	// BadTail is the number of bytes from the first object that cannot be read to the end of the
	// chunk; 0 if not Corrupt.
	BadTail int
}

// Odd yields the unusual chunks, from the legal but rare to the hostile. They are small enough (the
// largest has about 300 kB) for fuzz seeds and table tests. Each call builds new ones.
func Odd() []Case {
	return slices.Concat(oddTimes(), oddGroups(), oddText(), oddValues(), oddShapes(), oddTails())
}

// Huge yields the odd chunks that are megabytes long. A chunk may be far above ChunkSize: one
// append is never split, so a forward client's batch or one long line goes into one chunk. Build
// makes the case, so that nothing is held in memory between.
func Huge() []struct {
	Name  string
	Build func() Case
} {
	type huge = struct {
		Name  string
		Build func() Case
	}
	return []huge{
		{"a string of 10 MB", func() Case {
			// tail with a buffer_max_size raised for applications that log whole documents
			return among("a string of 10 MB", Fields("log", strings.Repeat("0123456789abcde\n", 10<<20/16)))
		}},
		{"a string of 10 MB that is nothing but quotes", func() Case {
			// the worst growth: each byte becomes two in JSON
			return among("a string of 10 MB that is nothing but quotes", Fields("log", strings.Repeat(`"`, 10<<20)))
		}},
		{"a string of 10 MB of invalid UTF-8", func() Case {
			// a binary file under tail's path pattern: each byte becomes three as U+FFFD
			return among("a string of 10 MB of invalid UTF-8", Fields("log", strings.Repeat("\xff", 10<<20)))
		}},
		{"200,000 events of two bytes of text", func() Case {
			// many small events: limits by count are reached before those by size
			c := Case{Name: "200,000 events of two bytes of text", Events: 200_000}
			for i := range c.Events {
				c.Chunk = AppendEvent(c.Chunk, At(Epoch.Add(time.Duration(i))), nil, Fields("log", "ok"))
			}
			return c
		}},
		{"70,000 keys in one map", func() Case {
			// more than map16 can count
			return among("70,000 keys in one map", manyKeys(70_000))
		}},
	}
}

// good appends n ordinary events.
func good(dst []byte, n int) []byte {
	for i := range n {
		dst = AppendEvent(dst, At(Epoch.Add(time.Duration(i)*time.Second)), nil, Fields("log", fmt.Sprintf("good event %d", i)))
	}
	return dst
}

// among puts an event with the body between two ordinary ones: so that a reader that stops at the
// odd one fails the test.
func among(name string, body Value) Case {
	return Case{Name: name, Chunk: good(AppendEvent(good(nil, 1), At(Epoch), nil, body), 1), Events: 3}
}

// timed puts an event with the time between two ordinary ones, in both forms.
func timed(name string, t Value) []Case {
	body := Fields("log", name)
	return []Case{
		{Name: name + ", old form", Chunk: good(AppendOldEvent(good(nil, 1), t, body), 1), Events: 3},
		{Name: name + ", with metadata", Chunk: good(AppendEvent(good(nil, 1), t, nil, body), 1), Events: 3},
	}
}

// stray puts a complete object that is no event between two ordinary events.
func stray(name string, object []byte) Case {
	return Case{Name: name, Chunk: good(append(good(nil, 1), object...), 1), Events: 2, Malformed: 1}
}

// refused is stray for an object that holds a body nevertheless.
func refused(name string, object []byte) Case {
	return Case{Name: name, Chunk: good(append(good(nil, 1), object...), 1), Events: 2, Either: 1}
}

// broken puts bytes that cannot be read behind two ordinary events.
func broken(name string, parts ...Value) Case {
	tail := join(nil, parts)
	return Case{Name: name, Chunk: append(good(nil, 2), tail...), Events: 2, Corrupt: true, BadTail: len(tail)}
}

func manyKeys(n int) Value {
	pairs := make([]Value, 0, 2*n)
	for i := range n {
		pairs = append(pairs, Str(fmt.Sprintf("key.%06d", i)), Int(int64(i)))
	}
	return Map(pairs...)
}
