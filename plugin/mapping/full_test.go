package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// fieldsAnd are n fields, with pairs behind them.
func fieldsAnd(n int, pairs ...string) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("f%02d", i), "v")
	}
	return append(all, pairs...)
}

// smallOptions are mappings with the limits of old hosts, in a record that is full.
func smallOptions(apart bool) mapping.Options {
	o := mappingOptions()
	o.Limits.Attributes, o.Limits.AttributeValueBytes = 20, 32_000
	o.Machine, o.GroupsApart = "here", apart
	return o
}

// TestMapper_AFullRecordOfAnotherHostGetsNoFactsOfThisOne, although its host.name found no room.
func TestMapper_AFullRecordOfAnotherHostGetsNoFactsOfThisOne(t *testing.T) {
	f := mapping.Flush{Facts: &metadata.Facts{
		Host: []metadata.Fact{{Key: "dt.entity.host", Value: "HOST-HERE"}, {Key: "host.name", Value: "here"}},
		Pod:  []metadata.Fact{{Key: "k8s.pod.name", Value: "self"}, {Key: "k8s.pod.uid", Value: "uid"}, {Key: "k8s.namespace.name", Value: "ns"}},
	}}
	wide := strings.Repeat("x", mapping.GroupBytes-10)
	resource := func(pairs ...string) func(records int) []byte {
		return func(records int) []byte {
			data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields(pairs...), nil)
			return corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), nil, corpus.Fields(fieldsAnd(records, "log", "x")...))
		}
	}
	for name, chunk := range map[string]func(records int) []byte{
		"a field of its own": func(records int) []byte {
			return event(corpus.Fields(fieldsAnd(records, "log", "x", "host.name", "there", "k8s.pod.name", "other")...))
		},
		"a resource that is cut": resource(fieldsAnd(17, "host.name", "there", "k8s.pod.name", "other")...),
		"a field behind a resource": func(records int) []byte {
			data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields("r0", "v", "r1", "v", "r2", "v", "r3", "v"), nil)
			return corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), nil, corpus.Fields(fieldsAnd(min(records, 18), "log", "x", "host.name", "there", "k8s.pod.name", "other")...))
		},
		"a resource":                     resource("a", "1", "host.name", "there", "k8s.pod.name", "other"),
		"a resource of many attributes":  resource(fieldsAnd(30, "host.name", "there")...),
		"a resource of long attributes":  resource("wide", wide, "host.name", "there"),
		"a resource of long attributes2": resource("wide", wide, "k8s.pod.name", "other", "host.name", "there"),
	} {
		for _, records := range []int{1, 15, 18, 19, 20, 25, 60} {
			for _, apart := range []bool{false, true} {
				o := smallOptions(apart)
				m := mapping.NewMapper(o)
				m.Begin(f)
				each(m, chunk(records), func(rec *record.Record) {
					m.Complete(rec)
					for _, a := range own(rec) {
						if strings.HasSuffix(a, "=here") || strings.HasSuffix(a, "=HOST-HERE") || strings.HasSuffix(a, "=self") {
							t.Errorf("%s, %d fields, apart %t: %s", name, records, apart, a)
						}
					}
				})
			}
		}
	}
}

// TestMapper_WhatAFullRecordHasLostIsNotMissedTwice: a field that found no room gives its name to
// what the mappings know, but not where a header has it.
func TestMapper_WhatAFullRecordHasLostIsNotMissedTwice(t *testing.T) {
	f := mapping.Flush{Facts: &metadata.Facts{Host: []metadata.Fact{{Key: "cost", Value: "ours"}, {Key: "team", Value: "fact"}}}}
	data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields("r0", "v", "r1", "v", "r2", "v", "r3", "v"), nil)
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), nil, corpus.Fields(fieldsAnd(17, "log", "x", "cost", "theirs")...))
	for _, apart := range []bool{false, true} {
		o := smallOptions(apart)
		o.InHeader, o.Static = true, []metadata.Fact{{Key: "team", Value: "header"}}
		m := mapping.NewMapper(o)
		m.Begin(f)
		each(m, data, func(rec *record.Record) {
			rec.Inline()
			if all := fmt.Sprint(own(rec)); !strings.Contains(all, "cost=ours") || strings.Contains(all, "team=") {
				t.Errorf("apart %t: %s", apart, all)
			}
		})
	}
}

