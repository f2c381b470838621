package fluentbit

import (
	"regexp"
	"strings"
	"testing"

	"out_dynatrace/plugin/telemetry"
)

// fakeHost prints every level and records its calls.
type fakeHost struct{ calls []string }

func (h *fakeHost) enabled(level telemetry.Level) bool {
	h.calls = append(h.calls, "enabled "+levelNames[level])
	return true
}

func (h *fakeHost) print(level telemetry.Level, line string) {
	h.calls = append(h.calls, levelNames[level]+" "+line)
}

func TestLogger_UsesItsHostUntilClosed(t *testing.T) {
	var host fakeHost
	var stderr strings.Builder
	l := &Logger{host: &host, prefix: "[output:dynatrace:name] ", stderr: &stderr}
	if !l.Enabled(telemetry.LevelTrace) {
		t.Error("the host's answer was not used")
	}
	l.Log(telemetry.LevelWarn, "before\x00")
	want := `enabled trace, warn [output:dynatrace:name] before\x00`
	if got := strings.Join(host.calls, ", "); got != want || stderr.Len() != 0 {
		t.Errorf("the host got %q and standard error %q, want %q and nothing", got, stderr.String(), want)
	}

	l.Close()
	host.calls = nil
	if l.Enabled(telemetry.LevelDebug) || !l.Enabled(telemetry.LevelInfo) {
		t.Error("a closed logger must print from level info up")
	}
	l.Log(telemetry.LevelError, "after")
	if len(host.calls) != 0 {
		t.Errorf("a closed logger called its host: %q", host.calls)
	}
	want = `^\[\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\] \[error\] \[output:dynatrace:name\] after\n$`
	if got := stderr.String(); !regexp.MustCompile(want).MatchString(got) {
		t.Errorf("standard error got %q", got)
	}
}

func TestLogger_WithoutHostWritesToStderrFromInfoUp(t *testing.T) {
	var stderr strings.Builder
	l := &Logger{prefix: "[output:dynatrace:name] ", stderr: &stderr}
	if l.Enabled(telemetry.LevelDebug) || !l.Enabled(telemetry.LevelInfo) {
		t.Error("want lines from level info up")
	}
	l.Log(telemetry.LevelInfo, "line")
	if got := stderr.String(); !strings.HasSuffix(got, "] [ info] [output:dynatrace:name] line\n") {
		t.Errorf("standard error got %q", got)
	}
}
