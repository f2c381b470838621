package golden

import (
	"bytes"
	"strings"
	"testing"
)

func TestAnOutputConfHasATagACommentAndKnownOptions(t *testing.T) {
	for conf, want := range map[string]string{
		"# why\n\ntag app.log\nstringify on\nenv TEAM a b\n": "",
		"# why\nstringify on\n":                              "needs a tag",
		"tag app.log\n":                                      "a comment that says",
		"# why\ntag app.log\nstringfy on\n":                  `"stringfy" is no option`,
		"# why\ntag app.log\nstringify on\nstringify off\n":  "twice",
		"# why\ntag app.log\nstringify\n":                    "has no value",
	} {
		g := &golden{dir: "testdata/a/b", options: map[string]string{}, env: map[string]string{}}
		err := g.parse(conf)
		switch {
		case want != "":
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: got %v, want %s", conf, err, want)
			}
		case err != nil || g.tag != "app.log" || g.options["stringify"] != "on" || g.env["TEAM"] != "a b":
			t.Errorf("%q: %+v, %v", conf, g, err)
		}
	}
}

// TestAHandMadeInputIsReadAsItWasWritten takes an input.json through a chunk and back.
func TestAHandMadeInputIsReadAsItWasWritten(t *testing.T) {
	for _, text := range []string{
		`[]`,
		`[{"time":"2026-03-02T08:15:30.123456789Z","metadata":{"otlp":{"trace_id":{"$bin":"AP8="}}},"group":{"resource":{"attributes":{"a":1}}},"record":{"log":"x"}},
		  {"time":"2026-03-02T08:15:31Z","metadata":{},"group":{"resource":{"attributes":{"a":2}}},"record":{"log":"y"}},
		  {"time":"2026-03-02T08:15:32Z","record":{"twice":1,"between":[true,null,-1,2.0,0.5,18446744073709551615],"twice":{"<&>":""}}}]`,
	} {
		want, err := pretty([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		chunk, err := chunkOf([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := inputOf(chunk); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%v, %s", err, firstDifference(got, want))
		}
	}
	for _, text := range []string{`{}`, `[{"time":"yesterday","record":{}}]`, `[{"time":"2026-03-02T08:15:31Z","fields":{}}]`, `[{"time":"2026-03-02T08:15:31Z"}]`} {
		if _, err := chunkOf([]byte(text)); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}

func TestAPlaceholderStandsForAnyText(t *testing.T) {
	names := paths(nil, "", map[string]any{"kubernetes": map[string]any{"labels": map[string]any{"app.x/y": "z"}, "refs": []any{map[string]any{"kind": "Job"}}}})
	for pattern, want := range map[string]bool{
		"kubernetes": true, "kubernetes.labels": true, "kubernetes.labels.<l>": true, "kubernetes.refs.kind": true,
		"kubernetes.label": false, "labels.<l>": false, "kubernetes.labels.app.x.y": false, "<x>.labels.<l>": true,
	} {
		if got := matches(pattern, names); got != want {
			t.Errorf("%s: %v", pattern, got)
		}
	}
}
