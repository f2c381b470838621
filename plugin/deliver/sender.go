package deliver

import (
	"context"

	"out_dynatrace/plugin/batch"
)

// Sender takes one payload towards Dynatrace and returns what became of it. Implementations are
// safe for concurrent use, do not keep or change the payload after they return, and return a
// Verdict whatever happens.
type Sender interface {
	// Send returns no later than the deadline of ctx, or when ctx is cancelled. wait is the
	// permission to sleep before a retry: given on a worker thread of Fluent Bit, never on its
	// engine thread.
	Send(ctx context.Context, payload *batch.Payload, wait bool) Verdict
}
