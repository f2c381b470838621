package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// builds is where the probes are built; TestMain removes it.
var builds string

// probe builds the probe plugin once.
var probe = sync.OnceValues(func() (string, error) {
	cc, err := compiler()
	if err != nil {
		return "", err
	}
	so := filepath.Join(builds, "out_probe.so")
	out, err := exec.Command(cc, "-O1", "-g", "-fPIC", "-shared", "-pthread", "-o", so, "testdata/probe.c", "-ldl").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return so, nil
})

func TestMain(m *testing.M) {
	if os.Getenv("HOST_TEST_DRIVER") != "" {
		driveForEver()
	}
	var err error
	if builds, err = os.MkdirTemp("", "host-probes"); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(builds)
	os.Exit(code)
}

// run is one run of the probe, with the file in which the probe records its calls.
type run struct {
	*Host
	t      *testing.T
	record string
}

// options returns the probe's options and the path of its record.
func options(t *testing.T, o Options, misuses ...string) (Options, string) {
	t.Helper()
	so, err := probe()
	if err != nil {
		t.Fatal(err)
	}
	record := filepath.Join(t.TempDir(), "record")
	o.Plugin = so
	o.Env = append(o.Env, "PROBE_RECORD="+record, "PROBE_DO="+strings.Join(misuses, ","))
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second
	}
	if o.RetryDelay == 0 {
		o.RetryDelay = 10 * time.Millisecond
	}
	return o, record
}

func start(t *testing.T, o Options, misuses ...string) *run {
	t.Helper()
	o, record := options(t, o, misuses...)
	h, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return &run{h, t, record}
}

