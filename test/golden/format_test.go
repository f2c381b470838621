package golden

import (
	"testing"

	"out_dynatrace/test/ingest"
)

// TestEveryFormatStoresTheSame delivers each case once more in the other formats.
func TestEveryFormatStoresTheSame(t *testing.T) {
	for _, format := range []string{"jsonl"} {
		for _, g := range allCases(t) {
			t.Run(format+" "+g.name, func(t *testing.T) {
				g.options["format"] = format
				check(t, g.file("stored.json"), g.deliver(t, ingest.Raw))
			})
		}
	}
}
