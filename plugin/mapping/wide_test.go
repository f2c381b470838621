package mapping_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

const (
	wideTrace = "0af7651916cd43dd8448eb211c80319c"
	wideSpan  = "b7ad6b7169203331"
)

// keysOf maps one event, complete, and returns the keys of its attributes in their order, and its
// cuts.
func keysOf(t *testing.T, o mapping.Options, f mapping.Flush, data []byte) (keys []string, cuts record.Cuts) {
	t.Helper()
	m := mapping.NewMapper(o)
	m.Begin(f)
	each(m, append(slices.Clone(data), data...), func(rec *record.Record) {
		cuts = rec.Cuts
		rec.Inline()
		rec.DropLargest(0) // without runs
		keys = keys[:0]
		for i := range rec.Attributes {
			keys = append(keys, string(rec.Attributes[i].Key))
		}
	})
	return keys, cuts
}

func TestMapper_AFullRecordKeepsItsLinksWhereverTheyStand(t *testing.T) {
	links := []string{"traceId", wideTrace, "spanId", wideSpan, "service", "shop", "logger", "l", "level", "odd", "host.name", "web", "dt.cost.product", "p"}
	want := []string{"trace_id", "span_id", "service.name", "log.logger", "log.raw_level", "host.name", "dt.cost.product"}
	for name, pairs := range map[string][]string{
		"first":      append(slices.Clone(links), fieldsAnd(60)...),
		"last":       fieldsAnd(60, links...),
		"in between": append(fieldsAnd(30, links...), "g0", "v", "g1", "v", "g2", "v", "g3", "v", "g4", "v", "g5", "v", "g6", "v", "g7", "v", "g8", "v", "g9", "v", "ga", "v", "gb", "v", "gc", "v", "gd", "v"),
	} {
		for _, limit := range []int{8, 20, 43} {
			o := mappingOptions()
			o.Limits.Attributes = limit
			keys, cuts := keysOf(t, o, mapping.Flush{}, event(corpus.Fields(append(pairs, "log", "x")...)))
			for _, key := range want {
				if !slices.Contains(keys, key) {
					t.Errorf("%s, limit %d: %s is missing in %s", name, limit, key, keys)
				}
			}
			fields := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return slices.Contains(want, key) })
			if total := (len(pairs) / 2); len(keys) != limit || cuts[record.CutAttributes] != uint64(total-limit) || !slices.IsSorted(fields) || fields[0] != "f00" {
				t.Errorf("%s, limit %d: %d attributes, %d of %d cut: %s", name, limit, len(keys), cuts[record.CutAttributes], total, keys)
			}
		}
	}
}

func TestMapper_AFullRecordKeepsValuesBeforeEmptyOnes(t *testing.T) {
	s := corpus.Str
	o := mappingOptions()
	o.Limits.Attributes = 4
	body := corpus.Map(s("log"), s("x"), s("a"), corpus.Nil(), s("b"), s(""), s("c"), corpus.Array(), s("d"), corpus.Map(), s("e"), corpus.Map(s("f"), s("1"), s("g"), s("")), s("h"), s("2"), s("a"), s("3"))
	if keys, cuts := keysOf(t, o, mapping.Flush{}, event(body)); fmt.Sprint(keys) != "[a e.f h overwritten1.a]" || cuts[record.CutAttributes] != 4 {
		t.Errorf("got %s, %v", keys, cuts)
	}
	o.Limits.Attributes = 3 // the first a has to go, and the second has the name
	if keys, _ := keysOf(t, o, mapping.Flush{}, event(body)); fmt.Sprint(keys) != "[e.f h a]" {
		t.Errorf("got %s", keys)
	}
}

// TestMapper_MappingsCostAFullRecordNoLink: with mappings it has all the links that it has without.
func TestMapper_MappingsCostAFullRecordNoLink(t *testing.T) {
	f := mapping.Flush{Facts: &metadata.Facts{Host: []metadata.Fact{{Key: "dt.entity.host", Value: "HOST-1"}, {Key: "host.name", Value: "web"}, {Key: "k8s.cluster.name", Value: "c"}, {Key: "stage", Value: "prod"}}}}
	var pairs []corpus.Value
	for i := range 30 {
		pairs = append(pairs, corpus.Str([]string{fmt.Sprint("k8s.x", i), fmt.Sprint("v", i), fmt.Sprint("dt.y", i)}[i%3]), corpus.Str("x"))
	}
	for limit := 1; limit < 40; limit++ {
		off, auto := options(), mappingOptions()
		off.Limits.Attributes, auto.Limits.Attributes = limit, limit
		auto.Static = []metadata.Fact{{Key: "team", Value: "a"}}
		without, _ := keysOf(t, off, f, event(podRecord(pod(), pairs...)))
		with, _ := keysOf(t, auto, f, event(podRecord(pod(), pairs...)))
		links := func(keys []string) (n int) {
			for _, key := range keys {
				if record.WorthOf([]byte(key)) <= record.OfLink {
					n++
				}
			}
			return n
		}
		if links(with) < links(without) || len(with) > limit {
			t.Errorf("limit %d: %d links with mappings, %d without\n%s\n%s", limit, links(with), links(without), with, without)
		}
	}
}

