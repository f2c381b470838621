package house

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// order is the packages from the ground floor to the roof. A package imports only those before it.
var order = []string{
	"plugin/ascii", "plugin/chunk", "plugin/jsonread", "plugin/jsontext", "plugin/telemetry", "plugin/watchfile",
	"plugin/option", "plugin/secret", "plugin/endpoint", "plugin/certificate", "plugin/metadata",
	"plugin/deadletter",
	"plugin/record", "plugin/mapping/source", "plugin/mapping", "plugin/encode", "plugin/batch",
	"plugin/transport", "plugin/deliver", "plugin/flush",
	"plugin/config", "plugin/wire", "plugin",
	"plugin/fluentbit", "", // the library; the commands
}

func TestImports_PointDown(t *testing.T) {
	list := exec.Command("go", "list", "-f", "{{.ImportPath}}{{range .Imports}} {{.}}{{end}}", "./...")
	list.Dir = root
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	const module = "out_dynatrace"
	name := func(path string) string { return strings.TrimPrefix(strings.TrimPrefix(path, module), "/") }
	for line := range strings.Lines(string(out)) {
		paths := strings.Fields(line)
		from := name(paths[0])
		floor := slices.Index(order, from)
		switch {
		case strings.HasPrefix(from, "cmd"):
			floor = len(order)
		case strings.HasPrefix(from, "test/"), strings.HasSuffix(from, "test"),
			strings.HasPrefix(from, "plugin/internal/"): // for tests
			continue
		case floor < 0:
			t.Errorf("%s is new: put it into order", from)
			continue
		}
		for _, path := range paths[1:] {
			to := name(path)
			if !strings.HasPrefix(path, module) {
				continue
			}
			local := from == "cmd/dynatrace-ingest" && to == "test/ingest"
			if i := slices.Index(order, to); !local && (i < 0 || i >= floor) {
				t.Errorf("%s imports %s, which stands above it", from, to)
			}
		}
	}
}
