package plugin

import (
	"context"
	"errors"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/telemetry"
)

// flush is the reusable state of one Flush call: the stages and the record in hand.
type flush struct {
	in      *Instance
	reader  chunk.Reader
	event   chunk.Event
	mapper  *record.Mapper
	rec     record.Record
	builder *batch.Builder

	ctx      context.Context
	wait     bool
	sent     bool // a payload of this chunk
	records  uint64
	rejected bool // a payload was refused for good
	dropped  map[telemetry.Counter]uint64
}

func newFlush(in *Instance) *flush {
	builder, err := batch.New(in.batchOptions())
	if err != nil {
		panic(err) // New has tried the same options
	}
	return &flush{in: in, mapper: record.NewMapper(in.mapperOptions()), builder: builder, dropped: make(map[telemetry.Counter]uint64)}
}

// run reads the chunk once and sends a payload whenever one is full. It stops at the first payload that has to wait: the
// whole chunk comes again then.
func (f *flush) run(ctx context.Context, data []byte, wait bool) deliver.Outcome {
	f.ctx, f.wait, f.sent, f.records, f.rejected = ctx, wait, false, 0, false
	f.reader.Reset(data)
	for f.reader.Next(&f.event) {
		f.records++
		f.mapper.Map(&f.event, &f.rec)
		if f.builder.Add(&f.rec) {
			continue
		}
		if !f.send() {
			return deliver.OutcomeRetry
		}
		f.builder.Add(&f.rec) // into an empty body everything fits
	}
	if !f.send() {
		return deliver.OutcomeRetry
	}
	f.account(len(data))
	if f.rejected {
		return deliver.OutcomeError
	}
	return deliver.OutcomeOK
}

// send delivers the records collected so far. It reports false when the chunk has to come again.
func (f *flush) send() bool {
	p, ok := f.builder.Take()
	if !ok {
		return true
	}
	if f.sent && !f.timeLeft() {
		f.in.log.Warn("late", "the time of a flush (flush_deadline, %s) was over before the whole chunk was sent; it will be tried again, and what was sent of it can arrive twice", f.in.cfg.FlushDeadline)
		return false
	}
	f.sent = true
	v := f.in.dest.Send(f.ctx, &p, f.wait)
	return f.settle(v, p.Records)
}

// timeLeft reports whether a request that begins now has a chance to end in time: one that is cut off can have been taken,
// and comes twice.
func (f *flush) timeLeft() bool {
	deadline, ok := f.ctx.Deadline()
	return !ok || time.Until(deadline) >= min(f.in.cfg.RequestTimeout, time.Second)
}

// settle says what a verdict means for the records of a payload.
func (f *flush) settle(v deliver.Verdict, records int) bool {
	in := f.in
	switch v.Kind {
	case deliver.Accepted:
		if v.Message != "" {
			in.log.Warn(v.Key(), "%s", v.Message)
		}
		return true
	case deliver.Moment:
		in.log.Warn(v.Key(), "%s; the chunk will be tried again", v.Message)
		return false
	case deliver.Environment:
		in.log.Error(v.Key(), "%s; the chunk will be tried again as often as Retry_Limit allows", v.Message)
		return false
	}
	counter := telemetry.DroppedRejected
	switch {
	case v.Kind == deliver.TooLarge:
		counter = telemetry.DroppedTooLarge
	case v.Reason == deliver.ReasonTimeRange:
		counter = telemetry.DroppedTimeRange
	}
	f.dropped[counter] += uint64(records)
	in.log.Error(v.Key(), "%s; records dropped: %d", v.Message, records)
	f.rejected = true
	return true
}

// account counts what was found in a chunk, once it is settled: a chunk that comes again would be counted twice.
func (f *flush) account(size int) {
	c, log := f.in.counters, f.in.log
	c.Add(telemetry.ChunkBytesIn, uint64(size))
	c.Add(telemetry.RecordsIn, f.records)
	for counter, n := range f.dropped {
		c.Add(counter, n)
	}
	if n := f.reader.Malformed(); n > 0 {
		c.Add(telemetry.RecordsIn, uint64(n))
		c.Add(telemetry.DroppedNotAnEvent, uint64(n))
		log.Warn("malformed", "objects in a chunk that are no log events and were passed over: %d", n)
	}
	var corrupt *chunk.CorruptError
	if errors.As(f.reader.Err(), &corrupt) {
		c.Add(telemetry.CorruptBytes, uint64(corrupt.Bytes))
		c.Add(telemetry.DroppedCorruptChunk, 1)
		log.Error("corrupt", "%v; what stands before it is delivered, records: %d", corrupt, f.records)
	}
	f.accountCuts()
}

// release drops every reference to the chunk, and buffers that were unusually large.
func (f *flush) release() {
	f.reader.Reset(nil)
	f.event = chunk.Event{}
	f.mapper.TakeCuts()
	f.mapper.Release()
	f.builder.TakeCuts()
	f.builder.Release()
	f.rec.Release()
	clear(f.dropped)
	f.ctx = nil
}