func TestMapper_AWideResourceKeepsItsLinks(t *testing.T) {
	wide := strings.Repeat("x", mapping.GroupBytes-100)
	for name, resource := range map[string][]string{
		"many attributes":   fieldsAnd(60, "service.name", "shop", "k8s.pod.name", "p"),
		"long attributes":   {"wide", wide, "wider", wide, "service.name", "shop", "k8s.pod.name", "p"},
		"both, and its own": append([]string{"wide", wide}, fieldsAnd(60, "service.name", "shop", "k8s.pod.name", "p")...),
	} {
		for _, apart := range []bool{false, true} {
			data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields(resource...), corpus.Fields("name", "scope"))
			data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), nil, corpus.Fields(fieldsAnd(30, "log", "x", "trace_id", wideTrace, "service", "mine")...))
			keys, _ := keysOf(t, smallOptions(apart), mapping.Flush{}, data)
			for _, key := range []string{"service.name", "k8s.pod.name", "trace_id", "f00"} {
				if !slices.Contains(keys, key) {
					t.Errorf("%s, apart %t: %s is missing in %s", name, apart, key, keys)
				}
			}
			if len(keys) > 20 {
				t.Errorf("%s, apart %t: %d attributes", name, apart, len(keys))
			}
		}
	}
}

func TestMapper_TheHeaderOfTextHasRoomForLinks(t *testing.T) {
	o := mappingOptions()
	body := corpus.Fields("log", "x", "a", strings.Repeat("a", 3000), "b", strings.Repeat("b", 3000), "c", strings.Repeat("c", 900), "trace_id", wideTrace, "service", "shop")
	each(mapping.NewMapper(o), event(body), func(rec *record.Record) {
		var text encode.Text
		text.Append(nil, rec)
		header, leftOut := text.Attributes()
		for _, want := range []string{"trace_id=" + wideTrace, "service.name=shop", "c=ccc"} {
			if !strings.Contains(string(header), want) {
				t.Errorf("%s is missing", want)
			}
		}
		if leftOut != 1 {
			t.Errorf("%d left out", leftOut)
		}
	})
}

func TestMapper_AFullRecordAllocatesNothing(t *testing.T) {
	var bodies []corpus.Value
	for i := range 100 {
		bodies = append(bodies, corpus.Fields(fieldsAnd(60, "empty", "", "n", fmt.Sprint(i), "log", "x", "service", "shop", "traceId", wideTrace, "k8s.pod.name", "p", "level", "odd", "level", "odder")...))
	}
	data := events(bodies...)
	m := mapping.NewMapper(smallOptions(false))
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	n := testing.AllocsPerRun(3, func() {
		m.Begin(mapping.Flush{})
		for r.Reset(data); r.Next(&ev); {
			m.Map(&ev, &rec)
			m.Restamp(&rec, time.Unix(1800000000, 0))
		}
		m.Release()
	})
	if n != 0 {
		t.Errorf("%v allocations for %d records", n, len(bodies))
	}
}

func TestMapper_AttributesInTheHeaderTakeNamesOnce(t *testing.T) {
	o := mappingOptions()
	o.InHeader, o.Static = true, []metadata.Fact{{Key: "team", Value: "a"}}
	body := corpus.Fields("log", "x", "team", "1", "team", "2", "overwritten1.team", "3", "status", "paid", "status", "sent", "timestamp", "t", "timestamp", "u")
	want := "[overwritten1.team overwritten2.team overwritten3.team overwritten1.status overwritten2.status overwritten1.timestamp overwritten2.timestamp]"
	if keys, _ := keysOf(t, o, mapping.Flush{}, event(body)); fmt.Sprint(keys) != want {
		t.Errorf("got %s, want %s", keys, want)
	}
}
