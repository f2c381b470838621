package chunk_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/test/corpus"
)

// tally reads a chunk to its end.
func tally(data []byte) (events, malformed, badTail int, err error) {
	var r chunk.Reader
	var ev chunk.Event
	r.Reset(data)
	for r.Next(&ev) {
		events++
	}
	var corrupt *chunk.CorruptError
	if errors.As(r.Err(), &corrupt) {
		badTail = corrupt.Bytes
	}
	return events, r.Malformed(), badTail, r.Err()
}

func TestReader_OddChunks(t *testing.T) {
	check := func(t *testing.T, c corpus.Case) {
		events, malformed, badTail, err := tally(c.Chunk)
		if events < c.Events || events+malformed != c.Events+c.Either+c.Malformed {
			t.Errorf("got %d events and %d malformed objects, want %d and %d, and %d either way",
				events, malformed, c.Events, c.Malformed, c.Either)
		}
		if badTail != c.BadTail || (err != nil) != c.Corrupt {
			t.Errorf("got a bad tail of %d bytes (%v), want %d", badTail, err, c.BadTail)
		}
	}
	for _, c := range corpus.Odd() {
		t.Run(c.Name, func(t *testing.T) { check(t, c) })
	}
	for _, h := range corpus.Huge() {
		t.Run(h.Name, func(t *testing.T) { check(t, h.Build()) })
	}
}

func TestReader_RealisticChunks(t *testing.T) {
	for _, c := range corpus.All() {
		events, malformed, badTail, err := tally(c.Data)
		if events != c.Events || malformed != 0 || badTail != 0 || err != nil {
			t.Errorf("%s: got %d events, %d malformed, bad tail %d, %v; want %d events",
				c.Name, events, malformed, badTail, err, c.Events)
		}
	}
}

func TestReader_AllocatesNothing(t *testing.T) {
	data := corpus.Kubernetes().Data
	var r chunk.Reader
	var ev chunk.Event
	n := testing.AllocsPerRun(10, func() {
		r.Reset(data)
		for r.Next(&ev) {
			c := chunk.NewCursor(ev.Body)
			for c.Next().Kind != chunk.Invalid {
			}
		}
	})
	if n != 0 {
		t.Errorf("%v allocations for a chunk", n)
	}
}

func TestReader_Times(t *testing.T) {
	known := func(sec int64, nsec uint32) chunk.Time { return chunk.Time{Sec: sec, Nsec: nsec, Known: true} }
	for name, c := range map[string]struct {
		time corpus.Value
		want chunk.Time
	}{
		"EventTime in a fixed ext":           {corpus.EventTime(1700000000, 123456789), known(1700000000, 123456789)},
		"EventTime in a sized ext":           {corpus.EventTimeExt8(1700000000, 1), known(1700000000, 1)},
		"EventTime with a second of nanos":   {corpus.EventTime(1700000000, 1_500_000_000), known(1700000001, 500_000_000)},
		"EventTime after 2038":               {corpus.EventTime(3_000_000_000, 0), known(3_000_000_000, 0)},
		"a marker's second with nanoseconds": {corpus.EventTime(0xffffffff, 7), known(0xffffffff, 7)},
		"a small integer":                    {corpus.Int(7), known(7, 0)},
		"an unsigned integer":                {corpus.Uint64(1700000000), known(1700000000, 0)},
		"a positive signed integer":          {corpus.Int64(1700000000), known(1700000000, 0)},
		"a float of 64 bits":                 {corpus.Float64(1700000000.25), known(1700000000, 250_000_000)},
		"a float of 32 bits":                 {corpus.Float32(1024.5), known(1024, 500_000_000)},
		"a negative integer":                 {corpus.Int(-5), chunk.Time{}},
		"beyond the year 9999":               {corpus.Uint64(1 << 60), chunk.Time{}},
		"another ext":                        {corpus.Ext(5, []byte("12345678")), chunk.Time{}},
		"a string":                           {corpus.Str("now"), chunk.Time{}},
		"nil":                                {corpus.Nil(), chunk.Time{}},
	} {
		body := corpus.Fields("log", "x")
		for form, data := range map[string][]byte{
			"[ts, map]":         corpus.AppendOldEvent(nil, c.time, body),
			"[[ts, meta], map]": corpus.AppendEvent(nil, c.time, corpus.Map(), body),
		} {
			var r chunk.Reader
			var ev chunk.Event
			r.Reset(data)
			if !r.Next(&ev) {
				t.Errorf("%s as %s: no event", name, form)
			} else if ev.Time != c.want || !bytes.Equal(ev.Body, body) {
				t.Errorf("%s as %s: got %+v and body %x, want %+v and %x", name, form, ev.Time, ev.Body, c.want, body)
			}
		}
	}
}

