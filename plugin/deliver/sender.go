package deliver

import (
	"context"

	"out_dynatrace/plugin/batch"
)

// Sender takes one payload towards Dynatrace and says what became of it. Implementations are safe for concurrent use, do
// not keep or change the payload after they return, and return a Verdict whatever happens.
type Sender interface {
	// Send returns at the latest when the deadline of ctx is over, or ctx is cancelled. wait says whether it may sleep to
	// try again: it may on a worker thread of Fluent Bit, it must not on its engine thread.
	Send(ctx context.Context, payload *batch.Payload, wait bool) Verdict
}
