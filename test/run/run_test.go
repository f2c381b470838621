package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/host"
)

// builtPlugin is the library as make build leaves it; without it the test is skipped.
func builtPlugin(t *testing.T) string {
	t.Helper()
	plugin, err := filepath.Abs("../../build/out_dynatrace.so")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(plugin); err != nil {
		t.Skip("the plugin is not built: make build")
	}
	if _, err := host.Build(""); errors.Is(err, host.ErrNoCompiler) {
		t.Skip(err)
	}
	return plugin
}

// call runs the command with a temporary directory of its own, which must be empty afterwards.
func call(t *testing.T, ctx context.Context, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	var out, err strings.Builder
	code = command(ctx, args, &out, &err)
	left, readErr := os.ReadDir(dir)
	if readErr != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, readErr)
	}
	return code, out.String(), err.String()
}

// oddLog is what breaks careless counting.
const oddLog = "one\r\n\n\r\n\x00\x00two\nbad \xff\xfe\ncolour \x1b[31mred\n\n" + `{"level":"error","message":"not parsed"}` + "\nno end"

func writeOddLog(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "odd, log *.txt")
	if err := os.WriteFile(name, []byte(oddLog), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestRun_TestHostShipsALogThatComparesEqual(t *testing.T) {
	plugin := builtPlugin(t)
	code, out, problems := call(t, t.Context(), "-host", "-plugin", plugin, "-conf", confDir+"/fluent-bit.conf", "-log", writeOddLog(t))
	if code != exitOK || problems != "" {
		t.Fatalf("exit %d: %s\n%s", code, problems, out)
	}
	for _, want := range []string{
		", 9 lines, ",
		"the test host (as -host asks)",
		"4 of the 9 stored records:",
		"204 1",
		"Every line is stored, each with its content.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}

func TestRun_ConfigurationsWorkInARealFluentBit(t *testing.T) {
	if os.Getenv("FLUENT_BIT") == "" {
		t.Skip("FLUENT_BIT=/path/to/fluent-bit names none")
	}
	plugin := builtPlugin(t)
	for _, conf := range []string{"fluent-bit.conf", "fluent-bit.yaml"} {
		t.Run(conf, func(t *testing.T) {
			code, out, problems := call(t, t.Context(), "-plugin", plugin, "-conf", filepath.Join(confDir, conf), "-log", writeOddLog(t))
			if code != exitOK || !strings.Contains(out, "log.source") {
				t.Errorf("exit %d: %s\n%s", code, problems, out)
			}
		})
	}
}

// TestRun_PathNamesTheFluentBit runs whatever is called fluent-bit in PATH when FLUENT_BIT names
// none.
func TestRun_PathNamesTheFluentBit(t *testing.T) {
	plugin := builtPlugin(t)
	dir := t.TempDir()
	standIn := filepath.Join(dir, "fluent-bit")
	script := "#!/bin/sh\n/bin/grep -q out_dynatrace.so plugins.conf && echo started with $*\nexit 3\n"
	if err := os.WriteFile(standIn, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("FLUENT_BIT", "")
	t.Setenv("PATH", dir)
	conf, err := filepath.Abs(confDir + "/fluent-bit.conf")
	if err != nil {
		t.Fatal(err)
	}
	code, out, problems := call(t, t.Context(), "-plugin", plugin, "-conf", conf, "-log", writeOddLog(t))
	if code != exitFailed || !strings.Contains(problems, "fluent-bit ended before all was stored: exit status 3") ||
		!strings.Contains(out, "agent      "+standIn+" with") || !strings.Contains(out, "started with -c "+conf) {
		t.Errorf("exit %d: %s\n%s", code, problems, out)
	}
}

func TestRun_AnInterruptLeavesNothingBehind(t *testing.T) {
	plugin := builtPlugin(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	code, out, problems := call(t, ctx, "-host", "-plugin", plugin, "-conf", confDir+"/fluent-bit.conf", "-lines", "3000000")
	if code != exitInterrupted || !strings.Contains(problems, "interrupted") {
		t.Errorf("exit %d: %s\n%s", code, problems, out)
	}
}

func TestRun_EndsWhenItsReaderGoesAway(t *testing.T) {
	plugin := builtPlugin(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	defer w.Close()
	t.Setenv("TMPDIR", t.TempDir())
	var problems strings.Builder
	if code := command(t.Context(), []string{"-host", "-plugin", plugin, "-lines", "3000000"}, w, &problems); code != exitInterrupted {
		t.Errorf("exit %d: %s", code, problems.String())
	}
}

func TestRun_NothingToShipIsNoFailure(t *testing.T) {
	name := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, problems := call(t, t.Context(), "-host", "-plugin", name, "-log", name)
	if code != exitOK || !strings.Contains(out, "0 lines read, 0 records stored") {
		t.Errorf("exit %d: %s\n%s", code, problems, out)
	}
}

func TestRun_WrongCallsSayWhatIsWrong(t *testing.T) {
	t.Setenv("FLUENT_BIT", "/nonexistent/fluent-bit")
	here := "run_test.go"
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"-bogus"}, exitUsage, "-bogus"},
		{[]string{"extra"}, exitUsage, `unexpected argument "extra"`},
		{[]string{"-plugin", "missing.so"}, exitFailed, "no plugin at missing.so: build it with make build"},
		{[]string{"-plugin", here, "-log", here}, exitFailed, "FLUENT_BIT is /nonexistent/fluent-bit"},
		{[]string{"-plugin", here, "-host", "-log", "missing.log"}, exitFailed, "missing.log: no such file"},
		{[]string{"-plugin", here, "-host", "-log", here, "-conf", "missing.conf"}, exitFailed, "missing.conf"},
		{[]string{"-plugin", here, "-host", "-log", here, "-conf", confDir + "/fluent-bit.yaml"}, exitFailed, "classic format"},
	} {
		if code, _, problems := call(t, t.Context(), c.args...); code != c.code || !strings.Contains(problems, c.want) {
			t.Errorf("%q: exit %d: %s", c.args, code, problems)
		}
	}
}

func TestWait_EndsWhenAllIsStoredAndWhenNothingMoves(t *testing.T) {
	ended := make(chan struct{})
	close(ended)
	for name, c := range map[string]struct {
		total   int64
		done    chan struct{}
		silence time.Duration
		want    string
	}{
		"all is stored":      {2, nil, time.Hour, ""},
		"the agent ended":    {9, ended, time.Hour, ""},
		"nothing moves":      {9, nil, time.Millisecond, "nothing new was stored for 1ms: 2 of 9 lines are stored"},
		"more than was read": {1, nil, time.Hour, ""},
	} {
		s := &store{total: c.total}
		put(t, s, "one", "two")
		err := wait(t.Context(), c.done, s, c.silence, new(strings.Builder), time.Now())
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
