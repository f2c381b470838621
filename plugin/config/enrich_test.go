package config

import (
	"slices"
	"strings"
	"testing"

	"out_dynatrace/plugin/mapping/source"
)

func TestLoad_EnrichTurnsSourcesOnByName(t *testing.T) {
	auto := source.Defaults()
	without := func(names ...string) []string {
		return slices.DeleteFunc(slices.Clone(auto), func(n string) bool { return slices.Contains(names, n) })
	}
	for value, want := range map[string][]string{
		"":                auto,
		"auto":            auto,
		"off":             nil,
		"OFF":             nil,
		"kubernetes":      {"kubernetes"},
		"trace,ecs,trace": {"ecs", "trace"},
		"auto,-host,-aws": without("host", "aws"),
		"ecs,ecs_otel":    {"ecs", "ecs_otel"},
		"Auto,k8s_pod_ip": append(slices.Clone(auto), "k8s_pod_ip"),
	} {
		if c := mustLoad(t, with("enrich", value)); c.Mapping.Sources != source.Named(want...) {
			t.Errorf("%q: got %v, want %v", value, c.Mapping.Sources, want)
		}
	}
	for _, value := range []string{"on", "auto,off", "off,ecs", "-host", "kubernets", "auto,-k8s", "auto,-"} {
		if got := lines(t, with("enrich", value)); len(got) != 1 || !strings.Contains(got[0], "takes auto, off alone") {
			t.Errorf("%q: got %q", value, got)
		}
	}
}

func TestLoad_ExtraNeedsItsSource(t *testing.T) {
	for value, want := range map[string]string{"k8s_service": "without kubernetes", "auto,-ecs,ecs_otel": "without ecs"} {
		if got := lines(t, with("enrich", value)); len(got) != 1 || !strings.Contains(got[0], want) {
			t.Errorf("%q: got %q", value, got)
		}
	}
}

func TestLoad_ClusterComesFromTheEnvironmentWhereNoOptionIsSet(t *testing.T) {
	t.Setenv("K8S_CLUSTER_NAME", "blue")
	t.Setenv("K8S_CLUSTER_UID", "1-2")
	if c := mustLoad(t, with("k8s_cluster_uid", "3-4")); c.Mapping.ClusterName != "blue" || c.Mapping.ClusterUID != "3-4" {
		t.Errorf("%q %q", c.Mapping.ClusterName, c.Mapping.ClusterUID)
	}
	if c := mustLoad(t, with("enrich", "off")); c.Mapping.ClusterName != "" || c.Mapping.ClusterUID != "" {
		t.Errorf("off: %q %q", c.Mapping.ClusterName, c.Mapping.ClusterUID)
	}
	if c := mustLoad(t, with("metadata_files", "off")); c.Metadata.Files != nil {
		t.Errorf("files %v", c.Metadata.Files)
	}
}