func TestReader_GroupReachesItsMembersOnly(t *testing.T) {
	now := corpus.EventTime(1700000000, 0)
	body := corpus.Fields("log", "x")
	data := corpus.AppendEvent(nil, now, corpus.Map(), body)
	data = corpus.AppendGroupStart(data, 0, 0, corpus.Fields("service.name", "checkout"), corpus.Map())
	data = corpus.AppendEvent(data, now, corpus.Map(), body)
	data = corpus.AppendEvent(data, now, corpus.Map(), body)
	data = corpus.AppendGroupEnd(data)
	data = corpus.AppendEvent(data, now, corpus.Map(), body)

	var got []bool
	var r chunk.Reader
	var ev chunk.Event
	r.Reset(data)
	for r.Next(&ev) {
		got = append(got, bytes.Contains(ev.Group, []byte("checkout")))
	}
	if want := []bool{false, true, true, false}; !slices.Equal(got, want) {
		t.Errorf("members: got %v, want %v", got, want)
	}
	r.Reset(corpus.AppendEvent(nil, now, corpus.Map(), body))
	if !r.Next(&ev) || ev.Group != nil {
		t.Error("a group must not reach into the next chunk")
	}
}

// FuzzReader compares the reader with an independent one: tinylib/msgp's Skip finds the ends of the
// objects. Whatever the bytes are, each of them must be accounted for, every view must lie inside,
// and nothing may panic.
func FuzzReader(f *testing.F) {
	for _, c := range corpus.Odd() {
		if len(c.Chunk) < 1<<16 {
			f.Add(c.Chunk)
		}
	}
	f.Add(corpus.Kubernetes().Data[:5000])
	f.Add(corpus.FireLens().Data[:3000])
	f.Fuzz(func(t *testing.T, data []byte) {
		objects, rest := 0, data
		for len(rest) > 0 {
			next, err := msgp.Skip(rest)
			if err != nil {
				break
			}
			objects++
			rest = next
		}
		var r chunk.Reader
		var ev chunk.Event
		r.Reset(data)
		events := 0
		for r.Next(&ev) {
			events++
			if len(ev.Body) == 0 {
				t.Fatal("an event without a body")
			}
			c := chunk.NewCursor(ev.Body)
			if whole, err := c.Skip(1); err != nil || len(whole) != len(ev.Body) {
				t.Fatalf("the body is not one whole value: %v", err)
			}
			if ev.Time.Known && (ev.Time.Sec < 0 || ev.Time.Nsec >= 1e9) {
				t.Fatalf("time out of range: %+v", ev.Time)
			}
		}
		if events+r.Malformed() > objects {
			t.Fatalf("%d events and %d malformed objects out of %d objects", events, r.Malformed(), objects)
		}
		var corrupt *chunk.CorruptError
		if (r.Err() != nil) != (len(rest) > 0) {
			t.Fatalf("error %v, but msgp leaves %d bytes", r.Err(), len(rest))
		}
		if errors.As(r.Err(), &corrupt) && corrupt.Bytes != len(rest) {
			t.Fatalf("bad tail of %d bytes, msgp says %d", corrupt.Bytes, len(rest))
		}
	})
}
