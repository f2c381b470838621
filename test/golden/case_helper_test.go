package golden

import (
	"bytes"
	"strings"
	"testing"
)

func TestGolden_ParseRequiresATagACommentAndKnownOptions(t *testing.T) {
	for conf, want := range map[string]string{
		"# why\n\ntag app.log\nstringify on\nenv TEAM a b\n": "",
		"# why\nstringify on\n":                              "needs a tag",
		"tag app.log\n":                                      "a comment that explains",
		"# why\ntag app.log\nstringfy on\n":                  `unknown option "stringfy"`,
		"# why\ntag app.log\nstringify on\nstringify off\n":  "duplicate option",
		"# why\ntag app.log\nstringify\n":                    "has no value",
	} {
		g := &golden{dir: "testdata/a/b", options: map[string]string{}, env: map[string]string{}}
		err := g.parse(conf)
		switch {
		case want != "":
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%q: got error %v, want one that contains %q", conf, err, want)
			}
		case err != nil || g.tag != "app.log" || g.options["stringify"] != "on" || g.env["TEAM"] != "a b":
			t.Errorf("%q: got %+v (%v), want tag app.log, stringify on, TEAM=a b", conf, g, err)
		}
	}
}

// TestInput_SurvivesTheRoundTripThroughAChunk converts an input.json to a chunk and back.
func TestInput_SurvivesTheRoundTripThroughAChunk(t *testing.T) {
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
			t.Errorf("error %v, %s", err, firstDifference(got, want))
		}
	}
	for _, text := range []string{`{}`, `[{"time":"yesterday","record":{}}]`, `[{"time":"2026-03-02T08:15:31Z","fields":{}}]`, `[{"time":"2026-03-02T08:15:31Z"}]`} {
		if _, err := chunkOf([]byte(text)); err == nil {
			t.Errorf("%s: got no error, want one", text)
		}
	}
}

func TestMatches_PlaceholderMatchesAnyText(t *testing.T) {
	names := paths(nil, "", map[string]any{"kubernetes": map[string]any{"labels": map[string]any{"app.x/y": "z"}, "refs": []any{map[string]any{"kind": "Job"}}}})
	for pattern, want := range map[string]bool{
		"kubernetes": true, "kubernetes.labels": true, "kubernetes.labels.<l>": true, "kubernetes.refs.kind": true,
		"kubernetes.label": false, "labels.<l>": false, "kubernetes.labels.app.x.y": false, "<x>.labels.<l>": true,
	} {
		if got := matches(pattern, names); got != want {
			t.Errorf("%s: got %v, want %v", pattern, got, want)
		}
	}
}
