package deliver

// Outcome is what Fluent Bit is told about a chunk. The numbers are its own
// (include/fluent-bit/flb_output.h).
type Outcome int

const (
	// OutcomeError gives the chunk up.
	OutcomeError Outcome = 0
	// OutcomeOK is done with the chunk.
	OutcomeOK Outcome = 1
	// OutcomeRetry asks to get the chunk again later, within the retry_limit.
	OutcomeRetry Outcome = 2
)
