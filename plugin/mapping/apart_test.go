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
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

func apartOptions(static bool) mapping.Options {
	o := mapping.Options{
		Limits:      record.Limits{ContentBytes: 1000, AttributeValueBytes: 100, AttributeKeyBytes: 50, Attributes: 10, ArrayValues: 5, NestingLevels: 5},
		ContentKeys: []string{"log"}, LevelKeys: []string{"level"}, Options: source.Options{Sources: source.Auto()}, GroupsApart: true,
	}
	if static {
		o.Hostname = "here"
	}
	return o
}

func apart(static bool) *mapping.Mapper { return mapping.NewMapper(apartOptions(static)) }

func together(static bool) *mapping.Mapper {
	o := apartOptions(static)
	o.GroupsApart = false
	return mapping.NewMapper(o)
}

// each maps a chunk and shows what becomes of its records.
func each(m *mapping.Mapper, data []byte, do func(rec *record.Record)) {
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	r.Reset(data)
	for r.Next(&ev) {
		m.Map(&ev, &rec)
		do(&rec)
	}
	m.Release()
}

func names(list []record.Attribute) (all []string) {
	for _, a := range list {
		all = append(all, string(a.Key)+"="+string(a.Value.Text))
	}
	return all
}

func own(rec *record.Record) []string {
	var all []record.Attribute
	done := 0
	for _, run := range rec.Runs {
		all = append(append(all, rec.Attributes[done:run.At]...), run.Attributes...)
		done = run.At
	}
	return names(append(all, rec.Attributes[done:]...))
}

