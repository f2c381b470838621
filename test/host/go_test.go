package host

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// goProbe builds the probe plugin written in Go, or finds it among what was built before: linking
// takes seconds.
var goProbe = sync.OnceValues(func() (string, error) {
	root, err := moduleRoot()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version())
	for _, input := range []string{"testdata/goprobe/main.go", filepath.Join(root, "go.sum")} {
		text, err := os.ReadFile(input)
		if err != nil {
			return "", err
		}
		h.Write(text)
	}
	final := filepath.Join(root, "build", "host", fmt.Sprintf("out_goprobe-%x.so", h.Sum(nil)[:8]))
	if _, err := os.Stat(final); err == nil {
		return final, nil
	}
	so := filepath.Join(builds, "out_goprobe.so")
	cmd := exec.Command("go", "build", "-buildmode=c-shared", "-ldflags=-s -w", "-o", so, "./testdata/goprobe")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return so, copyFile(so, final)
})

// copyFile makes the copy appear atomically: others may make the same copy.
func copyFile(from, to string) error {
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to+".new", text, 0o755)
	}
	if err == nil {
		err = os.Rename(to+".new", to)
	}
	return err
}

func startGo(t *testing.T, o Options) *run {
	t.Helper()
	so, err := goProbe()
	if err != nil {
		t.Fatal(err)
	}
	o.Plugin = so
	if o.Timeout == 0 {
		o.Timeout = 20 * time.Second
	}
	h, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return &run{Host: h, t: t}
}

func TestGoPlugin_RunsInEveryShape(t *testing.T) {
	for _, shape := range Shapes {
		for workers := range 3 {
			r := startGo(t, Options{Shape: shape, Workers: workers, Instances: []Properties{nil, nil}})
			for range 20 {
				if err := r.Send(All, "work", []byte("abc")); err != nil {
					t.Fatal(err)
				}
			}
			r.drain()
			if s := r.end().Summary; s.OK != 40 || s.StackHighWater > 8<<10 {
				t.Errorf("%s, %d workers: %+v", shape, workers, s)
			}
		}
	}
}

func TestGoPlugin_DoesNotRecurseOnTheCoroutineStack(t *testing.T) {
	r := startGo(t, Options{})
	r.send("deep", "x")
	r.drain()
	if s := r.end().Summary; s.OK != 1 || s.StackHighWater == 0 || s.StackHighWater > 8<<10 {
		t.Errorf("%+v", s)
	}
}

func TestGoPlugin_SurvivesReloads(t *testing.T) {
	r := startGo(t, Options{Workers: 2})
	for range 3 {
		r.send("work", "x")
		if _, _, err := r.Reload(); err != nil {
			t.Fatal(err)
		}
	}
	if s := r.end().Summary; s.OK != 3 {
		t.Errorf("%+v", s)
	}
}

func TestGoPlugin_RecoversFromNilUntilSignalsAreReinstalled(t *testing.T) {
	o := Options{Workers: 1, RetryLimit: NoRetries}
	r := startGo(t, o)
	r.send("nil", "x")
	r.drain()
	if report := r.end(); report.Summary.GivenUp != 1 || !strings.Contains(report.Stderr, "recovered: ") {
		t.Errorf("%+v", report)
	}
	for _, early := range []bool{true, false} {
		o.ReinstallSignals = early
		r = startGo(t, o)
		if !early {
			if err := r.ReinstallSignals(); err != nil {
				t.Fatal(err)
			}
		}
		r.send("nil", "x")
		report, err := r.Close()
		if err == nil || report.Signal != syscall.SIGABRT || len(report.Faults) != 1 {
			t.Errorf("early %v: ended with %v: %v", early, report.Signal, err)
		}
	}
}

func TestGoPlugin_ThatKeepsAChunkDies(t *testing.T) {
	r := startGo(t, Options{Workers: 1})
	r.send("keep", "x")
	r.send("use-kept", "x")
	report, err := r.Close()
	if err == nil || report.ExitCode == ExitOK || !strings.Contains(report.Stderr, "unexpected fault address") {
		t.Errorf("ended with %d: %v", report.ExitCode, err)
	}
}

func TestGoPlugin_HangsInADaemon(t *testing.T) {
	so, err := goProbe()
	if err != nil {
		t.Fatal(err)
	}
	r, err := Start(t.Context(), Options{Plugin: so, Workers: 1, Daemon: true, Timeout: time.Second})
	if err == nil { // Init mostly works, since it needs no other thread of the Go runtime; a flush never does
		if err = r.Send(0, "work", []byte("x")); err == nil {
			_, err = r.Close()
		}
	}
	var exit *ExitError
	if !errors.As(err, &exit) || exit.Report.ExitCode != ExitTimeout || len(exit.Report.Hangs) != 1 {
		t.Errorf("%v", err)
	}
}
