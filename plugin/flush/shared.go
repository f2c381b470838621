package flush

import "out_dynatrace/plugin/record"

// shared is what all flushes of an Engine share. It is safe for concurrent use.
type shared struct {
	opts   Options
	deps   Deps
	cuts   [record.NumCuts]cutInfo
	ledger Ledger
	size   bodySize
}

// Outcome is the answer to Fluent Bit about a chunk. The numbers are its own
// (include/fluent-bit/flb_output.h).
type Outcome int

const (
	// OutcomeError gives the chunk up.
	OutcomeError Outcome = 0
	// OutcomeOK is done with the chunk.
	OutcomeOK Outcome = 1
	// OutcomeRetry asks for the chunk again later, within Retry_Limit.
	OutcomeRetry Outcome = 2
)
