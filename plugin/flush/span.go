package flush

import "time"

// Range is a stretch of positions, To excluded. Positions count the items that are sent from 0:
// the events of a chunk, or whatever else a Carrier packs.
type Range struct{ From, To int }

// Span is a Range of items that are sent together, how they are to be sent, and what is known of
// the payload that was packed of them last. It holds positions only, no data.
type Span struct {
	Range
	// Age says what becomes of the old records of the span.
	Age AgePolicy
	// Limit is the most bytes of a body, before compression; a record that is larger is cut to it. 0
	// leaves it to the limits that hold for every payload.
	Limit int
	// AskedAgain is true for a record that is sent once more because the endpoint had accepted
	// nothing when it rejected the record for the first time.
	AskedAgain bool

	// OldBefore is the second (Unix time) before which a record was old when the span was packed.
	OldBefore int64
	// Records and Bytes are the size of the payload: its records, and its body before compression.
	Records, Bytes int
}

// AgePolicy says which records of a span are old, and what becomes of them.
type AgePolicy uint8

const (
	// AgeByOption treats records older than Dynatrace accepts as Options.OldRecords says.
	AgeByOption AgePolicy = iota
	// AgeStrict restamps records older than 12 hours: for a server whose clock is ahead.
	AgeStrict
	// AgeYoungOnly leaves the old records out of the payload and out of what becomes of it.
	AgeYoungOnly
	// AgeOldOnly is the rest that AgeYoungOnly leaves.
	AgeOldOnly
)

// OldRecords is the option old_records: what happens to records older than 24 hours.
type OldRecords string

const (
	// OldRestamp sends them with the current time and keeps theirs in an attribute. The default.
	OldRestamp OldRecords = "restamp"
	// OldDrop counts them and leaves them out.
	OldDrop OldRecords = "drop"
	// OldSend sends them as they are.
	OldSend OldRecords = "send"
)

const (
	// maxAge is the age from which on Dynatrace rejects a record (page "Log ingestion limits": 24 h).
	maxAge = 24 * time.Hour
	// ageMargin is the least time that is allowed for the way to the server. A payload can take as
	// long as a whole flush.
	ageMargin = time.Minute
	// strictAge replaces maxAge where the server finds records too old that are not so by our clock.
	strictAge = 12 * time.Hour
)
