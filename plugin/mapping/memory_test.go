package mapping

import (
	"fmt"
	"strings"
	"testing"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

func limits() record.Limits {
	return record.Limits{ContentBytes: 10_000_000, AttributeValueBytes: 32_000, AttributeKeyBytes: 100, Attributes: 500, ArrayValues: 32, NestingLevels: 5}
}

// spareElements is what a Builder retains of the elements of arrays: as many as a record can have.
const spareElements = 16 << 10

// room returns how many elements of arrays a Builder has memory for.
func room(b *record.Builder) int {
	_, elements := b.Memory()
	return elements
}

// mapAll maps a chunk and calls each with every record.
func mapAll(m *Mapper, data []byte, each func(*record.Record)) {
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
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

func TestMapper_TheElementsOfManyGroupsTakeTheRoomOfOne(t *testing.T) {
	var data []byte
	for i := range 135 {
		data = corpus.AppendGroupStart(data, int64(i), 0, arrays(400, corpus.Int(int64(i%100))), nil)
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(),
			corpus.Map(corpus.Str("log"), corpus.Str("x"), corpus.Str("own"), corpus.Array(corpus.Int(1), corpus.Int(2))))
	}
	m := NewMapper(Options{Limits: limits(), ContentKeys: []string{"log"}})
	records := 0
	mapAll(m, data, func(rec *record.Record) {
		if records++; rec.Len() < 100 {
			t.Fatalf("record %d has %d attributes", records, rec.Len())
		}
	})
	if records != 135 || room(&m.event.out) > 4*groupElements || room(&m.group.out) > 4*500*32 {
		t.Errorf("%d records; room for %d elements, and for %d of a group", records, room(&m.event.out), room(&m.group.out))
	}
	m.Release()
	if room(&m.event.out)+room(&m.group.out) > 2*spareElements {
		t.Errorf("room for %d elements, and for %d of a group, is kept", room(&m.event.out), room(&m.group.out))
	}
}

func TestMapper_ElementsThatAnUnusualEventNeededAreGivenBack(t *testing.T) {
	o := Options{Limits: limits(), ContentKeys: []string{"log"}}
	o.Limits.Attributes, o.Limits.ArrayValues = 10_000, 32
	m := NewMapper(o)
	huge := corpus.Map(corpus.Str("log"), corpus.Str("x"), corpus.Str("m"), arrays(2_000, corpus.Int(1)))
	data := corpus.AppendEvent(nil, corpus.EventTime(1700000000, 0), corpus.Map(), huge)
	data = corpus.AppendGroupStart(data, 0, 0, arrays(2_000, corpus.Int(1)), nil)
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x"))
	mapAll(m, data, func(*record.Record) {})
	if room(&m.event.out) < 2_000*32 || room(&m.group.out) < 2_000*32 {
		t.Fatalf("room for %d and %d elements only", room(&m.event.out), room(&m.group.out))
	}
	m.Release()
	if room(&m.event.out) > spareElements || room(&m.group.out) > spareElements {
		t.Errorf("room for %d and %d elements is kept", room(&m.event.out), room(&m.group.out))
	}
}

func TestMapper_TheElementsOfAGroupCountForItsBound(t *testing.T) {
	data := corpus.AppendGroupStart(nil, 0, 0, arrays(400, corpus.Str(strings.Repeat("x", 100))), nil)
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x"))
	m := NewMapper(Options{Limits: limits(), ContentKeys: []string{"log"}})
	mapAll(m, data, func(rec *record.Record) {
		if want := GroupBytes / (32*(100+record.ElementSize) + len("key0")); rec.Len() != want {
			t.Errorf("%d attributes, want %d", rec.Len(), want)
		}
		if rec.Cuts[record.CutGroup] != 396 {
			t.Errorf("cuts %v", rec.Cuts)
		}
	})
}
