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

// excluding are mappings that leave out what patterns match.
func excluding(patterns ...string) mapping.Options {
	o := mappingOptions()
	o.Exclude = record.NewPatterns(patterns)
	return o
}

func TestMapper_ExcludeKnowsAFieldByItsOwnName(t *testing.T) {
	s, kv := corpus.Str, corpus.Map
	long := strings.Repeat("k", 60)
	for name, c := range map[string]struct {
		exclude string
		body    corpus.Value
		want    attributes
	}{
		"a status":              {"status", kv(s("log"), s("x"), s("status"), s("paid")), attributes{"content": "x"}},
		"an HTTP status":        {"status", kv(s("log"), s("x"), s("status"), corpus.Int(502)), attributes{"content": "x"}},
		"by its other name":     {"http.*", kv(s("log"), s("x"), s("status"), corpus.Int(502)), attributes{"content": "x"}},
		"that names the level":  {"status", kv(s("log"), s("x"), s("status"), s("error")), attributes{"content": "x"}},
		"a level":               {"level", kv(s("log"), s("x"), s("level"), s("warn"), s("severity"), s("error")), attributes{"content": "x", "loglevel": "ERROR"}},
		"no level":              {"level", kv(s("log"), s("x"), s("level"), corpus.Int(35)), attributes{"content": "x"}},
		"a timestamp":           {"timestamp", kv(s("log"), s("x"), s("timestamp"), s("t"), s("event.type"), s("e")), attributes{"content": "x", "overwritten1.event.type": "e"}},
		"a message":             {"log", kv(s("log"), s("secret"), s("message"), s("m")), attributes{"content": "m"}},
		"a service":             {"service", kv(s("log"), s("x"), s("service"), s("a"), s("logger"), s("l")), attributes{"content": "x", "log.logger": "l"}},
		"a trace":               {"traceId", kv(s("log"), s("x"), s("traceId"), s(wideTrace), s("spanId"), s(wideSpan)), attributes{"content": "x", "span_id": wideSpan}},
		"a nested trace":        {"trace.id", kv(s("log"), s("x"), s("trace"), kv(s("id"), s(wideTrace), s("n"), s("1"))), attributes{"content": "x", "trace.n": "1"}},
		"a map":                 {"user", kv(s("log"), s("x"), s("user"), kv(s("name"), s("u"), s("card"), kv(s("n"), s("4")))), attributes{"content": "x"}},
		"a map in a map":        {"user.card", kv(s("log"), s("x"), s("user"), kv(s("name"), s("u"), s("card"), kv(s("n"), s("4")))), attributes{"content": "x", "user.name": "u"}},
		"a field named so":      {"user.card", kv(s("log"), s("x"), s("user.card"), s("4")), attributes{"content": "x"}},
		"its second":            {"user", kv(s("log"), s("x"), s("user"), s("a"), s("user"), s("b")), attributes{"content": "x"}},
		"the end of a long one": {"*password", kv(s("log"), s("x"), s(long), kv(s(long), kv(s("password"), s("p"), s("n"), s("1")))), attributes{"content": "x", (long + "." + long)[:100]: "1"}},
		"the stream":            {"stream", kv(s("log"), s("x"), s("stream"), s("stderr"), s("_p"), s("F")), attributes{"content": "x", "log.source": "Container Output"}},
		"the pod": {"kubernetes", kv(s("log"), s("x"), s("kubernetes"), kv(s("pod_name"), s("p"), s("namespace_name"), s("n"))),
			attributes{"content": "x", "log.source": "Container Output"}},
		"a field of the pod": {"kubernetes.host", kv(s("log"), s("x"), s("kubernetes"), kv(s("pod_name"), s("p"), s("namespace_name"), s("n"), s("host"), s("h"))),
			attributes{"content": "x", "log.source": "Container Output", "k8s.pod.name": "p", "k8s.namespace.name": "n", "k8s.workload.kind": "pod", "k8s.workload.name": "p"}},
		"a process": {"_PID", kv(s("MESSAGE"), s("x"), s("_PID"), s("7"), s("_SYSTEMD_UNIT"), s("a.service")), attributes{"content": "x", "journald.unit": "a.service", "log.source": "a.service"}},
		"a unit":    {"_SYSTEMD_UNIT", kv(s("MESSAGE"), s("x"), s("_PID"), s("7"), s("_SYSTEMD_UNIT"), s("a.service")), attributes{"content": "x", "process.pid": "7", "log.source": "journald"}},
	} {
		t.Run(name, func(t *testing.T) {
			wantAttributes(t, mapOne(t, excluding(c.exclude), mapping.Flush{}, c.body), c.want)
			o := excluding(strings.ToLower(c.exclude))
			o.LowercaseKeys = true
			want := attributes{}
			for key, v := range c.want {
				want[strings.ToLower(key)] = v
			}
			wantAttributes(t, mapOne(t, o, mapping.Flush{}, c.body), want)
		})
	}
}

// TestMapper_AnExcludedHostIsAHost: facts of this machine are not those of another one because its
// name is not sent.
func TestMapper_AnExcludedHostIsAHost(t *testing.T) {
	f := mapping.Flush{Facts: &metadata.Facts{Host: []metadata.Fact{{Key: "dt.entity.host", Value: "HOST-HERE"}, {Key: "host.name", Value: "here"}}}}
	for exclude, body := range map[string]corpus.Value{
		"host.name":  corpus.Fields("log", "x", "host.name", "there"),
		"host":       corpus.Map(corpus.Str("log"), corpus.Str("x"), corpus.Str("host"), corpus.Fields("name", "there", "id", "7")),
		"_HOSTNAME":  corpus.Fields("MESSAGE", "x", "_HOSTNAME", "there"),
		"h*,_H*,log": corpus.Fields("MESSAGE", "x", "_HOSTNAME", "there"),
	} {
		got := mapOne(t, excluding(strings.Split(exclude, ",")...), f, body)
		if got["dt.entity.host"] != nil || strings.Contains(fmt.Sprint(got), "here") {
			t.Errorf("%s: got %v", exclude, got)
		}
	}
}

func TestMapper_WhatIsExcludedIsCountedOnce(t *testing.T) {
	for exclude, body := range map[string]corpus.Value{
		"status":     corpus.Fields("log", "x", "status", "paid"),
		"service":    corpus.Fields("log", "x", "service", "shop"),
		"kubernetes": podRecord(pod()),
		"traceId":    corpus.Fields("log", "x", "traceId", wideTrace),
		"level":      corpus.Fields("log", "x", "level", "error"),
		"_PID":       corpus.Fields("MESSAGE", "x", "_SYSTEMD_UNIT", "a", "_PID", "7"),
	} {
		_, before := mapped(t, mappingOptions(), event(body))
		for limit := range 2 {
			o := excluding(exclude)
			if limit > 0 {
				o.Limits.Attributes = limit
			}
			m := mapping.NewMapper(o)
			var first, again record.Cuts
			each(m, append(event(body), event(body)...), func(rec *record.Record) { first, again = again, rec.Cuts })
			if first != again || first[record.LeftOut] == 0 || first[record.LeftOut] > before[record.LeftOut]+500 {
				t.Errorf("%s: %v, then %v", exclude, first, again)
			}
		}
	}
}
