package flush

import (
	"iter"
	"math"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// packer makes payloads of the spans of one chunk at a time. It reads the chunk once, front to
// back, and goes back only where records are sent again. A record that did not fit into a payload
// is the first of the next one without being mapped again.
type packer struct {
	opts     Options
	now      func() time.Time
	size     *bodySize
	progress *Progress
	mapper   Mapper
	builder  *batch.Builder

	reader   chunk.Reader
	marks    []chunk.Reader // before every markEvery-th event that was read
	event    chunk.Event    // at position, if inHand
	position int            // of the event that was read last, or of the end; -1 before the first one
	inHand   bool
	end      int // the number of events, once the end was read; -1 before
	// malformed and corrupt are what the reader found by then; it may have gone back since.
	malformed int
	corrupt   error

	rec      record.Record
	mapped   int // the position of the record in rec until it is added to a payload; -1: none
	mappedBy AgePolicy
	hash     uint64 // of the chunk, for Options.RecordID

	payload packed
}

// packed is a payload with what was taken away from just its records.
type packed struct {
	batch.Payload
	// cuts are the cuts of the mapping. Those of the Builder are part of the Payload.
	cuts record.Cuts
	// restamped is the number of records that were given another time.
	restamped int
	// dropped is the number of records that were left out and settled as too old.
	dropped int
}

// markEvery is the number of events from one mark to the next. Going back to an event means
// reading fewer than that.
const markEvery = 1024

// begin starts a chunk. hash is the chunk's, and needed with Options.RecordID only.
func (p *packer) begin(tag, data []byte, hash uint64) {
	p.mapper.Begin(tag)
	p.reader.Reset(data)
	p.marks = append(p.marks[:0], p.reader)
	p.position, p.inHand, p.end, p.mapped = -1, false, -1, -1
	p.malformed, p.corrupt = 0, nil
	p.hash = hash
}

// release drops every reference to the chunk and its tag.
func (p *packer) release() {
	p.mapper.Release()
	p.builder.Release()
	p.rec.Release()
	p.reader.Reset(nil)
	clear(p.marks)
	p.event, p.payload, p.corrupt = chunk.Event{}, packed{}, nil
}

// read puts the event at a position in hand. It reports false if the chunk ends before.
func (p *packer) read(position int) bool {
	if p.inHand && position == p.position {
		return true
	}
	if p.end >= 0 && position >= p.end {
		return false
	}
	if position <= p.position {
		mark := position / markEvery
		p.reader, p.position, p.inHand = p.marks[mark], mark*markEvery-1, false
	}
	for p.position < position {
		if next := p.position + 1; next%markEvery == 0 && next/markEvery == len(p.marks) {
			p.marks = append(p.marks, p.reader)
		}
		p.position++
		if p.inHand = p.reader.Next(&p.event); !p.inHand {
			p.end = p.position
			p.malformed, p.corrupt = p.reader.Malformed(), p.reader.Err()
			return false
		}
	}
	return true
}

// pack makes a payload of the first unsettled records of a span.
func (p *packer) pack(span Span) (built, rest Span, ok bool) {
	now := p.now()
	span.OldBefore = p.oldBefore(span.Age, now)
	p.limit(span, now)
	p.payload = packed{}
	rest = span
	for ; rest.From < span.To && p.read(rest.From); rest.From++ {
		if p.progress.Settled(rest.From) {
			continue
		}
		isOld := p.isOld(span)
		if isOld && !p.wantsOld(span.Age, rest.From) {
			continue
		}
		p.mapAt(rest.From, span.Age, isOld, now)
		if !p.builder.Add(&p.rec) {
			break
		}
		p.mapped = -1
		p.payload.cuts.Add(&p.rec.Cuts)
		if p.rec.Restamped {
			p.payload.restamped++
		}
	}
	span.To = rest.From
	p.payload.Payload, ok = p.builder.Take()
	span.Records, span.Bytes = p.payload.Records, p.payload.RawBytes
	return span, rest, ok
}

// mapAt maps the event in hand, unless its record is there already: it did not fit into the
// payload before.
func (p *packer) mapAt(position int, age AgePolicy, isOld bool, now time.Time) {
	if p.mapped == position && p.mappedBy == age {
		return
	}
	p.mapper.Map(&p.event, &p.rec)
	if isOld {
		// A nanosecond each, to keep their order.
		p.mapper.Restamp(&p.rec, now.Add(time.Duration(p.payload.restamped)))
	}
	if p.opts.RecordID {
		p.mapper.Identify(&p.rec, p.hash, position)
	}
	p.mapped, p.mappedBy = position, age
}

// limit sets the size of the payload to come.
func (p *packer) limit(span Span, now time.Time) {
	if span.Limit > 0 {
		p.builder.Limit(span.Limit, span.Limit)
		return
	}
	most := p.builder.MaxBytes()
	p.builder.Limit(most, p.size.most(most, now))
}

// oldBefore returns the second before which a record is old.
func (p *packer) oldBefore(age AgePolicy, now time.Time) int64 {
	switch {
	case age == AgeStrict:
		return now.Add(-strictAge).Unix()
	case age == AgeByOption && p.opts.OldRecords == OldSend:
		return math.MinInt64
	}
	return now.Add(max(ageMargin, p.opts.Deadline) - maxAge).Unix()
}

// isOld reports whether the event in hand is old. Its age is that of the event: a record can claim
// another time in its fields.
func (p *packer) isOld(span Span) bool {
	return p.event.Time.Known && p.event.Time.Sec < span.OldBefore
}

// wantsOld reports whether the old event in hand belongs in the payload. One that is to be dropped
// is settled.
func (p *packer) wantsOld(age AgePolicy, position int) bool {
	switch {
	case age == AgeYoungOnly:
		return false
	case p.opts.OldRecords == OldDrop:
		p.progress.Settle(position)
		p.payload.dropped++
		return false
	}
	return true
}

// positions returns the positions of the unsettled records of a span.
func (p *packer) positions(span Span) iter.Seq[int] {
	return func(yield func(int) bool) {
		if span.OldBefore == 0 {
			span.OldBefore = p.oldBefore(span.Age, p.now())
		}
		byAge := span.Age == AgeYoungOnly || span.Age == AgeOldOnly
		for i := span.From; i < span.To; i++ {
			if p.progress.Settled(i) || byAge && !(p.read(i) && p.isOld(span) == (span.Age == AgeOldOnly)) {
				continue
			}
			if !yield(i) {
				return
			}
		}
	}
}

// hasOlder reports whether an unsettled record of a span is older than age.
func (p *packer) hasOlder(span Span, age time.Duration) bool {
	older := Span{OldBefore: p.now().Add(-age).Unix()}
	for position := range p.positions(span) {
		if p.read(position) && p.isOld(older) {
			return true
		}
	}
	return false
}

// record returns the record at a position as it stands on its own.
func (p *packer) record(position int) *record.Record {
	p.mapped = -1
	if p.read(position) {
		p.mapper.Map(&p.event, &p.rec)
		if p.opts.RecordID {
			p.mapper.Identify(&p.rec, p.hash, position)
		}
		p.mapper.Complete(&p.rec)
	}
	return &p.rec
}
