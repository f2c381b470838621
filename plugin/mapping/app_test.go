package mapping_test

import (
	"slices"
	"strings"
	"testing"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/test/corpus"
)

func TestMapper_AnApplicationsFieldsBecomeWhatDynatraceKnows(t *testing.T) {
	s := corpus.Str
	const trace, span = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	const other = "1111111111111111aaaaaaaaaaaaaaaa"
	for name, c := range map[string]struct {
		body corpus.Value
		want attributes
	}{
		"pino":                           {corpus.Map(s("level"), corpus.Int(30), s("time"), corpus.Int(1772439330173), s("msg"), s("x")), attributes{"content": "x", "loglevel": "INFO", "log.raw_level": 30.0, "time": 1772439330173.0}},
		"pino's fatal":                   {corpus.Map(s("level"), corpus.Int(60), s("pid"), corpus.Int(1), s("hostname"), s("h"), s("msg"), s("x")), attributes{"content": "x", "loglevel": "EMERGENCY", "log.raw_level": 60.0, "pid": 1.0, "hostname": "h"}},
		"a level of one's own":           {corpus.Map(s("level"), corpus.Int(35), s("msg"), s("x")), attributes{"content": "x", "log.raw_level": 35.0}},
		"syslog's number":                {corpus.Map(s("severity"), corpus.Int(3), s("facility"), s("daemon"), s("msg"), s("x")), attributes{"content": "x", "loglevel": "ERROR", "log.raw_level": 3.0, "facility": "daemon"}},
		"zap":                            {text("level", "dpanic", "msg", "x"), attributes{"content": "x", "loglevel": "CRITICAL", "log.raw_level": "dpanic"}},
		"a level in other case":          {text("level", "info", "msg", "x"), attributes{"content": "x", "loglevel": "INFO"}},
		"ECS with dots":                  {text("log.level", "WARNING", "message", "x"), attributes{"content": "x", "loglevel": "WARN", "log.raw_level": "WARNING"}},
		"ECS nested":                     {corpus.Map(s("log"), text("level", "warning", "logger", "a.b"), s("message"), s("x")), attributes{"content": "x", "loglevel": "WARN", "log.level": "warning", "log.logger": "a.b"}},
		"an access log":                  {corpus.Map(s("status"), corpus.Int(200), s("level"), s("error"), s("log"), s("x")), attributes{"content": "x", "loglevel": "ERROR", "http.response.status_code": 200.0}},
		"logger and service":             {text("logger", "com.example.Cart", "service", "cart", "log", "x"), attributes{"content": "x", "log.logger": "com.example.Cart", "service.name": "cart"}},
		"logger_name":                    {text("logger_name", "com.example.Cart", "log", "x"), attributes{"content": "x", "log.logger": "com.example.Cart"}},
		"trace_id":                       {text("trace_id", trace, "span_id", span, "log", "x"), attributes{"content": "x", "trace_id": trace, "span_id": span}},
		"traceId in upper case":          {text("traceId", strings.ToUpper(trace), "spanId", span, "log", "x"), attributes{"content": "x", "trace_id": trace, "span_id": span}},
		"TraceId":                        {text("TraceId", trace, "log", "x"), attributes{"content": "x", "trace_id": trace}},
		"trace.id":                       {text("trace.id", trace, "span.id", span, "log", "x"), attributes{"content": "x", "trace_id": trace, "span_id": span}},
		"trace.id nested":                {corpus.Map(s("trace"), text("id", trace), s("span"), text("id", span), s("log"), s("x")), attributes{"content": "x", "trace_id": trace, "span_id": span}},
		"OneAgent's stay":                {text("dt.trace_id", trace, "dt.span_id", span, "log", "x"), attributes{"content": "x", "trace_id": trace, "span_id": span, "dt.trace_id": trace, "dt.span_id": span}},
		"traceparent":                    {text("traceparent", "00-"+trace+"-"+span+"-01", "log", "x"), attributes{"content": "x", "trace_id": trace, "span_id": span, "traceparent": "00-" + trace + "-" + span + "-01"}},
		"a bad traceparent":              {text("traceparent", "ff-"+trace+"-"+span+"-01", "log", "x"), attributes{"content": "x", "traceparent": "ff-" + trace + "-" + span + "-01"}},
		"a short id":                     {text("traceId", "abc", "log", "x"), attributes{"content": "x", "traceId": "abc"}},
		"an id of zeros":                 {text("traceId", strings.Repeat("0", 32), "log", "x"), attributes{"content": "x", "traceId": strings.Repeat("0", 32)}},
		"a bad trace_id alone":           {text("trace_id", "abc", "log", "x"), attributes{"content": "x", "trace_id": "abc"}},
		"a bad one gives way":            {text("trace_id", "abc", "traceId", trace, "log", "x"), attributes{"content": "x", "trace_id": trace, "overwritten1.trace_id": "abc"}},
		"the best spelling wins":         {text("traceId", strings.Repeat("1", 32), "trace_id", trace, "log", "x"), attributes{"content": "x", "trace_id": trace, "traceId": strings.Repeat("1", 32)}},
		"a traceparent of another trace": {text("trace_id", strings.Repeat("1", 32), "traceparent", "00-"+trace+"-"+span+"-01", "log", "x"), attributes{"content": "x", "trace_id": strings.Repeat("1", 32), "traceparent": "00-" + trace + "-" + span + "-01"}},
		"a trace_id that is an array":    {corpus.Map(s("trace_id"), corpus.Array(s("a")), s("dt.trace_id"), s(trace), s("log"), s("x")), attributes{"content": "x", "trace_id": trace, "dt.trace_id": trace, "overwritten1.trace_id": []any{"a"}}},
		"a span of another trace":        {corpus.Map(s("message"), s("x"), s("mdc"), text("traceId", trace, "spanId", span), s("trace_id"), s(other)), attributes{"content": "x", "trace_id": other, "mdc.traceId": trace, "mdc.spanId": span}},
		"a span of another map's trace":  {corpus.Map(s("log"), s("x"), s("mdc"), text("traceId", trace), s("contextMap"), text("spanId", span, "traceId", other)), attributes{"content": "x", "trace_id": trace, "contextMap.traceId": other, "contextMap.spanId": span}},
		"a span without a trace":         {corpus.Map(s("log"), s("x"), s("trace_id"), s(other), s("mdc"), text("spanId", span)), attributes{"content": "x", "trace_id": other, "span_id": span}},
		"the trace in another map too":   {corpus.Map(s("log"), s("x"), s("trace_id"), s(trace), s("mdc"), text("traceId", strings.ToUpper(trace), "spanId", span)), attributes{"content": "x", "trace_id": trace, "mdc.traceId": strings.ToUpper(trace), "span_id": span}},
		"the next span is of the trace":  {corpus.Map(s("log"), s("x"), s("mdc"), text("traceId", trace, "spanId", span), s("contextMap"), text("traceId", other, "spanId", "3333333333333333"), s("trace_id"), s(other)), attributes{"content": "x", "trace_id": other, "span_id": "3333333333333333", "mdc.traceId": trace, "mdc.spanId": span, "contextMap.traceId": other, "contextMap.spanId": "3333333333333333"}},
		"a span in another spelling":     {text("log", "x", "trace_id", other, "traceId", trace, "spanId", span), attributes{"content": "x", "trace_id": other, "traceId": trace, "spanId": span}},
		"a span of a traceparent's":      {corpus.Map(s("log"), s("x"), s("trace_id"), s(other), s("headers"), text("traceparent", "00-"+trace+"-"+span+"-01", "spanId", span)), attributes{"content": "x", "trace_id": other, "headers.traceparent": "00-" + trace + "-" + span + "-01", "headers.spanId": span}},
		"a span of an array's trace":     {corpus.Map(s("log"), s("x"), s("Scopes"), corpus.Array(text("TraceId", trace), text("SpanId", span, "TraceId", other))), attributes{"content": "x", "trace_id": trace, "Scopes": []any{`{"TraceId":"` + trace + `"}`, `{"SpanId":"` + span + `","TraceId":"` + other + `"}`}}},
		"a span of the array's trace":    {corpus.Map(s("log"), s("x"), s("Scopes"), corpus.Array(text("SpanId", span, "TraceId", trace), text("SpanId", "3333333333333333", "TraceId", other))), attributes{"content": "x", "trace_id": trace, "span_id": span, "Scopes": []any{`{"SpanId":"` + span + `","TraceId":"` + trace + `"}`, `{"SpanId":"3333333333333333","TraceId":"` + other + `"}`}}},
		"more spans than are remembered": {corpus.Map(s("log"), s("x"), s("spans"), corpus.Array(slices.Repeat([]corpus.Value{text("trace_id", other, "span_id", "3333333333333333")}, 20)...), s("trace_id"), s(trace), s("span_id"), s(span)), attributes{"content": "x", "trace_id": trace, "span_id": span, "spans": slices.Repeat([]any{`{"trace_id":"` + other + `","span_id":"3333333333333333"}`}, 20)}},
		"service before service.name":    {text("service", "a", "service.name", "b", "logger", "c", "log.logger", "d", "log", "x"), attributes{"content": "x", "service": "a", "service.name": "b", "logger": "c", "log.logger": "d"}},
		"service behind service.name":    {text("service.name", "b", "service", "a", "log", "x"), attributes{"content": "x", "service": "a", "service.name": "b"}},
		"names of the server":            {text("event.type", "LOGIN", "dt.openpipeline.source", "x", "dt.system.bucket", "b", "log", "x"), attributes{"content": "x", "overwritten1.event.type": "LOGIN", "overwritten1.dt.openpipeline.source": "x", "overwritten1.dt.system.bucket": "b"}},
		"names of the server too":        {corpus.Map(s("event"), text("type", "LOGIN"), s("log"), s("x")), attributes{"content": "x", "overwritten1.event.type": "LOGIN"}},
		"JSON in the line stays":         {text("log", `{"level":"error"}`), attributes{"content": `{"level":"error"}`}},
	} {
		t.Run(name, func(t *testing.T) { wantAttributes(t, mapOne(t, mappingOptions(), mapping.Flush{}, c.body), c.want) })
	}
}
