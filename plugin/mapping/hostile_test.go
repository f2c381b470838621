package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// BenchmarkHostile maps chunks that are made to be slow. The figure to watch is that none is orders
// of magnitude below the others: time must grow with the bytes, not with their square.
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
	for name, body := range hostileBodies(equal, deep, wide) {
		b.Run(name, func(b *testing.B) {
			var data []byte
			for len(data) < 2<<20 {
				data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), body)
			}
			var r chunk.Reader
			var ev chunk.Event
			var rec record.Record
			m := mapping.NewMapper(everything())
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

func hostileBodies(equal []string, deep corpus.Value, wide []corpus.Value) map[string]corpus.Value {
	s := corpus.Str
	labels := make([]string, 0, 20_000)
	for i := range 10_000 {
		labels = append(labels, fmt.Sprint("label", i), "value")
	}
	owners := make([]corpus.Value, 0, 10_000)
	for range 10_000 {
		owners = append(owners, corpus.Fields("kind", "ReplicaSet", "name", "a-b"))
	}
	var ids, times []corpus.Value
	for range 1000 {
		ids = append(ids, s("trace"), corpus.Fields("id", "x", "id", "y"), s("traceparent"), s("x"), s("dt"), deep)
		times = append(times, s("time"), s("x"), s("pri"), s("1"), s("_BOOT_ID"), s("x"), s("boot_id"), s("x"), s("trace_id"), s("x"))
	}
	var turns, levels []corpus.Value
	for i := range 100_000 { // each worth more than most of those before it, and none of them
		turns = append(turns, s(fmt.Sprint([]string{"", "v", "k8s.", "dt."}[min(i/600, 3-i%3)], i)), s([]string{"", "v"}[min(1, i/600)]))
		levels = append(levels, s([]string{"level", "trace_id", "status", "event.type"}[i%4]), s([]string{"odd", ""}[i/4%2]))
	}
	return map[string]corpus.Value{
		"links in turn":  corpus.Map(turns...),
		"equal links":    corpus.Map(levels...),
		"equal keys":     corpus.Fields(equal...),
		"deep nesting":   corpus.Map(s("m"), deep),
		"tiny maps":      corpus.Map(s("a"), corpus.Array(wide...)),
		"empty maps":     corpus.Map(),
		"10,000 labels":  podRecord(pod(s("labels"), corpus.Fields(labels...), s("annotations"), corpus.Fields(labels...))),
		"10,000 owners":  podRecord(pod(s("ownerReferences"), corpus.Array(owners...))),
		"a 1 MB label":   podRecord(pod(s("labels"), corpus.Fields("a", strings.Repeat("x", 1<<20)))),
		"1 MB of JSON":   podRecord(pod(s("annotations"), corpus.Fields("metadata.dynatrace.com", `{"a":"`+strings.Repeat("x", 1<<20)+`"}`))),
		"60 kB of JSON":  podRecord(pod(s("annotations"), corpus.Fields("metadata.dynatrace.com", "{"+strings.Repeat(`"a":{"b":[1]},`, 4000)+`"z":1}`))),
		"sections":       corpus.Fields("log", strings.Repeat("[!dt a=b,", 10_000)+"]"),
		"escapes":        corpus.Fields("log", strings.Repeat("\x1b]\x1b[", 10_000)),
		"ids":            corpus.Map(ids...),
		"fields put off": corpus.Map(times...),
	}
}

// everything are options with every mapping and every way of shaping.
func everything() mapping.Options {
	o := mappingOptions()
	all := record.NewPatterns([]string{"*", "*a*b*c*"})
	o.Sources |= source.Named(source.Extras()...)
	o.PodLabels, o.PodAnnotations, o.Exclude = all, all, record.NewPatterns([]string{"*x*y*z*"})
	o.DropEmpty, o.ParseJSON, o.StripANSI = true, true, true
	return o
}

func TestMapper_HostileShapesAreBounded(t *testing.T) {
	deep := corpus.Str("x")
	for range 50 {
		deep = corpus.Map(corpus.Str("id"), deep)
	}
	for name, body := range hostileBodies([]string{"a", "b", "a", "c"}, deep, []corpus.Value{corpus.Map()}) {
		t.Run(name, func(t *testing.T) {
			got := mapOne(t, everything(), mapping.Flush{}, body)
			if len(got) > grail.Attributes+2 {
				t.Errorf("%d attributes", len(got))
			}
			if got["content"] == nil {
				t.Error("no content")
			}
			for key, v := range got {
				if text, ok := v.(string); ok && key != "content" && len(text) > grail.AttributeValueBytes || len(key) > grail.AttributeKeyBytes {
					t.Errorf("%.50s is too long", key)
				}
			}
		})
	}
}

func TestMapper_ManyLabelsLeaveRoomForTheRecordsOwnFields(t *testing.T) {
	var labels, own []string
	for i := range 1000 {
		labels = append(labels, fmt.Sprint("label", i), "value")
		own = append(own, fmt.Sprint("own", i), "value")
	}
	var pairs []corpus.Value
	for _, s := range own {
		pairs = append(pairs, corpus.Str(s))
	}
	o := everything()
	got := mapOne(t, o, mapping.Flush{}, podRecord(pod(corpus.Str("labels"), corpus.Fields(labels...)), pairs...))
	if got["own100"] == nil || got["k8s.pod.name"] == nil || got["log.source"] == nil || got["k8s.pod.label.label1"] == nil || len(got) != grail.Attributes+1 {
		t.Errorf("%d attributes: %v", len(got), got)
	}
}

func TestMapper_AGroupTakesBoundedRoomInEachMember(t *testing.T) {
	pairs := make([]string, 0, 200_000)
	for i := range 100_000 {
		pairs = append(pairs, fmt.Sprint("key", i), "value")
	}
	data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields(pairs...), nil)
	const members = 5_000 // each of them would take seconds if it read the group again
	for range members {
		data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x"))
	}
	data = corpus.AppendGroupStart(data, 0, 0, corpus.Fields("a", strings.Repeat("x", 9000), "b", strings.Repeat("y", 9000)), nil)
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x"))

	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	var cuts record.Cuts
	m := mapping.NewMapper(options())
	r.Reset(data)
	for n := 0; r.Next(&ev); n++ { // quadratic in the group it would not end
		m.Map(&ev, &rec)
		cuts.Add(&rec.Cuts)
		if want := grail.Attributes; n < members && rec.Len() != want {
			t.Fatalf("%d attributes, want %d", rec.Len(), want)
		}
	}
	if rec.Len() != 1 {
		t.Errorf("%d attributes of 9,000 bytes each", rec.Len())
	}
	if cuts[record.CutAttributes] != members*(100_000-500) || cuts[record.CutGroup] != 1 {
		t.Errorf("cuts %v", cuts)
	}
}

func TestMapper_WhatAGroupLostIsCountedForAMemberThatHasNoRoomForTheRest(t *testing.T) {
	o := options()
	o.Limits.Attributes = 3
	data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields("a", "1", "b", "2", "c", "3", "d", "4", "e", "5"), nil)
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x", "own", "1"))
	if got, cuts := mapped(t, o, data); got != `{"content":"x","a":"1","b":"2","own":"1"}` || cuts[record.CutAttributes] != 3 {
		t.Errorf("got %s, cuts %v", got, cuts)
	}
}
