package golden

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/ingest"
)

// TestGolden_HugeRecordsAreDelivered sends records that are too large for a folder of testdata.
// Each record must arrive with its whole line and within the limits of the API: the server trims
// nothing.
func TestGolden_HugeRecordsAreDelivered(t *testing.T) {
	const many, large = 10_000, 1 << 20
	long := corpus.Str(strings.Repeat("x", large))
	var labels, owners []corpus.Value
	operator := map[string]string{}
	for i := range many {
		name := fmt.Sprintf("label-%d.example.com/name", i)
		labels = append(labels, corpus.Str(name), corpus.Str("value"))
		owners = append(owners, corpus.Fields("kind", "ReplicaSet", "name", name))
		operator[name] = "value"
	}
	annotation, err := json.Marshal(operator)
	if err != nil {
		t.Fatal(err)
	}
	deep := corpus.Str("bottom")
	for range 200 {
		deep = corpus.Map(corpus.Str("deep"), deep)
	}
	pod := func(pairs ...corpus.Value) corpus.Value {
		pairs = append([]corpus.Value{corpus.Str("pod_name"), corpus.Str("x"), corpus.Str("namespace_name"), corpus.Str("shop")}, pairs...)
		return corpus.Map(corpus.Str("log"), corpus.Str("a line"), corpus.Str("kubernetes"), corpus.Map(pairs...))
	}
	line := func(key string, value corpus.Value) corpus.Value {
		return corpus.Map(corpus.Str("log"), corpus.Str("a line"), corpus.Str(key), value)
	}
	for name, record := range map[string]corpus.Value{
		"10,000 labels":             pod(corpus.Str("labels"), corpus.Map(labels...)),
		"10,000 annotations":        pod(corpus.Str("annotations"), corpus.Map(labels...)),
		"10,000 owners":             pod(corpus.Str("ownerReferences"), corpus.Array(owners...)),
		"an annotation of 1 MB":     pod(corpus.Str("annotations"), corpus.Map(corpus.Str("metadata.dynatrace.com/dt.security_context"), long)),
		"10,000 keys in its JSON":   pod(corpus.Str("annotations"), corpus.Fields("metadata.dynatrace.com", string(annotation))),
		"a label of 1 MB":           pod(corpus.Str("labels"), corpus.Map(corpus.Str("l"), long)),
		"a label's name of 1 MB":    pod(corpus.Str("labels"), corpus.Map(long, corpus.Str("l"))),
		"labels 200 levels deep":    pod(corpus.Str("labels"), deep),
		"an image of 1 MB":          pod(corpus.Str("container_image"), long),
		"a task of 1 MB":            line("ecs_task_arn", long),
		"a task of 1 MB of colons":  line("ecs_task_arn", corpus.Str(strings.Repeat(":", large))),
		"a definition of 1 MB":      line("ecs_task_definition", long),
		"a path of 1 MB of slashes": line("log.file.path", corpus.Str(strings.Repeat("/", large))),
		"a level of 1 MB":           line("level", long),
		"a trace id of 1 MB":        line("trace_id", long),
	} {
		t.Run(name, func(t *testing.T) {
			g := &golden{name: "hostile/" + name, tag: "kube.x", options: map[string]string{"k8s_labels": "*", "k8s_annotations": "*"}}
			g.chunk = corpus.AppendEvent(nil, corpus.At(now.Add(-time.Hour)), nil, record)
			g.chunk = corpus.AppendEvent(g.chunk, corpus.At(now.Add(-time.Hour)), nil, corpus.Fields("log", "the next line"))
			for _, model := range []ingest.Structure{ingest.Raw, ingest.Flattened} {
				var stored []struct{ Content string }
				if err := json.Unmarshal(g.deliver(t, model), &stored); err != nil {
					t.Fatal(err)
				}
				if len(stored) != 2 || stored[0].Content != "a line" || stored[1].Content != "the next line" {
					t.Errorf("%v: got %+v, want the contents \"a line\" and \"the next line\"", model, stored)
				}
			}
		})
	}
}