func TestMapper_AGroupThatIsKeptApartIsNotCopiedIntoItsRecords(t *testing.T) {
	scope := corpus.Map(corpus.Str("name"), corpus.Str("shop"), corpus.Str("version"), corpus.Str("2"), corpus.Str("attributes"), corpus.Fields("lang", "go"))
	data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields("service.name", "a", "host.name", "there"), scope)
	data = corpus.AppendEvent(data, corpus.EventTime(1, 0), nil, corpus.Fields("log", "x", "service.name", "mine", "k", "v"))
	data = corpus.AppendEvent(data, corpus.EventTime(1, 0), nil, corpus.Fields("log", "y", "otel.scope.name", "other"))
	data = corpus.AppendGroupEnd(data)
	data = corpus.AppendEvent(data, corpus.EventTime(1, 0), nil, corpus.Fields("log", "z"))
	var got []string
	each(apart(true), data, func(rec *record.Record) {
		if g := rec.Group; g != nil {
			got = append(got, fmt.Sprint(names(g.Resource), names(g.Scope), string(g.ScopeName), string(g.ScopeVersion)))
		}
		got = append(got, fmt.Sprint(own(rec)))
	})
	group := "[service.name=a host.name=there] [lang=go]shop2"
	want := []string{
		group, "[overwritten1.service.name=mine k=v]", // the server lets the resource keep its name
		group, "[overwritten1.otel.scope.name=other]",
		"[host.name=here]", // of this machine only where nobody says otherwise
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestMapper_EqualGroupsHaveOneResource(t *testing.T) {
	var data []byte
	add := func(resource, scope string) {
		data = corpus.AppendGroupStart(data, 0, 0, corpus.Fields("service.name", resource), corpus.Fields("name", scope))
		data = corpus.AppendEvent(data, corpus.EventTime(1, 0), nil, corpus.Fields("log", "x"))
		data = corpus.AppendEvent(data, corpus.EventTime(1, 0), nil, corpus.Fields("log", "y"))
		data = corpus.AppendGroupEnd(data)
	}
	add("a", "1")
	add("a", "2")
	add("b", "2")
	var ids, resources []uint64
	each(apart(false), data, func(rec *record.Record) {
		ids, resources = append(ids, rec.Group.ID), append(resources, rec.Group.ResourceID)
	})
	if ids[0] != ids[1] || ids[1] == ids[2] || ids[3] == ids[4] || resources[0] != resources[2] || resources[2] == resources[4] || slices.Contains(append(ids, resources...), 0) {
		t.Errorf("ids %d, resources %d", ids, resources)
	}
}

func TestMapper_ALevelOfAGroupNamesThatOfNoRecord(t *testing.T) {
	data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields("severity", "success"), corpus.Fields("name", "s"))
	data = corpus.AppendEvent(data, corpus.EventTime(1, 0), nil, corpus.Fields("log", "x"))
	data = corpus.AppendEvent(data, corpus.EventTime(1, 0), nil, corpus.Fields("log", "y", "level", "error"))
	data = corpus.AppendGroupEnd(data)
	var got []string
	each(apart(false), data, func(rec *record.Record) {
		got = append(got, rec.Level+fmt.Sprint(names(rec.Group.Resource), own(rec)))
	})
	if want := []string{"[] [log.raw_level=success]", "ERROR[severity=success] []"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestMapper_AGroupThatLeavesNoRoomStandsWithItsRecordAsInJSON(t *testing.T) {
	many := func(prefix string, n int) (pairs []string) {
		for i := range n {
			pairs = append(pairs, fmt.Sprintf("%s%02d", prefix, i), "v")
		}
		return pairs
	}
	pod := corpus.Fields("pod_name", "p", "namespace_name", "n", "container_name", "c", "host", "node")
	for resource := range 13 {
		for records := range 13 {
			for variant := range 4 {
				inPod, isOld := variant&1 != 0, variant&2 != 0
				scope := corpus.Map(corpus.Str("name"), corpus.Str("s"), corpus.Str("version"), corpus.Str("2"), corpus.Str("attributes"), corpus.Fields("scope", "v"))
				data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields(many("r", resource)...), scope)
				body := []corpus.Value{corpus.Str("log"), corpus.Str("x")}
				for _, field := range many("a", records) {
					body = append(body, corpus.Str(field))
				}
				if inPod {
					body = append(body, corpus.Str("kubernetes"), pod)
				}
				data = corpus.AppendEvent(data, corpus.EventTime(1, 0), nil, corpus.Map(body...))
				var got [2]string
				var cuts [2]record.Cuts
				for i, m := range []*mapping.Mapper{apart(true), together(true)} {
					each(m, data, func(rec *record.Record) {
						if isOld {
							m.Restamp(rec, time.Unix(1700000000, 0))
						}
						m.Identify(rec, 1, 2)
						isWhole := rec.Group != nil
						if n := rec.Len(); n > 10 || i == 0 && n < 10 && !isWhole {
							t.Errorf("%d and %d: %d attributes, group %v", resource, records, n, rec.Group)
						}
						m.Complete(rec)
						got[i] = string(new(encode.JSON).Append(nil, rec))
						cuts[i].Add(&rec.Cuts)
					})
				}
				if got[0] != got[1] || cuts[0] != cuts[1] {
					t.Errorf("%d attributes of the resource and %d of the record:\nby itself %s, cuts %v\ntogether  %s, cuts %v", resource, records, got[0], cuts[0], got[1], cuts[1])
				}
			}
		}
	}
}

func TestMapper_ALongAttributeOfAGroupTakesNoOtherWithIt(t *testing.T) {
	for _, long := range []corpus.Value{corpus.Str(strings.Repeat("x", mapping.GroupBytes)), corpus.Array(corpus.Str(strings.Repeat("x", mapping.GroupBytes)))} {
		resource := corpus.Map(corpus.Str("long"), long, corpus.Str("service.name"), corpus.Str("shop"), corpus.Str("zones"), corpus.Array(corpus.Str("a"), corpus.Str("b")))
		data := corpus.AppendGroupStart(nil, 0, 0, resource, corpus.Fields("name", "s", "version", strings.Repeat("2", mapping.GroupBytes)))
		data = corpus.AppendEvent(data, corpus.EventTime(1, 0), nil, corpus.Fields("log", "x"))
		data = corpus.AppendEvent(data, corpus.EventTime(1, 0), nil, corpus.Fields("log", "x"))
		for i, m := range []*mapping.Mapper{withLongValues(true), withLongValues(false)} {
			var cuts record.Cuts
			each(m, data, func(rec *record.Record) {
				cuts.Add(&rec.Cuts)
				m.Complete(rec)
				const want = `"content":"x","service.name":"shop","zones":["a","b"],"otel.scope.name":"s"}`
				if got := string(new(encode.JSON).Append(nil, rec)); !strings.HasSuffix(got, want) {
					t.Errorf("%d: got %s", i, got)
				}
			})
			if cuts[record.CutGroup] != 4 || cuts[record.CutAttributes] != 0 {
				t.Errorf("%d: cuts %v", i, cuts)
			}
		}
	}
}

func withLongValues(apart bool) *mapping.Mapper {
	o := apartOptions(false)
	o.Limits.AttributeValueBytes, o.GroupsApart = 32_000, apart
	return mapping.NewMapper(o)
}

func TestMapper_ACompleteRecordHasItsGroup(t *testing.T) {
	data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields("service.name", "a"), corpus.Fields("name", "s", "version", "2"))
	data = corpus.AppendEvent(data, corpus.EventTime(1, 0), nil, corpus.Fields("log", "x", "k", "v"))
	m := apart(false)
	each(m, data, func(rec *record.Record) {
		m.Complete(rec)
		const want = `"content":"x","service.name":"a","otel.scope.name":"s","otel.scope.version":"2","k":"v"}`
		if got := string(new(encode.JSON).Append(nil, rec)); !strings.HasSuffix(got, want) {
			t.Errorf("got %s", got)
		}
	})
}
