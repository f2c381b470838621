package host

import (
	"slices"
	"strings"
	"testing"
)

func TestVersion_IsAvailableInShapesThatExportIt(t *testing.T) {
	for _, shape := range Shapes {
		r := start(t, Options{Shape: shape}, "ask-version")
		r.end()
		want := "version none main=0"
		if shape.TellsVersion() {
			want = `version "` + string(shape) + `",os="linux"`
		}
		if got := r.lines(); !slices.ContainsFunc(got, func(l string) bool { return strings.HasPrefix(l, want) }) {
			t.Errorf("%s: want %q in\n%s", shape, want, strings.Join(got, "\n"))
		}
		if want := shape != "1.9" && shape != "2.0"; shape.TellsVersion() != want {
			t.Errorf("%s: got TellsVersion %v, want %v", shape, !want, want)
		}
	}
}

func TestReport_MisuseOfTheVersionInterface(t *testing.T) {
	for misuse, want := range map[string]string{
		"leave-metrics": "FLBPluginInit: left 1 of what cmt_create and cmt_encode_text_create gave it",
		"leave-text":    "FLBPluginInit: left 1 of what",
		"destroy-twice": "cmt_destroy: got what is not from cmt_create, or was destroyed",
	} {
		violations := start(t, Options{}, "ask-version", misuse).endWith(ExitViolation).Violations
		if !slices.ContainsFunc(violations, func(v string) bool { return strings.Contains(v, want) }) {
			t.Errorf("%s: want %q in %q", misuse, want, violations)
		}
	}
	for misuse, want := range map[string]string{
		"look-into-config": "looked into flb_config",
		"write-context":    "wrote into flb_lib_ctx",
		"use-text":         "used after it was taken back: the text of cmt_encode_text_create",
	} {
		report, _ := failedStart(t, Options{}, "ask-version", misuse)
		if !strings.Contains(strings.Join(report.Faults, "\n"), want) {
			t.Errorf("%s: want %q in %q", misuse, want, report.Faults)
		}
	}
}

func TestReport_ConfigurationKeptOverAReload(t *testing.T) {
	r := start(t, Options{}, "ask-version", "keep-config")
	if _, _, err := r.Reload(); err != nil {
		t.Fatal(err)
	}
	violations := r.endWith(ExitViolation).Violations
	if !strings.Contains(strings.Join(violations, "\n"), "a configuration that is not the one of the engine of this thread") {
		t.Errorf("violations: %q", violations)
	}
}
