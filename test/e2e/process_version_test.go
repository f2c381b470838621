package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"out_dynatrace/plugin/wire"
	"out_dynatrace/test/host"
	"out_dynatrace/test/ingest"
)

// The first line of the log names them too: from version 2.1 on, also after a reload.
func TestUserAgent_NamesThePluginAndFluentBit(t *testing.T) {
	const lines = 100
	for _, a := range everywhere(host.Shapes...) {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := newDestination(t)
			var mu sync.Mutex
			var agents []string
			d.ScriptFunc(func(_ int, r *http.Request) *ingest.Fault {
				mu.Lock()
				defer mu.Unlock()
				agents = append(agents, r.UserAgent())
				return nil
			})
			r := a.start(t, to(d, 1))
			r.write(0, numbered(1, lines))
			d.awaitStored(t, lines)
			starts := 1
			if !a.real() { // a real one can crash from it, with any Go output that has workers
				r.reload()
				r.write(0, numbered(lines+1, 2*lines))
				d.awaitStored(t, 2*lines)
				starts = 2
			}
			out := r.stop()
			agent, first := "fluent-bit-output-dynatrace/"+wire.Version, "version "+wire.Version
			if version := a.version(t); version != "" {
				agent += " fluent-bit/" + version
				first += " in Fluent Bit " + version
			}
			if other := slices.DeleteFunc(slices.Compact(agents), func(s string) bool { return s == agent }); len(agents) == 0 || len(other) > 0 {
				t.Errorf("the requests came from %q, want all %d from %q", other, len(agents), agent)
			}
			wantLines(t, out.lines, "info", first+" sends to ", starts)
		})
	}
}

// version returns the version that the agent passes to plugins, "" if it passes none.
func (a agent) version(t *testing.T) string {
	t.Helper()
	if !a.real() {
		if a.shape.TellsVersion() {
			return string(a.shape)
		}
		return ""
	}
	out, err := fluentBitVersionText()
	if err != nil {
		t.Fatal(err)
	}
	if !a.since(t, 2, 1) {
		return ""
	}
	first, _, _ := strings.Cut(out, "\n")
	var version string
	if _, err := fmt.Sscanf(first, "Fluent Bit v%s", &version); err != nil {
		t.Fatalf("%s --version says %q: %v", fluentBit, first, err)
	}
	return version
}
