package fluentbit

import (
	"strings"
	"testing"
)

func TestVersionIn_FindsTheVersionInMetrics(t *testing.T) {
	const metrics = `2026-11-25T08:00:00.000000000Z fluentbit_uptime{hostname="web-1"} = 3
2026-11-25T08:00:00.000000000Z fluentbit_process_start_time_seconds{hostname="web-1"} = 1795000000
2026-11-25T08:00:00.000000000Z fluentbit_build_info{hostname="web-1",version="5.1.1",os="linux"} = 1795000000
`
	for want, texts := range map[string][]string{
		"5.1.1": {
			metrics,
			strings.ReplaceAll(metrics, "\n", "\r\n"),
			strings.TrimSuffix(metrics, "\n"),
			// A host with a strange name.
			strings.Replace(metrics, `"web-1",version`, `"version="9.9.9"",version`, 1),
		},
		"4.2.3.1":  {strings.Replace(metrics, "5.1.1", "4.2.3.1", 1)},
		"5.0.0-rc": {strings.Replace(metrics, "5.1.1", "5.0.0-rc", 1)},
		"": {
			"", "\n", buildInfo, buildInfo + versionLabel, buildInfo + versionLabel + `"`,
			strings.Replace(metrics, "fluentbit_build_info", "other_build", 1),
			strings.Replace(metrics, "version", "revision_of", 1),
			strings.Replace(metrics, "5.1.1", "", 1),
			strings.Replace(metrics, "5.1.1", "v5.1.1", 1),
			strings.Replace(metrics, "5.1.1", "5.1.1 (nightly)", 1),
			strings.Replace(metrics, "5.1.1", "5.1.1\rX-Injected: yes", 1),
			strings.Replace(metrics, "5.1.1", "5/1", 1),
			strings.Replace(metrics, "5.1.1", "5.1.1"+strings.Repeat("1", longestVersion), 1),
		},
	} {
		for _, text := range texts {
			if got := versionIn(text); got != want {
				t.Errorf("%q: got %q, want %q", text, got, want)
			}
		}
	}
}

// This test process exports none of the functions that Version looks up.
func TestVersion_IsEmptyOutsideFluentBit(t *testing.T) {
	if got := Version(); got != "" {
		t.Errorf("got %q", got)
	}
}

func FuzzVersionIn(f *testing.F) {
	for _, text := range []string{
		"", buildInfo + `hostname="a",version="5.1.1",os="linux"} = 1`, buildInfo + versionLabel,
		"\n" + buildInfo + versionLabel + "1",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := versionIn(text)
		if got != "" && (!isVersion(got) || strings.ContainsAny(got, " \r\n\"/()")) {
			t.Errorf("%q: got %q", text, got)
		}
	})
}
