package mapping_test

import (
	"testing"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
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
