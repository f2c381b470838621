package mapping_test

import (
	"fmt"
	"strings"
	"testing"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/test/corpus"
)

func TestMapper_TheMetadataOfAnOTLPRecordCounts(t *testing.T) {
	s := corpus.Str
	const trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	bin := func(hexText string) corpus.Value {
		var b []byte
		for i := 0; i < len(hexText); i += 2 {
			var c byte
			fmt.Sscanf(hexText[i:i+2], "%02x", &c)
			b = append(b, c)
		}
		return corpus.Bin(b)
	}
	meta := func(pairs ...corpus.Value) corpus.Value { return corpus.Map(s("otlp"), corpus.Map(pairs...)) }
	for name, c := range map[string]struct {
		meta, body corpus.Value
		want       attributes
	}{
		"severity, ids, attributes": {
			meta(s("observed_timestamp"), corpus.Int(1), s("severity_number"), corpus.Int(17), s("severity_text"), s("Error"), s("attributes"), corpus.Map(s("http.status"), corpus.Int(500), s("m"), text("a", "b")), s("trace_id"), bin(trace), s("span_id"), bin(span), s("trace_flags"), corpus.Int(1), s("event_name"), s("checkout")),
			text("log", "x"),
			attributes{"content": "x", "loglevel": "ERROR", "http.status": 500.0, "m.a": "b", "trace_id": trace, "span_id": span, "event.name": "checkout"}},
		"a number alone":          {meta(s("severity_number"), corpus.Int(13)), text("log", "x"), attributes{"content": "x", "loglevel": "WARN", "log.raw_level": 13.0}},
		"a text that is no level": {meta(s("severity_number"), corpus.Int(21), s("severity_text"), s("Hm")), text("log", "x"), attributes{"content": "x", "loglevel": "EMERGENCY", "log.raw_level": "Hm"}},
		"better than a field":     {meta(s("severity_text"), s("WARN")), text("log", "x", "level", "error"), attributes{"content": "x", "loglevel": "WARN", "level": "error"}},
		"ids as text":             {meta(s("trace_id"), s(trace), s("span_id"), s(span)), text("log", "x", "trace_id", "mine"), attributes{"content": "x", "trace_id": trace, "span_id": span, "overwritten1.trace_id": "mine"}},
		"no number, no text":      {meta(s("severity_number"), corpus.Int(0), s("severity_text"), s("")), text("log", "x"), attributes{"content": "x"}},
		"an attribute of the same name": {meta(s("attributes"), text("trace_id", strings.Repeat("5", 32), "span_id", "n/a"), s("trace_id"), bin(trace), s("span_id"), bin(span)), text("log", "x"),
			attributes{"content": "x", "trace_id": trace, "span_id": span, "overwritten1.trace_id": strings.Repeat("5", 32), "overwritten1.span_id": "n/a"}},
		"an attribute alone":        {meta(s("attributes"), text("trace_id", trace)), text("log", "x"), attributes{"content": "x", "trace_id": trace}},
		"hostile":                   {meta(s("severity_number"), s("x"), s("severity_text"), corpus.Int(1), s("attributes"), s("none"), s("trace_id"), corpus.Array(s("a"))), text("log", "x"), attributes{"content": "x"}},
		"metadata of somebody else": {corpus.Map(s("a"), corpus.Map(s("b"), s("c"))), text("log", "x"), attributes{"content": "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			data := corpus.AppendEvent(nil, corpus.EventTime(1700000000, 0), c.meta, c.body)
			wantAttributes(t, mapAll(t, mappingOptions(), mapping.Flush{}, data)[0], c.want)
		})
	}
}

func TestMapper_TheServiceOfAResourceIsBetterThanAFieldCalledService(t *testing.T) {
	data := corpus.AppendGroupStart(nil, 0, 0, corpus.Fields("service.name", "resource"), nil)
	data = corpus.AppendEvent(data, corpus.EventTime(1700000000, 0), corpus.Map(), corpus.Fields("log", "x", "service", "field"))
	got := mapAll(t, mappingOptions(), mapping.Flush{}, data)
	wantAttributes(t, got[0], attributes{"content": "x", "service.name": "resource", "service": "field"})
}
