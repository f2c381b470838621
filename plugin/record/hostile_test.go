package record_test

import (
	"fmt"
	"strings"
	"testing"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// BenchmarkHostile maps chunks that are made to be slow. The figure to watch is that none is orders of magnitude below the
// others: time must grow with the bytes, not with their square.
func BenchmarkHostile(b *testing.B) {
	equal := make([]string, 0, 1000)
	for range 500 {
		equal = append(equal, "k", "v")
	}
	deep := corpus.Str("x")
	for range 500 {
		deep = corpus.Map(corpus.Str("m"), deep)
	}
	wide := make([]corpus.Value, 0, 20_000)
	for range 20_000 {
		wide = append(wide, corpus.Map())
	}
	for name, body := range map[string]corpus.Value{
		"equal keys":   corpus.Fields(equal...),
		"deep nesting": corpus.Map(corpus.Str("m"), deep),
		"tiny maps":    corpus.Map(corpus.Str("a"), corpus.Array(wide...)),
		"empty maps":   corpus.Map(),
	} {
		b.Run(name, func(b *testing.B) {
			var data []byte
			for len(data) < 2<<20 {
				data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), body)
			}
			var r chunk.Reader
			var ev chunk.Event
			var rec record.Record
			m := record.NewMapper(options())
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				r.Reset(data)
				for r.Next(&ev) {
					m.Map(&ev, &rec)
				}
				m.Release()
			}
		})
	}
}

func TestAGroupTakesBoundedRoomInEachMember(t *testing.T) {
	pairs := make([]string, 0, 200_000)
	for i := range 100_000 {
		pairs = append(pairs, fmt.Sprint("key", i), "value")
	}
	data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields(pairs...), nil)
	const members = 50_000
	for range members {
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x"))
	}
	data = corpus.AppendGroupStart(data, 0, 0, corpus.Fields("a", strings.Repeat("x", 9000), "b", strings.Repeat("y", 9000)), nil)
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x"))

	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	m := record.NewMapper(options())
	r.Reset(data)
	for n := 0; r.Next(&ev); n++ { // quadratic in the group it would not end
		m.Map(&ev, &rec)
		if want := grail.Attributes; n < members && rec.Len() != want {
			t.Fatalf("%d attributes, want %d", rec.Len(), want)
		}
	}
	if rec.Len() != 1 {
		t.Errorf("%d attributes of 9,000 bytes each", rec.Len())
	}
	if cuts := m.TakeCuts(); cuts[record.CutAttributes] != members*(100_000-500)+1 {
		t.Errorf("cuts %v", cuts)
	}
}

func TestWhatAGroupLostIsCountedForAMemberThatHasNoRoomForTheRest(t *testing.T) {
	o := options()
	o.Limits.Attributes = 3
	data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields("a", "1", "b", "2", "c", "3", "d", "4", "e", "5"), nil)
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x", "own", "1"))
	if got, cuts := mapped(t, o, data); got != `{"content":"x","own":"1","a":"1","b":"2"}` || cuts[record.CutAttributes] != 3 {
		t.Errorf("got %s, cuts %v", got, cuts)
	}
}
