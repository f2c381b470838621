package mapping_test

import (
	"math"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

// old are options for a server that stores keys in lower case and values as text.
func old(o mapping.Options) mapping.Options {
	o.LowercaseKeys, o.Stringify = true, true
	return o
}

func TestMapper_KeysGetTheCaseThatAServerOfOldGivesThem(t *testing.T) {
	s := corpus.Str
	kv := func(pairs ...corpus.Value) corpus.Value {
		return corpus.Map(append([]corpus.Value{s("log"), s("x")}, pairs...)...)
	}
	for name, c := range map[string]struct {
		body corpus.Value
		want string
		cut  uint64 // keys
	}{
		"of two that differ in case the second is renamed": {kv(s("Foo"), s("1"), s("foo"), s("2"), s("FOO"), s("3")), `{"content":"x","foo":"1","overwritten1.foo":"2","overwritten2.foo":"3"}`, 0},
		"in whatever order": {kv(s("foo"), s("1"), s("Foo"), s("2")), `{"content":"x","foo":"1","overwritten1.foo":"2"}`, 0},
		"nested ones too":   {kv(s("HTTP"), corpus.Map(s("Method"), s("GET"), s("URL"), corpus.Map(s("Path"), s("/"))), s("http.method"), s("x")), `{"content":"x","http.method":"GET","http.url.path":"/","overwritten1.http.method":"x"}`, 0},
		"JSON text of what is too deep keeps its case":  {kv(s("A"), corpus.Map(s("B"), corpus.Map(s("C"), corpus.Map(s("D"), corpus.Map(s("E"), corpus.Map(s("F"), s("g"))))))), `{"content":"x","a.b.c.d.e":"{\"F\":\"g\"}"}`, 0},
		"letters that are not ASCII":                    {kv(s("STRASSE"), s("1"), s("Straße"), s("2"), s("ÉTÉ"), s("3"), s("ЛОГ"), s("4"), s("日本A"), s("5"), s("éA"), s("6")), `{"content":"x","strasse":"1","straße":"2","été":"3","лог":"4","日本a":"5","éa":"6"}`, 0},
		"letters that become ASCII":                     {kv(s("\u212Aey"), s("1"), s("key"), s("2"), s("t\u0130mestamp"), s("3")), `{"content":"x","key":"1","overwritten1.key":"2","overwritten1.timestamp":"3"}`, 0},
		"names of the record's own":                     {kv(s("Timestamp"), s("t"), s("CONTENT"), s("c"), s("Status"), s("odd")), `{"content":"x","overwritten1.timestamp":"t","overwritten1.content":"c","overwritten1.status":"odd"}`, 0},
		"names of the server's own":                     {kv(s("DT.Auth.Origin"), s("a"), s("Event.Type"), s("b"), s("DT"), corpus.Map(s("System"), corpus.Map(s("X"), s("c")))), `{"content":"x","overwritten1.dt.auth.origin":"a","overwritten1.event.type":"b","overwritten1.dt.system.x":"c"}`, 0},
		"a level that stays a field":                    {kv(s("LEVEL"), s("Warning"), s("level"), s("w2")), `{"content":"x","loglevel":"WARN","level":"w2","overwritten1.level":"Warning"}`, 0},
		"a key that gets longer is cut behind its case": {kv(s(strings.Repeat("Ⱥ", 50)), s("1")), `{"content":"x","` + strings.Repeat("ⱥ", 33) + `":"1"}`, 1},
		"a key that gets shorter is not cut before":     {kv(s(strings.Repeat("\u212A", 100)), s("1")), `{"content":"x","` + strings.Repeat("k", 100) + `":"1"}`, 0},
		"a nested key that gets shorter":                {kv(s(strings.Repeat("\u212A", 60)), corpus.Map(s(strings.Repeat("\u212A", 39)), s("1"))), `{"content":"x","` + strings.Repeat("k", 60) + "." + strings.Repeat("k", 39) + `":"1"}`, 0},
		"a long key in capitals":                        {kv(s(strings.Repeat("A", 1000)), s("1")), `{"content":"x","` + strings.Repeat("a", 100) + `":"1"}`, 1},
		"keys that are equal when they are cut":         {kv(s(strings.Repeat("A", 101)), s("1"), s(strings.Repeat("a", 100)), s("2")), `{"content":"x","` + strings.Repeat("a", 100) + `":"1","overwritten1.` + strings.Repeat("a", 87) + `":"2"}`, 1},
		"invalid bytes":                                 {kv(s("A\xff"), s("1"), s("a\xfe"), s("2")), `{"content":"x","a` + "\uFFFD" + `":"1","overwritten1.a` + "\uFFFD" + `":"2"}`, 0},
		"a key that is a number, and an empty one":      {kv(corpus.Float64(1e21), s("1"), s(""), s("2")), `{"content":"x","1e+21":"1","_":"2"}`, 0},
		"a summary has the keys in the case of old":     {corpus.Map(s("Foo"), s("1")), `{"content":"{\"foo\":\"1\"}","foo":"1"}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			o := options()
			o.LowercaseKeys = true
			got, cuts := mapped(t, o, event(c.body))
			if got != c.want || cuts[record.CutKey] != c.cut {
				t.Errorf("got  %s, keys cut %d\nwant %s, %d", got, cuts[record.CutKey], c.want, c.cut)
			}
		})
	}
}

// TestMapper_LowerCaseIsFinal: a server that lower-cases what it gets changes nothing any more.
func TestMapper_LowerCaseIsFinal(t *testing.T) {
	o := options()
	o.LowercaseKeys = true
	for r := rune(1); r <= unicode.MaxRune; r++ {
		low := unicode.ToLower(r)
		if unicode.ToLower(low) != low {
			t.Errorf("%U becomes %U, which becomes %U", r, low, unicode.ToLower(low))
		}
		if low == r || !utf8.ValidRune(r) {
			continue
		}
		if got, _ := mapped(t, o, event(corpus.Fields("log", "x", "a"+string(r)+"B", "y"))); got != `{"content":"x","a`+string(low)+`b":"y"}` {
			t.Errorf("%U: got %s", r, got)
		}
	}
}

func TestMapper_NumbersAndBooleansBecomeTheTextThatTheyHave(t *testing.T) {
	s := corpus.Str
	got, _ := mapped(t, old(options()), event(corpus.Map(s("log"), s("x"),
		s("u"), corpus.Uint64(math.MaxUint64), s("i"), corpus.Int64(math.MinInt64), s("f"), corpus.Float64(0.1), s("big"), corpus.Float64(1e21), s("f32"), corpus.Float32(0.1),
		s("whole"), corpus.Float64(2), s("nan"), corpus.Float64(math.NaN()), s("b"), corpus.Bool(true), s("n"), corpus.Nil(), s("e"), corpus.Array(),
		s("list"), corpus.Array(corpus.Uint64(math.MaxUint64), corpus.Nil(), corpus.Float64(1.5)), s("bools"), corpus.Array(corpus.Bool(true), corpus.Bool(false)),
		s("mixed"), corpus.Array(corpus.Int(1), s("a"), corpus.Map(s("K"), corpus.Int(1))), s("level"), corpus.Int(35))))
	want := `{"content":"x","u":"18446744073709551615","i":"-9223372036854775808","f":"0.1","big":"1e+21","f32":"0.1","whole":"2.0","nan":"NaN","b":"true","n":null,"e":[],` +
		`"list":["18446744073709551615",null,"1.5"],"bools":["true","false"],"mixed":["1","a","{\"K\":1}"],"log.raw_level":"35"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMapper_WhatTheMappingsGiveHasTheCaseAndTheTypesOfAServerOfOld(t *testing.T) {
	s := corpus.Str
	o := old(mappingOptions())
	o.PodLabels, o.PodAnnotations = record.NewPatterns([]string{"*App*"}), record.NewPatterns([]string{"Note"})
	o.Static = []metadata.Fact{{Key: "Team", Value: "static"}, {Key: "Stage", Value: "prod"}, {Key: "N", Value: int64(-1)}}
	f := mapping.Flush{Tag: []byte("t"), Facts: &metadata.Facts{Host: []metadata.Fact{
		{Key: "DT.Entity.Host", Value: "HOST-1"}, {Key: "Cores", Value: int64(8)}, {Key: "Load", Value: 0.5}, {Key: "Virtual", Value: true}, {Key: "Stage", Value: "host"}, {Key: "host.name", Value: "web"}, {Key: "Long", Value: strings.Repeat("x", 300)}}}}
	o.Limits.AttributeValueBytes = 250
	short := strings.Repeat("\u212A", 60)
	wantAttributes(t, mapOne(t, o, f, corpus.Map(s("log"), s("x"), s("TEAM"), s("own"), s("kubernetes"), corpus.Map(
		s("pod_name"), s("p"), s("namespace_name"), s("n"), s("Extra"), corpus.Map(s("Deep"), corpus.Int(1)),
		s("labels"), corpus.Fields("App.Kubernetes.io/Name", "shop", "other", "x"),
		s("annotations"), corpus.Fields("Note", "a", "metadata.dynatrace.com/Cost.Center", "c", "metadata.dynatrace.com", `{"DT.Cost":{"Product":7},"cost.center":"second","`+short+`":{"`+short[:3*39]+`":1}}`),
	))), attributes{
		"content": "x", "team": "own", "k8s.pod.name": "p", "k8s.namespace.name": "n", "k8s.workload.kind": "pod", "k8s.workload.name": "p", "kubernetes.extra.deep": "1", "log.source": "Container Output",
		"k8s.pod.label.app.kubernetes.io/name": "shop", "k8s.pod.annotation.note": "a", "cost.center": "c", "dt.cost.product": "7",
		"dt.entity.host": "HOST-1", "cores": "8", "load": "0.5", "virtual": "true", "stage": "host", "host.name": "web", "n": "-1",
		"long": strings.Repeat("x", 250), strings.Repeat("k", 60) + "." + strings.Repeat("k", 39): "1",
	})
	// A record of another host gets none of the facts; one of another pod gets those of the
	// host.
	o.Machine = "web"
	wantAttributes(t, mapOne(t, o, f, text("log", "x", "Host.Name", "db")), attributes{"content": "x", "host.name": "db", "team": "static", "stage": "prod", "n": "-1"})
	f.Facts.Pod = []metadata.Fact{{Key: "k8s.pod.name", Value: "here"}, {Key: "CORES", Value: int64(2)}, {Key: "LONG", Value: "p"}}
	wantAttributes(t, mapOne(t, o, f, text("log", "x", "K8S.Pod.Name", "there")), attributes{"content": "x", "k8s.pod.name": "there", "team": "static",
		"dt.entity.host": "HOST-1", "cores": "8", "load": "0.5", "virtual": "true", "stage": "host", "host.name": "web", "n": "-1", "long": strings.Repeat("x", 250)})
}

func TestMapper_AttributesInTheHeaderAreKnownInLowerCase(t *testing.T) {
	o := old(options())
	o.InHeader, o.Static = true, []metadata.Fact{{Key: "Team", Value: "a"}, {Key: "N", Value: int64(5)}}
	m := mapping.NewMapper(o)
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	r.Reset(event(corpus.Fields("log", "x", "TEAM", "own")))
	r.Next(&ev)
	m.Map(&ev, &rec)
	m.Complete(&rec)
	if got := string(new(encode.JSON).Append(nil, &rec)); !strings.HasSuffix(got, `"content":"x","overwritten1.team":"own","team":"a","n":"5"}`) {
		t.Errorf("got %s", got)
	}
}

func TestMapper_AttributesThatAreNotFieldsGetLowercaseKeysToo(t *testing.T) {
	s := corpus.Str
	o := old(mappingOptions())
	o.ParseJSON = true
	o.Sources |= source.Named(source.DTSection)
	data := corpus.AppendGroupStart(nil, 0, 0, corpus.Map(s("Service.Name"), s("g"), s("Severity"), s("odd"), s("N"), corpus.Int(3)), nil)
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0),
		corpus.Map(s("otlp"), corpus.Map(s("attributes"), corpus.Map(s("HTTP.Method"), s("GET"), s("service.NAME"), s("r")))),
		corpus.Fields("log", `{"Log":"in","User":{"ID":1},"SERVICE.name":"j"} [!dt]`, "Logger", "L"))
	data = corpus.AppendGroupEnd(data)
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", `{"Log":"in [!dt Key=v]","User":{"ID":1}}`, "Logger", "L", "Log.Logger", "M"))
	got := mapAll(t, o, mapping.Flush{}, data)
	wantAttributes(t, got[0], attributes{"content": `{"Log":"in","User":{"ID":1},"SERVICE.name":"j"} [!dt]`, "http.method": "GET", "service.name": "g", "overwritten1.service.name": "r",
		"log.raw_level": "odd", "n": "3", "log.logger": "L"})
	wantAttributes(t, got[1], attributes{"content": "in", "key": "v", "user.id": "1", "log.logger": "M", "logger": "L"})
}

func TestMapper_PatternsMeetTheKeysInLowerCase(t *testing.T) {
	o := old(options())
	o.Exclude = record.NewPatterns([]string{"secret*"})
	if got, _ := mapped(t, o, event(corpus.Fields("log", "x", "SecretKey", "1", "Public", "2"))); got != `{"content":"x","public":"2"}` {
		t.Errorf("got %s", got)
	}
	o.Exclude, o.Include = record.Patterns{}, record.NewPatterns([]string{"http.*"})
	if got, _ := mapped(t, o, event(corpus.Map(corpus.Str("log"), corpus.Str("x"), corpus.Str("HTTP"), corpus.Fields("Method", "GET"), corpus.Str("Other"), corpus.Str("y")))); got != `{"content":"x","http.method":"GET"}` {
		t.Errorf("got %s", got)
	}
}

func TestMapper_LowerCaseAllocatesNothing(t *testing.T) {
	s := corpus.Str
	var bodies []corpus.Value
	for i := range 200 {
		bodies = append(bodies, corpus.Map(s("log"), s("x"), s("Level"), corpus.Int(30), s("RequestID"), corpus.Int(int64(i)), s("Été"), corpus.Float64(float64(i)+0.5),
			s("HTTP"), corpus.Map(s("Status"), corpus.Int(int64(i))), s("Same"), s("value"), s("same"), s("value"), s("Logger"), s("l")))
	}
	data := events(bodies...)
	o := old(mappingOptions())
	o.Static = []metadata.Fact{{Key: "Team", Value: int64(1)}}
	m := mapping.NewMapper(o)
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	n := testing.AllocsPerRun(3, func() {
		m.Begin(mapping.Flush{})
		for r.Reset(data); r.Next(&ev); {
			m.Map(&ev, &rec)
		}
		m.Release()
	})
	if n != 0 {
		t.Errorf("%v allocations for %d records", n, len(bodies))
	}
}
