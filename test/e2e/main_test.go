package e2e

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// patience bounds every wait for something that should happen soon. It is long because the machine
// may be busy.
const patience = 120 * time.Second

// library is the .so under test.
var library string

// fluentBit is the path of the real Fluent Bit that FLUENT_BIT names, or "". One in PATH is not
// used: a program that happens to be installed must not change what `make test` means.
var fluentBit string

// update makes a test write what it otherwise compares.
var update = flag.Bool("update", false, "write the fault matrix into "+deliveryDoc)

// TestMain builds the library first, so that a stale one is never what was tested.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := prepare(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func prepare() (err error) {
	if library = os.Getenv("OUT_DYNATRACE"); library == "" {
		root, err := filepath.Abs(filepath.Join("..", ".."))
		if err != nil {
			return err
		}
		if out, err := exec.Command("make", "-C", root, "build").CombinedOutput(); err != nil {
			return fmt.Errorf("make build: %w\n%s", err, out)
		}
		library = filepath.Join(root, "build", "out_dynatrace.so")
	}
	if library, err = filepath.Abs(library); err != nil {
		return err
	}
	if _, err := os.Stat(library); err != nil {
		return fmt.Errorf("the library under test: %w", err)
	}
	if fluentBit = os.Getenv("FLUENT_BIT"); fluentBit != "" {
		if fluentBit, err = exec.LookPath(fluentBit); err != nil {
			return fmt.Errorf("FLUENT_BIT: %w", err)
		}
		fluentBit, err = filepath.Abs(fluentBit)
	}
	return err
}

// TestFluentBit_TookPart logs which real Fluent Bit the tests used, and is skipped when there was
// none.
func TestFluentBit_TookPart(t *testing.T) {
	if fluentBit == "" {
		t.Skip("everything ran in the test host only; FLUENT_BIT=/path/to/fluent-bit adds a real Fluent Bit")
	}
	out, err := exec.Command(fluentBit, "--version").CombinedOutput()
	if err != nil {
		t.Fatalf("%s --version: %v\n%s", fluentBit, err, out)
	}
	t.Logf("%s: %s", fluentBit, out)
}

// await waits until the condition holds.
func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	awaitWithin(t, patience, what, condition)
}

func awaitWithin(t *testing.T, limit time.Duration, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain for %s", limit, what)
		}
	}
}
