package e2e

import (
	"testing"
)

// Two [OUTPUT] sections share a library, a Go runtime and, in Fluent Bit, even the object that Init
// gets. Nothing of one may reach the other.
func TestInstances_EachShipsToItsServerWithItsToken(t *testing.T) {
	const lines = 4000
	for _, a := range everywhere() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			first, second := newDestination(t), newDestination(t)
			r := a.start(t, setup{outputs: []section{
				output(first, 2, "alias", "first"),
				output(second, 0, "alias", "second"),
			}})
			for from := 1; from < lines; from += 1000 {
				r.write(0, numbered(from, from+999))
				r.write(1, numbered(lines+from, lines+from+999))
			}
			first.awaitStored(t, lines)
			second.awaitStored(t, lines)
			out := r.stop()
			first.wantLinesOnce(t, lines)
			second.wantOnly(t, lines+1, 2*lines)
			for _, d := range []*destination{first, second} {
				if refused := d.Stats().RejectedRequests; len(refused) != 0 {
					t.Errorf("a server refused requests: %v", refused)
				}
			}
			if !a.real() && !a.shape.HasAPI() {
				return // Fluent Bit 1.x has no log for plugins
			}
			for _, l := range with(out.lines, "", saysStart) {
				if want := map[string]string{"first": first.url, "second": second.url}[l.instance]; len(with([]logLine{l}, "", want)) != 1 || want == "" {
					t.Errorf("instance %q says %q", l.instance, l.message)
				}
			}
			for _, l := range with(out.lines, "warn", saysWorkers) {
				if l.instance != "second" {
					t.Errorf("instance %q says that it has no workers", l.instance)
				}
			}
			wantLines(t, out.lines, "info", saysStart, 2)
			wantLines(t, out.lines, "info", saysStop, 2)
		})
	}
}
