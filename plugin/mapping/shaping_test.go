package mapping_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

func TestMapper_WhatIsLeftOutIsCounted(t *testing.T) {
	o := mappingOptions()
	o.Exclude, o.DropEmpty = record.NewPatterns([]string{"sec*", "a.b"}), true
	m := mapping.NewMapper(o)
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	s := corpus.Str
	one := event(corpus.Map(s("log"), s("x"), s("secret"), s("12345"), s("a"), text("b", "1", "c", "2"), s("empty"), s(""), s("none"), corpus.Nil(), s("list"), corpus.Array(), s("map"), corpus.Map(), s("_BOOT_ID"), s("5f1f6d1a2b3c4d5e8f90a1b2c3d4e5f6")))
	data := append(append([]byte{}, one...), one...)
	r.Reset(data)
	var counts []uint64
	for r.Next(&ev) {
		m.Map(&ev, &rec)
		if got := string(new(encode.JSON).Append(nil, &rec)); !strings.HasSuffix(got, `"content":"x","a.c":"2","log.source":"journald"}`) {
			t.Errorf("got %s", got)
		}
		counts = append(counts, rec.Cuts[record.LeftOut])
	}
	if want := uint64(len("secret12345") + len("a.b1") + len("empty") + len("none") + len("list") + len("map{}") + len("\xa8_BOOT_ID\xd9\x205f1f6d1a2b3c4d5e8f90a1b2c3d4e5f6")); counts[0] != want || counts[1] != want {
		t.Errorf("left out %v, want %d twice", counts, want)
	}
}

// The rows kubernetes, container and file all have a log.source for a container's line.
func TestMapper_ALogSourceThatIsLeftOutIsCountedOnce(t *testing.T) {
	id := strings.Repeat("a", 64)
	tag := "kube.var.log.containers.p_n_c-" + id + ".log"
	pod := len("k8s.pod.name"+"p") + len("k8s.namespace.name"+"n") + len("k8s.container.name"+"c") +
		len("container.id"+id) + len("k8s.workload.kind"+"pod"+"k8s.workload.name"+"p")
	const output, journal = len("log.source" + "Container Output"), len("log.source" + "sshd")
	path := "/a/b.log"
	file := len("log.file.path"+path) + len("log.file.name"+"b.log")
	only := func(o *mapping.Options) { o.Include = record.NewPatterns([]string{"team"}) }
	without := func(o *mapping.Options) { o.Exclude = record.NewPatterns([]string{"log.source"}) }
	configured := func(o *mapping.Options) { without(o); o.LogSource = "mine" }
	plain := []string{"log", "x", "team", "a", "level", "info"}
	withPath := append(plain[:6:6], "filename", path)
	entry := []string{"log", "x", "SYSLOG_IDENTIFIER", "sshd", "_HOSTNAME", "h", "_BOOT_ID", "5f1f6d1a2b3c4d5e8f90a1b2c3d4e5f6"}
	raw := len("\xa8_BOOT_ID\xd9\x205f1f6d1a2b3c4d5e8f90a1b2c3d4e5f6")
	for name, c := range map[string]struct {
		set    func(*mapping.Options)
		tag    string
		fields []string
		want   int
	}{
		"include":                             {only, tag, plain, pod + output},
		"exclude":                             {without, tag, plain, output},
		"include, with a path":                {only, tag, withPath, pod + output + file},
		"exclude, with a path":                {without, tag, withPath, output},
		"exclude, with the option log_source": {configured, tag, withPath, len("log.source" + "mine")},
		"exclude, of a journal with a path":   {without, "", append(entry[:8:8], "filename", path), raw + journal},
	} {
		o := mappingOptions()
		c.set(&o)
		m := mapping.NewMapper(o)
		m.Begin(mapping.Flush{Tag: []byte(c.tag)})
		one := event(text(c.fields...))
		each(m, append(slices.Clip(one), one...), func(rec *record.Record) {
			if got := rec.Cuts[record.LeftOut]; got != uint64(c.want) {
				t.Errorf("%s: %d bytes left out, want %d", name, got, c.want)
			}
		})
	}
}

func TestMapper_IncludeChoosesAmongAllAttributes(t *testing.T) {
	o := mappingOptions()
	o.Include = record.NewPatterns([]string{"k8s.*", "keep"})
	o.Static = []metadata.Fact{{Key: "team", Value: "a"}}
	got := mapOne(t, o, mapping.Flush{}, podRecord(pod(), corpus.Str("keep"), corpus.Str("1"), corpus.Str("other"), corpus.Str("2"), corpus.Str("level"), corpus.Str("warning")))
	wantAttributes(t, got, attributes{"content": "hello", "loglevel": "WARN", "keep": "1", "k8s.pod.name": "checkout-7d4b9c8f6d-x2x4z", "k8s.namespace.name": "shop", "k8s.pod.uid": "0a1b2c3d", "k8s.node.name": "node-1", "k8s.container.name": "server"})
}

