package plugin

import (
	"context"
	"errors"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/telemetry"
)

// flush is the reusable state of one Flush call: the stages, the record in hand, and what has become of the chunk so far.
type flush struct {
	in      *Instance
	event   chunk.Event
	mapper  *mapping.Mapper
	rec     record.Record
	builder *batch.Builder
	letter  encode.JSON // of records for the dead letter
	text    []byte      // of one of them

	ctx       context.Context
	wait      bool
	tag, data []byte
	key       deliver.ChunkKey
	hashed    bool // key is known

	progress  deliver.Progress
	sent      bool // something of the chunk, in this flush
	requests  int  // that this flush may still make
	restamped int  // records of the payload in hand
	doubt     *doubt
	cuts      record.Cuts // of the records in the payload in hand
	refusals  refusals
}

func newFlush(in *Instance) *flush {
	builder, err := batch.New(in.pipeline.Batch())
	if err != nil {
		panic(err) // New has tried the same options
	}
	options := in.mapping
	options.Now = in.now
	return &flush{in: in, mapper: mapping.NewMapper(options), builder: builder}
}

// begin takes a chunk, and what an earlier flush has settled of it.
func (f *flush) begin(ctx context.Context, tag, data []byte, wait bool) {
	f.ctx, f.wait, f.tag, f.data, f.hashed = ctx, wait, tag, data, false
	f.mapper.Begin(mapping.Flush{Tag: tag, Facts: f.in.facts.Facts(), Missing: f.in.facts.Missing})
	f.progress.Reset()
	if !f.in.ledger.Empty() {
		f.in.ledger.Take(f.chunkKey(), &f.progress)
	}
	f.in.counters.Add(telemetry.RecordsNotRepeated, uint64(f.progress.Records))
	f.sent, f.requests, f.doubt = false, spareRequests, nil
	if !wait {
		f.requests = spareOnEngine
	}
	f.limitBodies()
}

// limitBodies gives the builder the sizes that hold for a payload.
func (f *flush) limitBodies() {
	most := f.in.cfg.Batch.MaxBytes
	f.builder.Limit(most, f.in.size.most(most, f.in.now()))
}

// run reads the chunk once and sends a payload whenever one is full. It stops at the first payload that has to wait: the
// chunk comes again then, and the ledger knows what of it is settled.
func (f *flush) run() deliver.Outcome {
	rest := wholeOf(f.data)
	for {
		suspect, known := f.progress.NextSuspect(rest.from)
		var p part
		if known && suspect.From <= rest.from {
			if p, rest = rest.cutAt(suspect.To); !f.resume(p) {
				return deliver.OutcomeRetry
			}
			continue
		}
		next := rest
		if known {
			next.to = suspect.From
		}
		limit := next.to
		p, next = f.build(next)
		rest.from, rest.start = next.from, next.start
		payload, ok := f.builder.Take()
		if !ok && rest.from < limit {
			break
		}
		if !ok {
			continue
		}
		f.requests++
		if !f.deliver(p, &payload) {
			return deliver.OutcomeRetry
		}
	}
	if !f.settleDoubt() || f.progress.Records < rest.from { // never OK for a record of which nothing is known
		return deliver.OutcomeRetry
	}
	f.account(&rest.start, rest.from)
	if f.progress.Refused && !f.progress.Accepted {
		return deliver.OutcomeError
	}
	return deliver.OutcomeOK
}

// chunkKey knows the chunk again. It is computed when it is first asked for: a chunk that is accepted as a whole needs none.
func (f *flush) chunkKey() deliver.ChunkKey {
	if !f.hashed {
		f.key, f.hashed = deliver.KeyOf(f.tag, f.data), true
	}
	return f.key
}

// end says what was refused, remembers what is settled of a chunk that comes again, and lets go of it.
func (f *flush) end(out deliver.Outcome) {
	f.report()
	if out == deliver.OutcomeRetry {
		f.remember()
	}
	f.release()
}

// panicsPerChunk is how often a chunk may make the plugin panic before it is given up.
const panicsPerChunk = 3

// recovered handles a panic of the flush. Call it from the deferred function that recovers.
func (f *flush) recovered(cause any) deliver.Outcome {
	in := f.in
	in.counters.Add(telemetry.Panics, 1)
	f.report()
	if f.progress.Panics++; f.progress.Panics < panicsPerChunk {
		f.remember()
		in.log.Error("panic", "defect in the plugin, please report it: %v at %s; the chunk will be tried again", cause, panicSite())
		return deliver.OutcomeRetry
	}
	site, left := panicSite(), f.unsettled()
	in.counters.Add(telemetry.DroppedPoison, left)
	in.log.Sum(telemetry.LevelError, "poison", left, "defect in the plugin, please report it: %v at %s; the chunk did so %d times and is given up; records dropped: ", cause, site, panicsPerChunk)
	return deliver.OutcomeError
}

// unsettled counts the records of the chunk that are not settled, as far as they can be read; one at the least, so that no chunk is
// given up without a count.
func (f *flush) unsettled() (n uint64) {
	defer func() {
		_ = recover() // the chunk has made the plugin panic before
		n = max(n, 1)
	}()
	f.each(wholeOf(f.data), func(int) bool {
		n++
		return true
	})
	return n
}

// remember leaves what is settled in the ledger, for the flush to which the chunk comes again.
func (f *flush) remember() {
	if f.progress.Empty() {
		return
	}
	if n := f.in.ledger.Put(f.chunkKey(), &f.progress); n > 0 {
		f.in.counters.Add(telemetry.LedgerForgotten, uint64(n))
		f.in.log.Warn("ledger", "too many chunks are accepted in part and wait for their rest: of %d it is forgotten, their accepted part can arrive twice", n)
	}
}

// timeLeft reports whether a request that begins now has a chance to end in time: one that is cut off can have been taken,
// and comes twice.
func (f *flush) timeLeft() bool {
	deadline, ok := f.ctx.Deadline()
	return !ok || time.Until(deadline) >= f.in.dest.Pace.Least(f.in.cfg.Delivery.RequestTimeout)
}

// account counts what was found in a chunk, once it is settled: a chunk that comes again would be counted twice. r stands at
// its end.
func (f *flush) account(r *chunk.Reader, records int) {
	c, log := f.in.counters, f.in.log
	c.Add(telemetry.ChunkBytesIn, uint64(len(f.data)))
	c.Add(telemetry.RecordsIn, uint64(records))
	if n := r.Malformed(); n > 0 {
		c.Add(telemetry.RecordsIn, uint64(n))
		c.Add(telemetry.DroppedNotAnEvent, uint64(n))
		log.Sum(telemetry.LevelWarn, "malformed", uint64(n), "objects in a chunk that are no log events and were passed over: ")
	}
	var corrupt *chunk.CorruptError
	if errors.As(r.Err(), &corrupt) {
		c.Add(telemetry.CorruptBytes, uint64(corrupt.Bytes))
		c.Add(telemetry.DroppedCorruptChunk, 1)
		log.Error("corrupt", "%v; what stands before it is delivered, records: %d", corrupt, records)
	}
}

// release drops every reference to the chunk, and buffers that were unusually large.
func (f *flush) release() {
	f.event = chunk.Event{}
	f.mapper.Release()
	f.builder.Release()
	f.rec.Release()
	if cap(f.text) > keptLetter {
		f.text = nil
	}
	f.ctx, f.tag, f.data = nil, nil, nil
}
