package e2e

import (
	"fmt"
	"os/exec"
	"sync"
	"testing"
)

// fluentBitVersionText is what the real Fluent Bit prints for --version.
var fluentBitVersionText = sync.OnceValues(func() (string, error) {
	out, err := exec.Command(fluentBit, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("%s --version: %w", fluentBit, err)
	}
	return string(out), nil
})

// fluentBitVersion is the major and minor version of the real Fluent Bit.
var fluentBitVersion = sync.OnceValues(func() (v [2]int, err error) {
	out, err := fluentBitVersionText()
	if err != nil {
		return v, err
	}
	if _, err := fmt.Sscanf(out, "Fluent Bit v%d.%d", &v[0], &v[1]); err != nil {
		return v, fmt.Errorf("%s --version says %q: %w", fluentBit, out, err)
	}
	return v, nil
})

// since reports whether the agent has this version or a later one. The host counts as the newest:
// it is sent the newest version's chunks.
func (a agent) since(t *testing.T, major, minor int) bool {
	t.Helper()
	if !a.real() {
		return true
	}
	v, err := fluentBitVersion()
	if err != nil {
		t.Fatal(err)
	}
	return v[0] > major || v[0] == major && v[1] >= minor
}
