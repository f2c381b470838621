package mapping_test

import (
	"testing"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/test/corpus"
)

func TestMapper_ANumberInANestedMapIsOnTheScaleOfItsNeighbors(t *testing.T) {
	o := mappingOptions()
	o.LevelKeys = []string{"level", "app.level", "app.levelno"}
	s, kv, n := corpus.Str, corpus.Map, corpus.Int
	for name, c := range map[string]struct {
		app, more []corpus.Value
		want      any
	}{
		"pino":                       {app: []corpus.Value{s("level"), n(50), s("pid"), n(1), s("hostname"), s("h")}, want: "ERROR"},
		"pino with fields elsewhere": {app: []corpus.Value{s("level"), n(50)}, more: []corpus.Value{s("pid"), n(1), s("hostname"), s("h")}},
		"Windows":                    {app: []corpus.Value{s("level"), n(2), s("ProviderName"), s("p"), s("EventID"), n(1)}, want: "ERROR"},
		"a number of nobody":         {app: []corpus.Value{s("level"), n(0)}},
		"a key that says it":         {app: []corpus.Value{s("levelno"), n(50)}, want: "CRITICAL"},
		"a word at the top":          {app: []corpus.Value{s("level"), n(50), s("pid"), n(1), s("hostname"), s("h")}, more: []corpus.Value{s("level"), s("info")}, want: "INFO"},
		"a number at the top":        {app: []corpus.Value{s("level"), s("info")}, more: []corpus.Value{s("level"), n(4), s("ProviderName"), s("p")}, want: "INFO"},
	} {
		t.Run(name, func(t *testing.T) {
			body := append([]corpus.Value{s("message"), s("x"), s("app"), kv(c.app...)}, c.more...)
			if got := mapOne(t, o, mapping.Flush{}, kv(body...))["loglevel"]; got != c.want {
				t.Errorf("loglevel is %v, want %v", got, c.want)
			}
		})
	}
}

func TestMapper_ManyNumbersThatWaitAreBounded(t *testing.T) {
	s, n := corpus.Str, corpus.Int
	pairs := []corpus.Value{s("message"), s("x"), s("facility"), s("kern")}
	for i := range 100 {
		pairs = append(pairs, s("level"), n(int64(100+i)))
	}
	got := mapOne(t, mappingOptions(), mapping.Flush{}, corpus.Map(append(pairs, s("severity"), n(3))...))
	if len(got) != 2+101 || got["loglevel"] != nil {
		t.Errorf("%d attributes, loglevel %v", len(got), got["loglevel"])
	}
	got = mapOne(t, mappingOptions(), mapping.Flush{}, corpus.Map(append(pairs, s("severity"), s("err"))...))
	if got["loglevel"] != "ERROR" {
		t.Errorf("loglevel is %v", got["loglevel"])
	}
}

func TestMapper_WithoutSeverityNumbersAndSomeKeysNameNoLevel(t *testing.T) {
	o := mappingOptions()
	o.Sources = 0
	s, n := corpus.Str, corpus.Int
	for _, pairs := range [][]corpus.Value{
		{s("level"), n(30), s("pid"), n(1), s("hostname"), s("h")},
		{s("type"), s("Warning"), s("involvedObject"), corpus.Map(s("a"), s("b"))},
	} {
		if got := mapOne(t, o, mapping.Flush{}, corpus.Map(append(pairs, s("log"), s("x"))...)); got["loglevel"] != nil {
			t.Errorf("loglevel is %v in %v", got["loglevel"], got)
		}
	}
}

func TestMapper_NumbersInANestedMapAreReadInLinearTime(t *testing.T) {
	s, n := corpus.Str, corpus.Int
	var pairs []corpus.Value
	for range 200_000 { // each looks for evidence in the same map: once, or this takes minutes
		pairs = append(pairs, s("level"), n(3))
	}
	if got := mapOne(t, mappingOptions(), mapping.Flush{}, corpus.Map(s("message"), s("x"), s("log"), corpus.Map(pairs...))); got["loglevel"] != nil {
		t.Errorf("loglevel is %v", got["loglevel"])
	}
}
