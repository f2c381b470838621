package e2e

import (
	"fmt"
	"slices"
	"testing"

	"out_dynatrace/test/ingest"
)

// The results that Fluent Bit gets for the chunks of a row.
const (
	tellsOK    = "OK"
	tellsRetry = "RETRY, then OK"
	tellsKeep  = "RETRY" // as long as it lasts
	tellsError = "ERROR"
)

// row is a line of the fault matrix: a fault, and what must hold afterwards. Without other fields
// it ships 1,600 lines in four pieces to a server without faults, and none may be lost or arrive
// twice.
type row struct {
	name string
	// told is one of the four.
	told string

	// lost are the lines that do not arrive, and the reason for it.
	lost    []int
	lostWhy string
	// doubled is the number of lines that come twice in the host, where a piece is a chunk. They
	// have equal ids.
	doubled int
	// dead is the number of lost lines that end up in the dead letter file, with this reason; "" is
	// all.
	dead       int
	deadReason string
	// requests is the most that may reach the server; 0 sets no bound.
	requests int
	// refusals are the server's reasons to refuse requests, beside scripted faults.
	refusals []string

	pieces, step int // of lines; 0 is 4 and 400
	dated        bool
	tls          bool
	server       ingest.Options
	options      []string // of the output; they win
	// faults meet one request each; lasting meets every request until a flush has ended with RETRY.
	faults  []ingest.Fault
	lasting *ingest.Fault

	// prepare runs before the agent starts, write instead of writing the pieces, during when
	// everything is written, check when all has ended.
	prepare func(*trial)
	write   func(*trial)
	during  func(*trial)
	check   func(*trial, outcome)
	// mended is the section for a second start, which a real Fluent Bit gets where no mending helps
	// the first.
	mended func(*trial) section
	// more is the number of records beside the lines; also recognizes them.
	more int
	also func(content string) bool
}

// rows returns the matrix in the order of the docs.
func rows() []row {
	return slices.Concat(transientRows(), lostAnswerRows(), misconfiguredRows(), tooLargeRows(), rejectedRows(), oldRows(), hostileRows())
}

// TestFaultMatrix runs each row with one worker and with four, and compares the results with
// docs/delivery.md.
func TestFaultMatrix(t *testing.T) {
	m := newMatrix(rows(), everywhere("5.1.1"), []int{1, 4})
	t.Run("with", func(t *testing.T) {
		for i := range m.rows {
			for _, a := range m.agents {
				for _, workers := range m.workers {
					t.Run(fmt.Sprintf("%s, %s, workers %d", m.rows[i].name, a.name, workers), func(t *testing.T) {
						t.Parallel()
						m.set(cell{i, a.name, workers}, newTrial(t, &m.rows[i], a, workers).do())
					})
				}
			}
		}
	})
	t.Logf("the fault matrix:\n\n%s", m.markdown())
	if t.Failed() || !m.complete() {
		return // nothing to compare: the trial that failed or was left out has said so
	}
	table, err := m.document()
	if err == nil {
		err = checkDocument(deliveryDoc, table, *update)
	}
	if err != nil {
		t.Errorf("%v\nThen run: go test ./test/e2e -run TestFaultMatrix -update", err)
	}
}