// TestMapper_ARecordOfAnotherHostGetsNoFactsOfThisOneThoughTheyWereCut before its name.
func TestMapper_ARecordOfAnotherHostGetsNoFactsOfThisOneThoughTheyWereCut(t *testing.T) {
	f := mapping.Flush{Facts: &metadata.Facts{
		Host: []metadata.Fact{{Key: "dt.entity.host", Value: "HOST-HERE"}, {Key: "cores", Value: int64(8)}, {Key: "host.name", Value: "here"}},
		Pod:  []metadata.Fact{{Key: "team", Value: "a"}, {Key: "k8s.pod.uid", Value: "uid"}, {Key: "k8s.pod.name", Value: "self"}},
	}}
	for limit := 4; limit <= 12; limit++ {
		o := smallOptions(false)
		o.Limits.Attributes = limit
		for _, c := range []struct{ key, value, none string }{{"host.name", "there", "HOST-HERE"}, {"k8s.pod.name", "other", "a"}} {
			got := mapOne(t, o, f, text("log", "x", c.key, c.value))
			for key, v := range got {
				if v == c.none {
					t.Errorf("limit %d, a record of %s %s: %s is %v", limit, c.key, c.value, key, v)
				}
			}
		}
	}
}

// TestMapper_FactsOfAnotherPlaceHaveNoNamesOfTheServer, as those of this one have none.
func TestMapper_FactsOfAnotherPlaceHaveNoNamesOfTheServer(t *testing.T) {
	f := mapping.Flush{Facts: &metadata.Facts{
		Host: []metadata.Fact{{Key: "content", Value: "FACT"}, {Key: "loglevel", Value: "ERROR"}, {Key: "status", Value: "s"}, {Key: "timestamp", Value: "2020"}, {Key: "", Value: "e"}, {Key: "ok", Value: "1"}},
		Pod:  []metadata.Fact{{Key: "k8s.pod.name", Value: "self"}},
	}}
	got := mapOne(t, mappingOptions(), f, text("log", "x", "k8s.pod.name", "other"))
	wantAttributes(t, got, attributes{"content": "x", "k8s.pod.name": "other", "ok": "1"})
}

// TestWhatIsKeptOfAResourceIsTheSameForEachOfItsScopes.
func TestMapper_WhatIsKeptOfAResourceIsTheSameForEachOfItsScopes(t *testing.T) {
	resource := corpus.Fields("big", strings.Repeat("x", mapping.GroupBytes-80), "last", strings.Repeat("y", 40))
	for _, lengths := range [][]int{{60, 0, 0}, {0, 60, 0}, {3000, 0, 60}} {
		var data []byte
		for i, n := range lengths {
			scope := corpus.Map()
			if n > 0 {
				scope = corpus.Fields("name", strings.Repeat("n", n))
			}
			data = corpus.AppendGroupStart(data, 0, int64(i), resource, scope)
			data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), nil, corpus.Fields("log", "x"))
			data = corpus.AppendGroupEnd(data)
		}
		for _, apart := range []bool{false, true} {
			each(mapping.NewMapper(smallOptions(apart)), data, func(rec *record.Record) {
				if g := rec.Group; apart && len(g.Resource) != 2 || !apart && (len(rec.Runs) == 0 || len(rec.Runs[0].Attributes) < 2) {
					t.Errorf("%v, apart %t: the resource has lost an attribute", lengths, apart)
				}
			})
		}
	}
}

// TestAFullRecordKeepsWhatTiesItToItsSource.
func TestMapper_AFullRecordKeepsWhatTiesItToItsSource(t *testing.T) {
	data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields("service.name", "shop", "k8s.pod.uid", "u", "host.name", "there"), corpus.Fields("name", "s"))
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), nil, corpus.Fields(fieldsAnd(60, "log", "x")...))
	for _, apart := range []bool{false, true} {
		m := mapping.NewMapper(smallOptions(apart))
		var cuts record.Cuts
		each(m, data, func(rec *record.Record) {
			cuts.Add(&rec.Cuts)
			if apart && rec.Group == nil {
				t.Error("the group has room, and is not there")
			}
			m.Complete(rec)
			got := own(rec)
			if all := strings.Join(got, " "); len(got) != 20 || !strings.HasPrefix(all, "service.name=shop k8s.pod.uid=u host.name=there otel.scope.name=s f00=v ") {
				t.Errorf("apart %t: %d attributes, %s", apart, len(got), all)
			}
		})
		if cuts[record.CutAttributes] != 44 {
			t.Errorf("apart %t: cuts %v", apart, cuts)
		}
	}
}
