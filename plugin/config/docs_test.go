package config

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"
)

const docsFile = "../../docs/options.md"

var update = flag.Bool("update", false, "write "+docsFile)

func TestDocs_FileIsUpToDate(t *testing.T) {
	if *update {
		if err := os.WriteFile(docsFile, []byte(Docs()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(docsFile)
	if err != nil || !bytes.Equal(got, []byte(Docs())) {
		t.Fatalf("%s differs from the option table, %v. Run: go generate ./plugin/config", docsFile, err)
	}
}

func TestDocs_EveryOptionHasOneRow(t *testing.T) {
	rows := strings.Split(Docs(), "\n")
	for _, o := range Table() {
		n := 0
		for _, row := range rows {
			if strings.HasPrefix(row, "| `"+o.Name+"` |") {
				n++
				if strings.Count(row, " | ") != 4 {
					t.Errorf("another number of cells: %s", row)
				}
			}
		}
		if n != 1 {
			t.Errorf("%s has %d rows", o.Name, n)
		}
	}
}
