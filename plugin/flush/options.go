package flush

import (
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/telemetry"
)

// Options are the settings of the engine.
type Options struct {
	// Deadline bounds one flush with all its requests; 25 s by default (flush_deadline). A record is
	// treated as old this much before Dynatrace finds it too old, and at least a minute before.
	Deadline time.Duration
	// OldRecords says what happens to records older than 24 hours; OldRestamp by default.
	OldRecords OldRecords
	// RecordID gives each record an id that is the same on every attempt; off by default.
	RecordID bool
}

// Deps are what the engine works with. All fields are required unless noted.
type Deps struct {
	// Sender takes payloads to the server. It is shared by all flushes.
	Sender deliver.Sender
	// AttemptTime returns the time that a request needs to make sense: one that is cut off can have
	// been accepted, and arrives twice. Nil is no time at all.
	AttemptTime func() time.Duration
	// NewMapper and NewBuilder make the stages of one Flusher.
	NewMapper  func() Mapper
	NewBuilder func() *batch.Builder
	// Limits are those of the Mapper, for log lines.
	Limits record.Limits
	// DeadLetter keeps the records that the server rejects for good, and DeadLetterFile is its path
	// for log lines. A nil DeadLetter keeps none.
	DeadLetter     DeadLetter
	DeadLetterFile string
	// Counters and Log get what happens.
	Counters *telemetry.Counters
	Log      *telemetry.Log
	// Now is the clock; nil is time.Now. Random returns a random number from 0 to n-1; nil is
	// math/rand/v2.IntN.
	Now    func() time.Time
	Random func(n int) int
}

// Mapper maps events to records. It is used by one flush at a time.
type Mapper interface {
	// Begin starts a chunk with a tag, which is borrowed until Release.
	Begin(tag []byte)
	// Map fills rec with the record of an event. It is good until the next call.
	Map(ev *chunk.Event, rec *record.Record)
	// Restamp gives the record that was mapped last another time.
	Restamp(rec *record.Record, now time.Time)
	// Identify gives it an id made of the hash of its chunk and its position there.
	Identify(rec *record.Record, hash uint64, position int)
	// Complete adds what a record shares with others, and what travels in a header, to the record
	// itself, so that it can stand on its own.
	Complete(rec *record.Record)
	// Release drops every reference to the chunk and the tag.
	Release()
}

// DeadLetter keeps records. It is safe for concurrent use.
type DeadLetter interface {
	// Keep reports whether the record was kept. It borrows what the entry refers to.
	Keep(entry *deadletter.Entry) bool
}
