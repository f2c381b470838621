package flush

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/telemetry"
)

// rig is an Engine with a server, a clock and a log of the tests.
type rig struct {
	*Engine
	sender   *replaceable
	pace     deliver.Pace
	counters *telemetry.Counters
	log      *telemetry.Log
	letters  *deadletter.File
	now      func() time.Time
	random   func(n int) int
	maps     atomic.Int64 // events that were mapped
}

// replaceable is a Sender that a test may replace.
type replaceable struct{ deliver.Sender }

// settings are what a test asks of a rig. The zero value is the plugin's defaults, without compression.
type settings struct {
	records      int // max_payload_records
	bytes        int // max_payload_bytes
	contentBytes int // max_content_bytes
	old          OldRecords
	id           bool
	letters      string // dead_letter_file
	gzip         bool   // compress gzip
}

func newRig(t *testing.T, set settings, sender deliver.Sender) (*rig, *flushtest.Lines) {
	t.Helper()
	logged := new(flushtest.Lines)
	in := &rig{
		sender: &replaceable{sender}, counters: new(telemetry.Counters),
		log: telemetry.NewLog(logged, nil, 0),
		now: func() time.Time { return flushtest.Clock }, random: rand.IntN,
	}
	now := func() time.Time { return in.now() }
	limits := record.Limits{
		ContentBytes: 10_000_000, AttributeValueBytes: 32_000, AttributeKeyBytes: 100,
		Attributes: 500, ArrayValues: 32, NestingLevels: 5,
	}
	if set.contentBytes > 0 {
		limits.ContentBytes = set.contentBytes
	}
	mapped := mapping.Options{Limits: limits, ContentKeys: []string{"log"}, Now: now}
	batching := batch.Options{MaxBytes: 9_500_000, MaxRecords: 50_000}
	if set.records > 0 {
		batching.MaxRecords = set.records
	}
	if set.gzip {
		batching.GzipLevel = 1
	}
	if set.bytes > 0 {
		batching.MaxBytes = set.bytes
	}
	deps := Deps{
		Sender:      in.sender,
		AttemptTime: func() time.Duration { return in.pace.Least(15 * time.Second) },
		NewMapper:   func() Mapper { return mapper{mapping.NewMapper(mapped), &in.maps} },
		NewBuilder: func() *batch.Builder {
			o := batching
			o.Encoder = new(encode.JSON)
			b, err := batch.New(o)
			if err != nil {
				panic(err)
			}
			return b
		},
		Limits: limits, Counters: in.counters, Log: in.log, Now: now,
		Random: func(n int) int { return in.random(n) },
	}
	if set.letters != "" {
		in.letters = deadletter.New(deadletter.Options{Path: set.letters, MaxBytes: 100_000_000}, in.log)
		deps.DeadLetter, deps.DeadLetterFile = in.letters, set.letters
	}
	if set.old == "" {
		set.old = OldRestamp
	}
	in.Engine = New(Options{Deadline: 25 * time.Second, OldRecords: set.old, RecordID: set.id}, deps)
	t.Cleanup(in.Close)
	return in, logged
}

// mapper is a mapping.Mapper without metadata that counts.
type mapper struct {
	*mapping.Mapper
	maps *atomic.Int64
}

func (m mapper) Begin(tag []byte) { m.Mapper.Begin(mapping.Flush{Tag: tag}) }

func (m mapper) Map(ev *chunk.Event, rec *record.Record) {
	m.maps.Add(1)
	m.Mapper.Map(ev, rec)
}

// Close prints what the log holds back and closes the dead letter.
func (in *rig) Close() {
	in.log.Close()
	if in.letters != nil {
		_ = in.letters.Close()
	}
}

// Flush delivers a chunk on a worker thread.
func (in *rig) Flush(tag, data []byte, onEngineThread bool) Outcome {
	return in.Engine.Flush(context.Background(), tag, data, !onEngineThread)
}

// Counters returns the counters.
func (in *rig) Counters() *telemetry.Counters { return in.counters }

// dropped returns the number of dropped records, for all reasons.
func (in *rig) dropped() (total uint64) {
	for _, s := range in.counters.Snapshot() {
		if s.Name == telemetry.NameRecordsDropped {
			total += s.Total
		}
	}
	return total
}

// inWorld makes a rig that sends to w.
func inWorld(t *testing.T, w *flushtest.World, set settings) (*rig, *flushtest.Lines) {
	return newRig(t, set, w)
}

// instance makes a rig that sends to a server with a script.
func instance(t *testing.T, set settings, script ...func(*batch.Payload) deliver.Verdict) (*rig, *flushtest.Server, *flushtest.Lines) {
	s := &flushtest.Server{Script: script}
	in, log := newRig(t, set, s)
	return in, s, log
}

var tag = []byte("app.log")
