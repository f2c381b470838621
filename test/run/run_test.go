package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
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

func TestALogIsShippedByTheTestHostAndComparesEqual(t *testing.T) {
	plugin := builtPlugin(t)
	code, out, problems := call(t, t.Context(), "-host", "-plugin", plugin, "-conf", confDir+"/fluent-bit.conf", "-log", writeOddLog(t))
	if code != exitOK || problems != "" {
		t.Fatalf("exit %d: %s\n%s", code, problems, out)
	}
	for _, want := range []string{
		"9 lines, ",
		"its last line has no line end",
		"the test host (as -host asks)",
		"4 of the 9 stored records:",
		"all answered 204",
		"All of it is stored, each line with its content.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
}

func TestTheConfigurationsWorkInARealFluentBit(t *testing.T) {
	name := os.Getenv("FLUENT_BIT")
	if name == "" {
		name = "fluent-bit"
	}
	if _, err := exec.LookPath(name); err != nil {
		t.Skip("no fluent-bit: set FLUENT_BIT or PATH")
	}
	plugin := builtPlugin(t)
	for _, conf := range []string{"fluent-bit.conf", "fluent-bit.yaml"} {
		t.Run(conf, func(t *testing.T) {
			code, out, problems := call(t, t.Context(), "-plugin", plugin, "-conf", filepath.Join(confDir, conf), "-log", writeOddLog(t))
			if code != exitOK || !strings.Contains(out, "agent      Fluent Bit v") || !strings.Contains(out, "log.source") {
				t.Errorf("exit %d: %s\n%s", code, problems, out)
			}
		})
	}
}

func TestAnInterruptLeavesNothingBehind(t *testing.T) {
	plugin := builtPlugin(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(300*time.Millisecond, cancel)
	code, out, problems := call(t, ctx, "-host", "-plugin", plugin, "-conf", confDir+"/fluent-bit.conf", "-lines", "3000000")
	if code != exitInterrupted || !strings.Contains(problems, "interrupted") {
		t.Errorf("exit %d: %s\n%s", code, problems, out)
	}
}

func TestAReaderThatGoesAwayEndsTheRun(t *testing.T) {
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

func TestNothingToShipIsNoFailure(t *testing.T) {
	name := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, problems := call(t, t.Context(), "-host", "-plugin", name, "-log", name)
	if code != exitOK || !strings.Contains(out, "0 lines read, 0 records stored") {
		t.Errorf("exit %d: %s\n%s", code, problems, out)
	}
}

func TestWrongCallsSayWhatIsWrong(t *testing.T) {
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
		{[]string{"-plugin", here, "-host", "-log", "missing.log"}, exitFailed, "there is no file missing.log"},
		{[]string{"-plugin", here, "-host", "-log", here, "-conf", "missing.conf"}, exitFailed, "missing.conf"},
		{[]string{"-plugin", here, "-host", "-log", here, "-conf", confDir + "/fluent-bit.yaml"}, exitFailed, "classic format"},
	} {
		if code, _, problems := call(t, t.Context(), c.args...); code != c.code || !strings.Contains(problems, c.want) {
			t.Errorf("%q: exit %d: %s", c.args, code, problems)
		}
	}
}

// still is a process that does nothing.
type still struct{ ended chan struct{} }

func (s still) done() <-chan struct{} { return s.ended }
func (s still) stop() error           { return nil }
func (s still) kill()                 {}

func TestWaitingEndsWhenAllIsStoredAndWhenNothingMoves(t *testing.T) {
	ended := make(chan struct{})
	close(ended)
	for name, c := range map[string]struct {
		j    job
		p    process
		want string
	}{
		"all is stored":      {job{lines: 2, limit: time.Hour, silence: time.Hour}, still{}, ""},
		"the agent ended":    {job{lines: 9, limit: time.Hour, silence: time.Hour}, still{ended}, ""},
		"nothing moves":      {job{lines: 9, limit: time.Hour, silence: time.Millisecond}, still{}, "nothing new was stored for 1ms: 2 of 9 lines are stored"},
		"the time is over":   {job{lines: 9, limit: time.Millisecond, silence: time.Hour}, still{}, "not finished after 1ms: 2 of 9 lines are stored"},
		"more than was read": {job{lines: 1, limit: time.Hour, silence: time.Hour}, still{}, ""},
	} {
		s := new(store)
		put(t, s, "one", "two")
		err := wait(t.Context(), c.p, &c.j, s, newScreen(new(strings.Builder), func() {}), time.Now())
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
