package mapping_test

import (
	"testing"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

func TestMapper_JSONInALineIsTakenApartOnRequest(t *testing.T) {
	o := mappingOptions()
	o.ParseJSON = true
	for line, want := range map[string]attributes{
		`{"level":"error","msg":"boom","n":1.5,"ok":true,"deep":{"a":[1,2]},"traceId":"0af7651916cd43dd8448eb211c80319c","logger":"l"}`: {
			"content": "boom", "loglevel": "ERROR", "n": 1.5, "ok": true, "deep.a": []any{1.0, 2.0}, "trace_id": "0af7651916cd43dd8448eb211c80319c", "log.logger": "l"},
		`{"level":30,"v":0,"msg":"m"}`: {"content": "m", "loglevel": "INFO", "log.raw_level": 30.0, "v": 0.0},
		`{"level":30,"a":"b"}`:         {"content": `{"a":"b"}`, "log.raw_level": 30.0, "a": "b"},
		`{"message":""}`:               {"content": ""},
		`{"log":"\u00e4","x":`:         {"content": `{"log":"\u00e4","x":`},
		`plain`:                        {"content": "plain"},
		`[1]`:                          {"content": "[1]"},
		`{"message":"a","message":"b","stream":"own","kubernetes":{"pod_name":"p"}}`: {"content": "a", "message": "b", "stream": "own", "kubernetes.pod_name": "p"},
	} {
		wantAttributes(t, mapOne(t, o, mapping.Flush{}, text("log", line)), want)
	}
	got := mapOne(t, o, mapping.Flush{}, podRecord(pod(), corpus.Str("n"), corpus.Int(7)))
	wantAttributes(t, got, plus(podAttributes(), "n", 7.0))
}

func TestMapper_ControlSequencesAreTakenOutOnRequest(t *testing.T) {
	o := mappingOptions()
	o.StripANSI = true
	for line, want := range map[string]string{
		"\x1b[31mred\x1b[0m and \x1b[1;4mbold\x1b[m": "red and bold",
		"\x1b]8;;http://x\x07link\x1b]8;;\x1b\\":     "link",
		"\x1b(Btext\x1b=":                            "text",
		"open \x1b[31":                               "open \x1b[31",
		"\x1b":                                       "\x1b",
		"\x1b[31\xff":                                "\x1b[31\uFFFD",
		"none":                                       "none",
	} {
		if got := mapOne(t, o, mapping.Flush{}, text("log", line)); got["content"] != want {
			t.Errorf("%q became %q, want %q", line, got["content"], want)
		}
	}
	if got := mapOne(t, mappingOptions(), mapping.Flush{}, text("log", "\x1b[31mred")); got["content"] != "\x1b[31mred" {
		t.Errorf("unasked: %q", got["content"])
	}
}

func TestMapper_SectionsOfOneAgentAreTakenOutOfTheLineOnRequest(t *testing.T) {
	o := mappingOptions()
	o.Sources |= source.Named(source.DTSection)
	const trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	for line, want := range map[string]attributes{
		"[!dt dt.trace_id=" + trace + ",dt.span_id=" + span + ",dt.trace_sampled=true] hello": {"content": "hello", "trace_id": trace, "span_id": span, "dt.trace_id": trace, "dt.span_id": span, "dt.trace_sampled": "true"},
		"hello [!dt a=b, c=d=e,f] world":             {"content": "hello world", "a": "b", "c": "d=e"},
		"a [!dt x=1] b [!dt x=2]":                    {"content": "a b", "x": "1", "overwritten1.x": "2"},
		"open [!dt a=b":                              {"content": "open [!dt a=b"},
		"[!dt ]":                                     {"content": ""},
		"[!dt trace_id=" + trace + ",span_id=n/a] x": {"content": "x", "trace_id": trace, "span_id": "n/a"},
	} {
		wantAttributes(t, mapOne(t, o, mapping.Flush{}, text("log", line)), want)
	}
}

// contentOptions are options under which each kind of content is met.
func contentOptions() mapping.Options {
	o := mappingOptions()
	o.ContentKeys = append(o.ContentKeys, "@message", "fields.message", "record.message", "event", "text", "event.message")
	o.Exclude = record.NewPatterns([]string{"password", "deep.password"})
	return o
}

func TestMapper_TheContentIsSentOnce(t *testing.T) {
	s, kv := corpus.Str, corpus.Map
	for name, c := range map[string]struct {
		body     corpus.Value
		want     attributes
		repeated uint64
	}{
		"equal texts":                    {kv(s("message"), s("x"), s("msg"), s("x\n")), attributes{"content": "x"}, 2},
		"the better one comes last":      {kv(s("msg"), s("x\r\n"), s("message"), s("x")), attributes{"content": "x"}, 3},
		"a text in a map":                {kv(s("message"), s("x"), s("fields"), kv(s("message"), s("x"), s("a"), s("b"))), attributes{"content": "x", "fields.a": "b"}, 1},
		"a map comes first":              {kv(s("fields"), kv(s("message"), s("x"), s("a"), s("b")), s("message"), s("x")), attributes{"content": "x", "fields.a": "b"}, 1},
		"another text in a map":          {kv(s("fields"), kv(s("message"), s("y")), s("message"), s("x")), attributes{"content": "x", "fields.message": "y"}, 0},
		"loguru's line":                  {kv(s("text"), s("08:15 | x\n"), s("record"), kv(s("message"), s("x"), s("level"), kv(s("no"), corpus.Int(20)))), attributes{"content": "x", "record.level.no": 20.0}, 10},
		"loguru's line with a traceback": {kv(s("text"), s("08:15 | x\nTraceback\n"), s("record"), kv(s("message"), s("x"), s("elapsed"), kv(s("seconds"), corpus.Int(1)))), attributes{"content": "x", "record.elapsed.seconds": 1.0, "text": "08:15 | x\nTraceback\n"}, 0},
		"loguru's line comes last":       {kv(s("record"), kv(s("message"), s("x"), s("level"), kv(s("no"), corpus.Int(20))), s("text"), s("08:15 | x\n")), attributes{"content": "x", "record.level.no": 20.0}, 10},
		"a record of somebody else":      {kv(s("text"), s("fix the bug"), s("record"), kv(s("message"), s("bug"), s("id"), corpus.Int(7))), attributes{"content": "fix the bug", "record.message": "bug", "record.id": 7.0}, 0},
		"one that comes first":           {kv(s("record"), kv(s("message"), s("song")), s("event"), s("record_added")), attributes{"content": "record_added", "record.message": "song"}, 0},
		"a map is one message":           {kv(s("message"), kv(s("a"), corpus.Int(1))), attributes{"content": `{"a":1}`}, 0},
		"excluded in a map":              {kv(s("message"), kv(s("a"), corpus.Int(1), s("password"), s("p"))), attributes{"content": `{"a":1}`}, 0},
		"excluded in an unused line":     {kv(s("message"), s("x"), s("msg"), s(`{"password":"p","a":1}`)), attributes{"content": "x", "msg": `{"a":1}`}, 0},
		"excluded is no message":         {kv(s("password"), s("p"), s("message"), s("")), attributes{"content": ""}, 0},
		"a weak name holds a map":        {kv(s("event"), kv(s("a"), s("b")), s("x"), s("y")), attributes{"content": `{"event.a":"b","x":"y"}`, "event.a": "b", "x": "y"}, 0},
	} {
		o := contentOptions()
		got := mapOne(t, o, mapping.Flush{}, c.body)
		if t.Run(name, func(t *testing.T) { wantAttributes(t, got, c.want) }); t.Failed() {
			continue
		}
		if _, cuts := mapped(t, o, event(c.body)); cuts[record.Repeated] != c.repeated {
			t.Errorf("%s: %d bytes repeated, want %d", name, cuts[record.Repeated], c.repeated)
		}
	}
}

func TestMapper_ContentsTakeNoAllocation(t *testing.T) {
	s, kv := corpus.Str, corpus.Map
	var data []byte
	for range 3 {
		for _, body := range []corpus.Value{
			kv(s("user"), s("u"), s("password"), s("p"), s("list"), corpus.Array(corpus.Int(1))),
			kv(s("message"), kv(s("a"), corpus.Array(kv(s("password"), s("p")))), s("n"), corpus.Int(1)),
			kv(s("log"), s(`{"user":"u","password":"p"}`), s("message"), s("\ufeffx\r\n")),
			kv(s("text"), s("08:15 | x\n"), s("record"), kv(s("message"), s("x"), s("level"), kv(s("no"), corpus.Int(20)))),
			kv(s("fields"), kv(s("message"), s("y")), s("message"), s("x")),
		} {
			data = append(data, event(body)...)
		}
	}
	m := mapping.NewMapper(contentOptions())
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	run := func() {
		r.Reset(data)
		for r.Next(&ev) {
			m.Map(&ev, &rec)
		}
		m.Release()
	}
	run()
	if n := testing.AllocsPerRun(10, run); n > 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}