func (r *run) send(tag, data string) {
	r.t.Helper()
	if err := r.Send(0, tag, []byte(data)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *run) drain() {
	r.t.Helper()
	if err := r.Drain(); err != nil {
		r.t.Fatal(err)
	}
}

// end closes the run, which must succeed.
func (r *run) end() Report {
	r.t.Helper()
	report, err := r.Close()
	if err != nil {
		r.t.Fatal(err)
	}
	return report
}

// endWith closes the run, which must end with the status.
func (r *run) endWith(status int) Report {
	r.t.Helper()
	report, err := r.Close()
	if report.ExitCode != status {
		r.t.Fatalf("got exit status %d, want %d: %v", report.ExitCode, status, err)
	}
	return report
}

func (r *run) lines() []string { return lines(r.t, r.record) }

func lines(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

// words keeps the first n words of every line.
func words(lines []string, n int) string {
	var out []string
	for _, l := range lines {
		w := strings.Fields(l)
		out = append(out, strings.Join(w[:min(n, len(w))], " "))
	}
	return strings.Join(out, "; ")
}

func failedStart(t *testing.T, o Options, misuses ...string) (Report, string) {
	t.Helper()
	o, record := options(t, o, misuses...)
	_, err := Start(t.Context(), o)
	var exit *ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("Start returned %v, want an *ExitError", err)
	}
	return exit.Report, record
}

func wantOne(t *testing.T, got []string, want string) {
	t.Helper()
	if len(got) != 1 || !strings.Contains(got[0], want) {
		t.Fatalf("got %q, want one that contains %q", got, want)
	}
}

func TestShape_RunsTheWholeLife(t *testing.T) {
	for _, shape := range Shapes {
		t.Run(string(shape), func(t *testing.T) {
			t.Parallel()
			for workers := range 2 {
				r := start(t, Options{Shape: shape, Workers: workers, Instances: []Properties{Props("color", "red")}})
				r.send("ok", "abc")
				r.drain()
				report := r.end()
				if report.Summary.OK != 1 || !report.Summary.CanariesIntact || !report.Summary.Complete {
					t.Fatalf("summary: %+v", report.Summary)
				}
				got := words(r.lines(), 2)
				want := "register main=1; init probe.0; flush probe.0; exit probe.0; unregister main=1; dlclose main=1"
				if shape.HasHooks() {
					want = "pre_register 0; register main=1; init probe.0; pre_run 1; flush probe.0; pre_exit 0; exit probe.0; " +
						"unregister main=1; dlclose main=1"
				}
				if got != want {
					t.Fatalf("calls:\n%s\nwant:\n%s", got, want)
				}
			}
		})
	}
}

func TestShape_ExportsItsSymbolsOnly(t *testing.T) {
	want := map[Shape]string{
		"1.9": "log_check=0 custom_check=0", "3.2": "log_check=1 custom_check=0", "4.2": "log_check=1 custom_check=1",
		"5.1.1": "log_check=1 custom_check=1",
	}
	for shape, symbols := range want {
		r := start(t, Options{Shape: shape})
		r.end()
		if text := strings.Join(r.lines(), "\n"); !strings.Contains(text, symbols) {
			t.Errorf("%s: want %s in\n%s", shape, symbols, text)
		}
	}
}

func TestCallbacks_RunOnFluentBitsThreads(t *testing.T) {
	r := start(t, Options{Workers: 2, Instances: []Properties{nil, Props("workers", "0", "alias", "other")}})
	for range 4 {
		if err := r.Send(All, "ok", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	r.drain()
	report := r.end()
	text := strings.Join(r.lines(), "\n")
	for _, want := range []string{
		"init probe.0", "init other", "exit other main=0 thread=flb-pipeline", "tag=ok size=1 sum=120 main=0 thread=flb-out-probe.0",
		"flush other tag=ok size=1 sum=120 main=0 thread=flb-pipeline", "pre_run 1 main=0 thread=flb-pipeline",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q in\n%s", want, text)
		}
	}
	perWorker := map[int]int{}
	for _, f := range report.Flushes {
		perWorker[f.Worker]++
	}
	if perWorker[0] != 2 || perWorker[1] != 2 || perWorker[-1] != 4 {
		t.Errorf("flushes per worker: %v, want 2 each and 4 on the engine", perWorker)
	}
}

func TestInstances_ShareOnePluginObject(t *testing.T) {
	r := start(t, Options{Instances: []Properties{nil, nil}})
	r.end()
	var objects []string
	for _, l := range r.lines() {
		if strings.HasPrefix(l, "init") {
			objects = append(objects, strings.Fields(l)[2])
		}
	}
	if len(objects) != 2 || objects[0] != objects[1] {
		t.Fatalf("got plugin objects %v, want the same one twice", objects)
	}
}

func TestProperties_AreFoundAsInFluentBit(t *testing.T) {
	r := start(t, Options{Instances: []Properties{Props("Color", "red", "color", "blue", "host", "h", "empty", "", "empty", "later")}})
	report := r.end()
	if text := strings.Join(r.lines(), "\n"); !strings.Contains(text, "color=red Host=NULL empty=NULL") {
		t.Fatalf("properties:\n%s", text)
	}
	if len(report.Reserved) != 1 || report.Reserved[0] != "Host" {
		t.Fatalf("got reserved keys %q", report.Reserved)
	}
}

func TestRetry_GetsTheSameBytesAndTagUntilAccepted(t *testing.T) {
	r := start(t, Options{})
	r.send("once.more", "abc")
	r.drain()
	report := r.end()
	if s := report.Summary; s.OK != 1 || s.Retries != 1 || len(report.Flushes) != 2 || report.Flushes[1].Attempt != 2 {
		t.Fatalf("%+v", report)
	}
	flushes := 0
	for _, l := range r.lines() {
		if strings.Contains(l, "flush probe.0 tag=once.more size=3 sum=294") {
			flushes++
		}
	}
	if flushes != 2 {
		t.Fatalf("got %v, want two equal flushes", r.lines())
	}
}

func TestRetry_LimitGivesUp(t *testing.T) {
	r := start(t, Options{RetryLimit: 3, Instances: []Properties{nil, Props("retry_limit", "no_retries")}})
	if err := r.Send(All, "retry", nil); err != nil {
		t.Fatal(err)
	}
	r.drain()
	report := r.end()
	if report.Instances[0].Retries != 3 || report.Instances[0].GivenUp != 1 || report.Instances[1].Retries != 0 ||
		report.Instances[1].GivenUp != 1 {
		t.Fatalf("%+v", report.Instances)
	}
}

func TestFlush_OtherCodesDropTheChunk(t *testing.T) {
	r := start(t, Options{})
	for _, tag := range []string{"error", "seven", "minus", "ok"} {
		r.send(tag, "x")
	}
	r.drain()
	s := r.end().Summary
	if s.Chunks != 4 || s.Errors != 3 || s.UnknownCodes != 2 || s.OK != 1 || s.Outstanding != 0 {
		t.Fatalf("%+v", s)
	}
}

func TestReport_WriteBeyondTheDefinition(t *testing.T) {
	r := start(t, Options{Shape: "3.2"}, "write-past-def")
	report := r.endWith(ExitViolation)
	wantOne(t, report.Violations, "FLBPluginRegister: wrote outside flb_plugin_proxy_def, which has 32 bytes, at offset 32")
	if report.Summary.CanariesIntact {
		t.Fatal("the summary reports intact canaries")
	}
	start(t, Options{Shape: "5.0"}, "write-past-def").end() // there is a field at that place
	start(t, Options{Shape: "5.1.1"}, "write-past-def").end()
	wantOne(t, start(t, Options{Shape: "5.1.1"}, "write-past-def", "5.1.1").endWith(ExitViolation).Violations, "48 bytes, at offset 48")
}

func TestReport_WriteBeforeTheContext(t *testing.T) {
	wantOne(t, start(t, Options{}, "write-past-context").endWith(ExitViolation).Violations,
		"FLBPluginInit: wrote outside flb_plugin_proxy_context, which has 16 bytes, at offset -1")
}

func TestReport_GarbageInTheDefinition(t *testing.T) {
	wantOne(t, start(t, Options{Shape: "2.0"}, "leave-flags").endWith(ExitViolation).Violations, "left def.flags unset")
	start(t, Options{Shape: "5.0"}, "leave-flags").end()
}

func TestReport_CallBeyondTheAPITable(t *testing.T) {
	for shape, want := range map[Shape]string{
		"1.9":   "called api slot 1: Fluent Bit 1.9 has 1 slot",
		"2.0":   "called api slot 7: Fluent Bit 2.0 has 7 slots",
		"5.1.1": "called api slot 9: Fluent Bit 5.1.1 has 9 slots",
	} {
		report, _ := failedStart(t, Options{Shape: shape}, "call-past-api", string(shape))
		wantOne(t, report.Violations, want)
		if report.Signal != syscall.SIGABRT {
			t.Errorf("got signal %v, want SIGABRT", report.Signal)
		}
	}
}

func TestReport_ExplainsFaultsInLentMemory(t *testing.T) {
	for tag, want := range map[string]string{
		"use-kept-chunk":  "used after it was taken back: the chunk",
		"use-kept-tag":    "used after it was taken back: the tag",
		"use-kept-plugin": "used flbgo_output_plugin.api after FLBPluginInit returned",
		"read-past":       "touched memory past the end of the chunk",
		"write":           "wrote into the chunk",
		"null":            "at address (nil)",
	} {
		t.Run(tag, func(t *testing.T) {
			t.Parallel()
			r := start(t, Options{Workers: 1})
			r.send("keep", "abc")
			r.send(tag, "abc")
			report, err := r.Close()
			wantOne(t, report.Faults, want)
			if report.Signal != syscall.SIGABRT || err == nil {
				t.Errorf("ended with %v, %v", report.Signal, err)
			}
		})
	}
}

func TestReport_StackTooDeep(t *testing.T) {
	r := start(t, Options{})
	r.send("deep", "x")
	report := r.endWith(ExitViolation)
	if len(report.Violations) != 1 || !strings.Contains(report.Violations[0], "of a coroutine stack of 24576") {
		t.Fatalf("%q", report.Violations)
	}
	if s := report.Summary.StackHighWater; s < 40<<10 || s > 60<<10 {
		t.Fatalf("high-water mark %d", s)
	}
}

func TestReport_MeasuresTheStack(t *testing.T) {
	r := start(t, Options{Workers: 1})
	r.send("shallow", "x")
	if s := r.end().Summary.StackHighWater; s < 8<<10 || s > 16<<10 {
		t.Fatalf("high-water mark %d", s)
	}
}

func TestReport_TakenSignal(t *testing.T) {
	wantOne(t, start(t, Options{}, "take-sigterm").endWith(ExitViolation).Violations, "replaced Fluent Bit's handler of Terminated")
}

func TestReport_UseOfAnInstanceAfterItsExit(t *testing.T) {
	wantOne(t, start(t, Options{}, "check-after-exit").endWith(ExitViolation).Violations, "output_log_check was called for probe.0 after its exit")
}

func TestInit_FailureEndsTheRunAsInFluentBit(t *testing.T) {
	report, record := failedStart(t, Options{Instances: []Properties{nil, Props("init", "fail"), nil}})
	if report.ExitCode != ExitInit {
		t.Fatalf("exit status %d", report.ExitCode)
	}
	got := words(lines(t, record), 2)
	if want := "pre_register 0; register main=1; init probe.0; init probe.1; pre_exit 0; exit probe.0; pre_exit 0; exit NULL; " +
		"unregister main=1; dlclose main=1"; got != want {
		t.Fatalf("calls:\n%s\nwant:\n%s", got, want)
	}
}

func TestRegister_RefusalIsReported(t *testing.T) {
	for misuse, want := range map[string]string{
		"refuse-pre-register": "FLBPluginPreRegister returned -1", "refuse-register": "FLBPluginRegister returned -1",
		"wrong-type": "type 1 and proxy 11",
	} {
		report, _ := failedStart(t, Options{}, misuse)
		if report.ExitCode != ExitLoad || len(report.Notes) != 1 || !strings.Contains(report.Notes[0].Message, want) {
			t.Errorf("%s: got status %d and notes %v", misuse, report.ExitCode, report.Notes)
		}
	}
}

func TestStart_MissingPluginIsReported(t *testing.T) {
	_, err := Start(t.Context(), Options{Plugin: "testdata/probe.c"})
	if err == nil || !strings.Contains(err.Error(), "dlopen") {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), Options{Plugin: "nowhere.so"})
	if err == nil || !strings.Contains(err.Error(), "--plugin must name a file that exists") {
		t.Fatal(err)
	}
}

func TestTimeout_NamesWhatHangs(t *testing.T) {
	r := start(t, Options{Workers: 1, Timeout: 500 * time.Millisecond})
	r.send("hang", "x")
	report := r.endWith(ExitTimeout)
	if len(report.Hangs) != 1 || report.Hangs[0].Callback != "FLBPluginFlushCtx" || report.Hangs[0].Chunk != 1 ||
		report.Hangs[0].Thread != "flb-out-probe.0-w0" || report.Summary.Outstanding != 1 {
		t.Fatalf("%+v", report)
	}
	report, _ = failedStart(t, Options{Timeout: 300 * time.Millisecond}, "hang-in-register")
	if report.ExitCode != ExitTimeout || len(report.Hangs) != 1 || report.Hangs[0].Callback != "FLBPluginRegister" {
		t.Fatalf("%+v", report)
	}
}

func TestLog_LinesAreSeparateFromStderr(t *testing.T) {
	r := start(t, Options{LogLevel: "warn", Instances: []Properties{nil, Props("log_level", "debug")}})
	for _, tag := range []string{"stderr", "log", "thread"} {
		r.send(tag, "x")
	}
	r.drain()
	report := r.end()
	if report.Stderr != "straight to stderr\n" {
		t.Errorf("stderr: %q", report.Stderr)
	}
	if n := len(report.Logs); n != 2+4+2 || !report.HasLog("debug", "level 4 from probe.1") || report.HasLog("", "level 3 from probe.0") {
		t.Errorf("%d log lines: %v", n, report.Logs)
	}
	if !report.HasLog("warn", "odd \"42\"\n\x01\ufffd") {
		t.Errorf("unexpected line in %v", report.Logs)
	}
	if last := report.Logs[len(report.Logs)-1]; last.Thread != "" || last.Message != "from a thread of the plugin" {
		t.Errorf("line of a thread that the plugin started: %+v", last)
	}
	if report.Logs[0].Thread != "flb-pipeline" {
		t.Errorf("the first line: %+v", report.Logs[0])
	}
}

func TestMetrics_AreReported(t *testing.T) {
	r := start(t, Options{Shape: "2.0"})
	r.send("ok", "x")
	r.drain()
	if _, err := r.Stats(); err != nil {
		t.Fatal(err)
	}
	want := Metric{Name: "fluentbit_probe_flushes_total", Labels: "name=probe.0", Value: 1}
	if m := r.Snapshot().Metrics; len(m) != 1 || m[0] != want {
		t.Fatalf("%+v", m)
	}
	r.send("new-series", "x")
	r.drain()
	wantOne(t, r.endWith(ExitViolation).Violations, "created the label set {name=other} of fluentbit_probe_flushes_total outside of FLBPluginInit")
}

func TestReload_FlushesUntilTheOldInstancesAreDone(t *testing.T) {
	r := start(t, Options{Workers: 2})
	for range 3 {
		r.send("sleep", "x")
		if _, _, err := r.Reload(); err != nil {
			t.Fatal(err)
		}
	}
	r.send("ok", "y")
	r.drain()
	report := r.end()
	if report.Summary.OK != 4 || report.Flushes[3].Generation != 3 || report.Flushes[2].Generation != 2 {
		t.Fatalf("%+v", report.Flushes)
	}
	got := words(r.lines(), 2)
	first := "pre_register 0; register main=1; init probe.0; pre_run 1; "
	// The registration of the new definition may come before or after the record of the flush that
	// is under way.
	once := "flush probe.0; pre_register 1; register main=1; pre_exit 1; exit probe.0; unregister main=1; init probe.0; pre_run 1; "
	got = strings.ReplaceAll(got, "pre_register 1; flush probe.0; register main=1;", "flush probe.0; pre_register 1; register main=1;")
	got = strings.ReplaceAll(got, "pre_register 1; register main=1; flush probe.0;", "flush probe.0; pre_register 1; register main=1;")
	if want := first + once + once + once + "flush probe.0; pre_exit 0; exit probe.0; unregister main=1; dlclose main=1"; got != want {
		t.Fatalf("calls:\n%s\nwant:\n%s", got, want)
	}
}

func TestReload_ShowsALeak(t *testing.T) {
	reloads := func(misuses ...string) int {
		r := start(t, Options{Workers: 2}, misuses...)
		first, _, err := r.Reload()
		for range 4 {
			_, last, err2 := r.Reload()
			err = errors.Join(err, err2)
			first.At, last.At = "", ""
			if last.Threads > first.Threads+1 { // one may still be on its way out
				t.Errorf("got %d threads, then %d", first.Threads, last.Threads)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		last, err := r.Stats()
		if err != nil {
			t.Fatal(err)
		}
		r.end()
		return last.FDs - first.FDs
	}
	if n := reloads(); n != 0 {
		t.Errorf("descriptors grew by %d without a leak", n)
	}
	if n := reloads("leak-fd"); n != 5 {
		t.Errorf("descriptors grew by %d, want 5", n)
	}
}

func TestRegister_WhileFlushing(t *testing.T) {
	r := start(t, Options{Workers: 1})
	r.send("sleep", "x")
	if err := r.Register(); err != nil {
		t.Fatal(err)
	}
	if r := r.Snapshot(); len(r.Flushes) != 0 {
		t.Fatal("the flush ended before the registration")
	}
	r.end()
}

func TestSignal_HangupReloads(t *testing.T) {
	r := start(t, Options{})
	if err := r.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	if !r.Await(5*time.Second, func(r *Report) bool { return len(r.Inits) == 2 }) {
		t.Fatal("FLBPluginInit was not called a second time")
	}
	r.end()
}

func TestShutdown_RetriesUntilTheGracePeriodIsOver(t *testing.T) {
	r := start(t, Options{Workers: 1, Grace: 300 * time.Millisecond})
	r.send("retry", "x")
	began := time.Now()
	report := r.end()
	if took := time.Since(began); took < 250*time.Millisecond || took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if s := report.Summary; s.Undelivered != 1 || s.Retries < 3 || s.Late > 1 {
		t.Errorf("%+v", s)
	}
}

func TestShutdown_WorkersFlushTooLateAfterTheGracePeriod(t *testing.T) {
	r := start(t, Options{Workers: 1, Grace: 50 * time.Millisecond})
	for range 3 {
		r.send("sleep", "x")
	}
	if !r.Await(5*time.Second, func(*Report) bool { return len(r.lines()) >= 5 }) { // the first flush has begun
		t.Fatal("no flush began")
	}
	report := r.end()
	if s := report.Summary; s.Undelivered == 0 || s.Undelivered != s.Late || s.OK+s.Late != 3 {
		t.Errorf("%+v", s)
	}
	if last := report.Flushes[len(report.Flushes)-1]; !last.Late || last.Code != FlushOK {
		t.Errorf("last flush: %+v", last)
	}
}

func TestSignal_TerminationEndsTheRun(t *testing.T) {
	for _, daemon := range []bool{false, true} {
		r := start(t, Options{Daemon: daemon})
		if err := r.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		report, err := r.Wait()
		if err != nil || !report.Summary.Complete {
			t.Fatalf("daemon %v: %v", daemon, err)
		}
		if err := r.Send(0, "ok", make([]byte, 1<<20)); !errors.Is(err, ErrEnded) {
			t.Errorf("Send after the end: %v", err)
		}
		if err := r.Drain(); !errors.Is(err, ErrEnded) {
			t.Errorf("Drain after the end: %v", err)
		}
	}
}

func TestDaemon_RunsInAnotherProcessThanRegister(t *testing.T) {
	r := start(t, Options{Daemon: true, ReinstallSignals: true, Workers: 1})
	r.send("ok", "x")
	r.drain()
	if s := r.end().Summary; s.OK != 1 {
		t.Fatalf("%+v", s)
	}
	report, _ := failedStart(t, Options{Daemon: true, Instances: []Properties{Props("init", "fail")}})
	if report.ExitCode != ExitInit {
		t.Fatalf("exit status %d", report.ExitCode)
	}
}

func TestSend_BlocksUnderBackPressure(t *testing.T) {
	r := start(t, Options{Workers: 1, MaxOutstanding: 2, Grace: 10 * time.Second})
	big := make([]byte, 1<<20)
	began := time.Now()
	// 2 are in flight, the host holds 1, the pipe 1: the fifth must wait for a flush of 300 ms.
	for range 5 {
		if err := r.Send(0, "sleep", big); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took < 250*time.Millisecond {
		t.Errorf("Send accepted five chunks within %v, want it to block", took)
	}
	if s := r.end().Summary; s.OK != 5 {
		t.Errorf("%+v", s)
	}
}

func TestInput_BadFramesAreReported(t *testing.T) {
	r := start(t, Options{})
	if err := r.Send(7, "ok", nil); err != nil { // there is no such instance
		t.Fatal(err)
	}
	r.endWith(ExitUsage)
}

func TestSend_EmptyAndBigChunksArrive(t *testing.T) {
	r := start(t, Options{Workers: 1})
	r.send("ok", "")
	r.send("ok", strings.Repeat("\x01", 12<<20))
	r.drain()
	r.end()
	if text := strings.Join(r.lines(), "\n"); !strings.Contains(text, "size=0 sum=0") || !strings.Contains(text, "size=12582912 sum=12582912") {
		t.Fatal(text)
	}
}

func TestStart_LeavesNothingWhenTheContextEnds(t *testing.T) {
	for _, daemon := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		o, record := options(t, Options{Workers: 1, Daemon: daemon})
		h, err := Start(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Send(0, "hang", nil); err != nil {
			t.Fatal(err)
		}
		if !h.Await(5*time.Second, func(*Report) bool { return strings.Contains(strings.Join(lines(t, record), "\n"), "flush") }) {
			t.Fatal("no flush began")
		}
		cancel()
		report, err := h.Wait()
		if report.Signal != syscall.SIGKILL || err == nil {
			t.Errorf("ended with %v, %v", report.Signal, err)
		}
	}
}

// driveForEver starts a host whose plugin hangs, in a process that the test kills.
func driveForEver() {
	h, err := Start(context.Background(), Options{Plugin: os.Getenv("HOST_TEST_DRIVER"), Workers: 1})
	if err == nil {
		err = h.Send(0, "hang", nil)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(h.PID())
	select {}
}

func TestStart_LeavesNothingWhenTheDriverIsKilled(t *testing.T) {
	const setChildSubreaper = 36 // orphans become children of this process: it can wait for them
	if _, _, errno := syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0); errno != 0 {
		t.Skip(errno)
	}
	o, record := options(t, Options{})
	driver := exec.CommandContext(t.Context(), os.Args[0])
	driver.Env = append(os.Environ(), append(o.Env, "HOST_TEST_DRIVER="+o.Plugin)...)
	out, err := driver.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := driver.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Fscan(out, &pid); err != nil {
		t.Fatal(err)
	}
	await(t, "the flush", func() bool { return strings.Contains(strings.Join(lines(t, record), "\n"), "flush") })
	if err := driver.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = driver.Wait()
	await(t, "the end of the host", func() bool {
		got, err := syscall.Wait4(pid, nil, syscall.WNOHANG, nil)
		return got == pid || err == syscall.ECHILD
	})
}

func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("timed out waiting for " + what)
		}
	}
}

func TestOneExit_EndsTheLastInstanceOnly(t *testing.T) {
	r := start(t, Options{Shape: "1.9", OneExit: true, Instances: []Properties{nil, nil}})
	r.end()
	got := words(r.lines(), 2)
	if want := "register main=1; init probe.0; init probe.1; exit probe.1; unregister main=1; dlclose main=1"; got != want {
		t.Fatalf("calls:\n%s\nwant:\n%s", got, want)
	}
}

func TestBuild_MissingCompilerIsReported(t *testing.T) {
	t.Setenv("PATH", "")
	t.Setenv("CC", "")
	if _, err := Build(t.TempDir()); !errors.Is(err, ErrNoCompiler) {
		t.Fatal(err)
	}
}

func TestHost_IsCleanUnderSanitizers(t *testing.T) {
	paths, err := build("", exportSets-1, exportSets, "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
	if err != nil {
		t.Skipf("no sanitizers here: %v", err)
	}
	r := start(t, Options{Paths: paths, NoCoroutine: true, Workers: 2, Env: []string{"ASAN_OPTIONS=detect_leaks=0"}})
	for _, tag := range []string{"ok", "once", "error", "log", "stderr", "ok"} {
		r.send(tag, "some data")
	}
	if _, _, err := r.Reload(); err != nil {
		t.Fatal(err)
	}
	r.send("ok", "")
	r.drain()
	if s := r.end().Summary; s.Chunks != 7 {
		t.Fatalf("%+v", s)
	}
}