func TestMapper_AHeaderOfManyAttributesLeavesRoomInTheSmallestRecord(t *testing.T) {
	o := mappingOptions()
	o.Limits.Attributes, o.InHeader = 103, true
	for i := range 100 {
		o.Static = append(o.Static, metadata.Fact{Key: fmt.Sprint("static", i), Value: "x"})
	}
	got := mapOne(t, o, mapping.Flush{}, text("log", "x", "static7", "mine", "static8", "mine", "a", "b", "c", "d"))
	wantAttributes(t, got, attributes{"content": "x", "overwritten1.static7": "mine", "overwritten1.static8": "mine", "a": "b"})
}

func TestMapper_WhatTravelsInAHeaderIsAddedForADeadLetter(t *testing.T) {
	o := mappingOptions()
	o.InHeader, o.Static = true, []metadata.Fact{{Key: "team", Value: "a"}}
	m := mapping.NewMapper(o)
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	r.Reset(event(text("log", "x", "team", "mine")))
	r.Next(&ev)
	m.Map(&ev, &rec)
	m.Complete(&rec)
	if got := string(new(encode.JSON).Append(nil, &rec)); !strings.HasSuffix(got, `"content":"x","overwritten1.team":"mine","team":"a"}`) {
		t.Errorf("got %s", got)
	}
}

func TestMapper_EqualKeysWhoseOtherNamesAreNotWantedAreBounded(t *testing.T) {
	pairs := []string{"log", "x"}
	for range 3000 {
		pairs = append(pairs, "same", "v")
	}
	o := mappingOptions()
	o.Exclude = record.NewPatterns([]string{"overwritten*"})
	wantAttributes(t, mapOne(t, o, mapping.Flush{}, text(pairs...)), attributes{"content": "x", "same": "v"})
	o.Exclude, o.Include = record.Patterns{}, record.NewPatterns([]string{"same", "event.type"})
	wantAttributes(t, mapOne(t, o, mapping.Flush{}, text(append(pairs, "event.type", "e", "level", "odd", "severity", "odd")...)), attributes{"content": "x", "same": "v"})
}

func TestMapper_RawLevelsThatAreNotWantedAreNotSent(t *testing.T) {
	o := mappingOptions()
	o.Exclude = record.NewPatterns([]string{"overwritten*"})
	body := text("log", "x", "first field", "a value for the memo", "level", "odd", "severity", "odd too", "last field", "a value for the memo")
	wantAttributes(t, mapOne(t, o, mapping.Flush{}, body), attributes{"content": "x", "first field": "a value for the memo", "log.raw_level": "odd", "last field": "a value for the memo"})
	o.Exclude = record.NewPatterns([]string{"log.raw_level"})
	wantAttributes(t, mapOne(t, o, mapping.Flush{}, body), attributes{"content": "x", "first field": "a value for the memo", "last field": "a value for the memo"})
}

func TestMapper_ANameThatHasToMakeRoomIsNamedByTheMapping(t *testing.T) {
	o := mappingOptions()
	o.Limits.Attributes = 24
	o.Static = []metadata.Fact{{Key: "team", Value: "ours"}}
	var more []corpus.Value
	for i := range 22 {
		more = append(more, corpus.Str(fmt.Sprint("own", i)), corpus.Str("x"))
	}
	more = append(more, corpus.Str("k8s.pod.name"), corpus.Str("own"), corpus.Str("a"), corpus.Str("b"), corpus.Str("team"), corpus.Str("theirs"))
	got := mapOne(t, o, mapping.Flush{}, podRecord(pod(), more...))
	if got["team"] != "ours" || got["k8s.pod.name"] != "own" || got["own0"] != "x" || len(got) != o.Limits.Attributes+1 {
		t.Errorf("%d attributes: %v", len(got), got)
	}
}

func TestMapper_ARecordOfAnotherHostInAFullRecordStaysOne(t *testing.T) {
	o := mappingOptions()
	o.Limits.Attributes = 6
	facts := &metadata.Facts{Host: []metadata.Fact{{Key: "dt.entity.host", Value: "HOST-1"}, {Key: "host.name", Value: "here"}}}
	got := mapOne(t, o, mapping.Flush{Facts: facts}, text("log", "x", "a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "host.name", "there"))
	if got["dt.entity.host"] != nil || got["host.name"] == "here" {
		t.Errorf("got %v", got)
	}
}

func TestMapper_AllFieldsOfJournaldsOwnAreLeftOut(t *testing.T) {
	var pairs []string
	for i := range 100 {
		pairs = append(pairs, fmt.Sprint("_FIELD", i), "v")
	}
	got := mapOne(t, mappingOptions(), mapping.Flush{}, text(append(pairs, "MESSAGE", "x", "_SYSTEMD_UNIT", "u")...))
	kept := 0
	for key := range got {
		if strings.HasPrefix(key, "_FIELD") {
			kept++
		}
	}
	if kept != 0 {
		t.Errorf("%d of 100 are kept", kept)
	}
}

func TestMapper_WhatIsLeftOutOfParsedJSONIsCountedInItsOwnBytes(t *testing.T) {
	o := mappingOptions()
	o.ParseJSON = true
	m := mapping.NewMapper(o)
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	r.Reset(event(corpus.Fields("log", `{"time":"2023-11-14T22:13:20Z","message":"x","trace_id":"n/a"}`, "stream", "stdout")))
	r.Next(&ev)
	m.Map(&ev, &rec)
	if n := rec.Cuts[record.LeftOut]; n > 100 {
		t.Errorf("left out %d bytes", n)
	}
}
