package record

import (
	"fmt"
	"strings"
	"testing"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/test/corpus"
)

func limits() Limits {
	return Limits{ContentBytes: 10_000_000, AttributeValueBytes: 32_000, AttributeKeyBytes: 100, Attributes: 500, ArrayValues: 32, NestingLevels: 5}
}

// mapAll maps a chunk and calls each with every record.
func mapAll(m *Mapper, data []byte, each func(*Record)) {
	var r chunk.Reader
	var ev chunk.Event
	var rec Record
	r.Reset(data)
	for r.Next(&ev) {
		m.Map(&ev, &rec)
		each(&rec)
	}
}

// arrays is a map of n attributes, each an array of 32 elements.
func arrays(n int, element corpus.Value) corpus.Value {
	elements := make([]corpus.Value, 32)
	for i := range elements {
		elements[i] = element
	}
	var pairs []corpus.Value
	for i := range n {
		pairs = append(pairs, corpus.Str(fmt.Sprint("key", i)), corpus.Array(elements...))
	}
	return corpus.Map(pairs...)
}

func TestTheElementsOfManyGroupsTakeTheRoomOfOne(t *testing.T) {
	var data []byte
	for i := range 135 {
		data = corpus.AppendGroupStart(data, int64(i), 0, arrays(400, corpus.Int(int64(i%100))), nil)
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(),
			corpus.Map(corpus.Str("log"), corpus.Str("x"), corpus.Str("own"), corpus.Array(corpus.Int(1), corpus.Int(2))))
	}
	m := NewMapper(Options{Limits: limits(), ContentKeys: []string{"log"}})
	records := 0
	mapAll(m, data, func(rec *Record) {
		if records++; rec.Len() < 100 {
			t.Fatalf("record %d has %d attributes", records, rec.Len())
		}
	})
	if records != 135 || cap(m.elements) > 4*groupElements || cap(m.group.elements) > 4*500*32 {
		t.Errorf("%d records; room for %d elements, and for %d of a group", records, cap(m.elements), cap(m.group.elements))
	}
	m.Release()
	if cap(m.elements)+cap(m.group.elements) > 2*keptElements {
		t.Errorf("room for %d elements, and for %d of a group, is kept", cap(m.elements), cap(m.group.elements))
	}
}

func TestElementsThatAnUnusualEventNeededAreGivenBack(t *testing.T) {
	o := Options{Limits: limits(), ContentKeys: []string{"log"}}
	o.Limits.Attributes, o.Limits.ArrayValues = 10_000, 32
	m := NewMapper(o)
	huge := corpus.Map(corpus.Str("log"), corpus.Str("x"), corpus.Str("m"), arrays(2_000, corpus.Int(1)))
	data := corpus.AppendEvent(nil, corpus.EventTime(1700000000, 0), corpus.Map(), huge)
	data = corpus.AppendGroupStart(data, 0, 0, arrays(2_000, corpus.Int(1)), nil)
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x"))
	mapAll(m, data, func(*Record) {})
	if cap(m.elements) < 2_000*32 || cap(m.group.elements) < 2_000*32 {
		t.Fatalf("room for %d and %d elements only", cap(m.elements), cap(m.group.elements))
	}
	m.Release()
	if cap(m.elements) > keptElements || cap(m.group.elements) > keptElements {
		t.Errorf("room for %d and %d elements is kept", cap(m.elements), cap(m.group.elements))
	}
}

func TestTheElementsOfAGroupCountForItsBound(t *testing.T) {
	data := corpus.AppendGroupStart(nil, 0, 0, arrays(400, corpus.Str(strings.Repeat("x", 100))), nil)
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x"))
	m := NewMapper(Options{Limits: limits(), ContentKeys: []string{"log"}})
	mapAll(m, data, func(rec *Record) {
		if want := GroupBytes / (32*(100+arrayElement) + len("key0")); rec.Len() != want {
			t.Errorf("%d attributes, want %d", rec.Len(), want)
		}
		if rec.Cuts[CutGroup] != 396 {
			t.Errorf("cuts %v", rec.Cuts)
		}
	})
}

func TestAKeyInLowerCaseTakesLittleMoreThanTheLimitOfKeys(t *testing.T) {
	for _, key := range []string{strings.Repeat("A", 1<<20), strings.Repeat("Ⱥ", 1<<20), strings.Repeat("a", 1<<20), strings.Repeat("é", 1<<20) + "A"} {
		if n := len(appendLower(nil, []byte(key), 100)); n <= 100 || n > 104 {
			t.Errorf("%d bytes of %.2s", n, key)
		}
		m := NewMapper(Options{Limits: limits(), LowercaseKeys: true})
		if n := len(m.joined([]byte(key), []byte(key))); n > 2*104+1 {
			t.Errorf("%d bytes of two %.2s", n, key)
		}
	}
}
