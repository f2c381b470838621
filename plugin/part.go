package plugin

import (
	"math"
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/telemetry"
)

const (
	// maxAge is how old a record may be that Dynatrace takes (page "Log ingestion limits": 24 h).
	maxAge = 24 * time.Hour
	// ageMargin is the least time that is allowed for the way there; a payload can be under way for a whole flush.
	ageMargin = time.Minute
	// strictAge takes the place of maxAge where the server finds records too old that are not so by the clock here.
	strictAge = 12 * time.Hour
)

// ages says which records of a part are old, and what becomes of them.
type ages uint8

const (
	byOption  ages = iota // those over maxAge, by old_records
	strict                // those over strictAge are restamped
	youngOnly             // those over maxAge are passed over
)

// part is a stretch of a chunk: the events from one position up to another, as far as they are not settled. Positions count
// the events of the chunk from 0. A part can be read again as long as the flush lasts.
type part struct {
	start    chunk.Reader // before the event at from
	from, to int
	ages     ages
	// oldest is the second before which a record is old; build sets it.
	oldest int64
	// records and raw are the size of the payload that was sent last of the part: its records, and the bytes of its body.
	records, raw int
	// asked says that it is sent once more, since the server had taken nothing when it refused it.
	asked bool
}

// wholeOf is the part that holds all of a chunk.
func wholeOf(data []byte) part {
	p := part{to: math.MaxInt}
	p.start.Reset(data)
	return p
}

// cutAt returns p in two: what stands before a position of it, and the rest.
func (p part) cutAt(position int) (before, rest part) {
	before, rest = p, p
	before.to, rest.from = position, position
	var ev chunk.Event
	for i := p.from; i < position && rest.start.Next(&ev); i++ {
	}
	return before, rest
}

// build packs the first records of p into the builder, as many as a payload takes. It returns the part that they are, and the
// rest of p behind it. The builder is empty when p has no record left; the rest's reader is at the end of p then.
func (f *flush) build(p part) (built, rest part) {
	f.forgetCuts()
	now := f.in.now()
	p.oldest = f.oldest(p.ages, now)
	r, position := p.start, p.from
	for ; position < p.to && r.Next(&f.event); position++ {
		if f.progress.Settled(position) {
			continue
		}
		f.mapper.Map(&f.event, &f.rec)
		// The age is that of the event, here as in each: a record can say another time of its own.
		if f.event.Time.Known && f.event.Time.Sec < p.oldest && !f.takeOld(p.ages, position, now) {
			continue
		}
		if f.in.cfg.RecordID {
			f.mapper.Identify(&f.rec, f.chunkKey().Hash, position)
		}
		if f.builder.Add(&f.rec) {
			f.cuts.Add(&f.rec.Cuts)
			continue
		}
		if f.event.Time.Known && f.event.Time.Sec < p.oldest {
			f.restamped-- // in the next payload
		}
		return p.cutAt(position)
	}
	built, rest = p, p
	built.to, rest.from, rest.start = position, position, r
	return built, rest
}

// oldest is the second before which a record is old.
func (f *flush) oldest(a ages, now time.Time) int64 {
	switch {
	case a == strict:
		return now.Add(-strictAge).Unix()
	case a == byOption && f.in.cfg.OldRecords == config.OldSend:
		return math.MinInt64
	}
	return now.Add(max(ageMargin, f.in.cfg.FlushDeadline) - maxAge).Unix()
}

// takeOld decides about the old record in hand and tells whether it belongs into the payload.
func (f *flush) takeOld(a ages, position int, now time.Time) bool {
	switch {
	case a == youngOnly:
		return false
	case f.in.cfg.OldRecords == config.OldDrop:
		f.progress.Settle(position)
		f.in.counters.Add(telemetry.DroppedTooOld, 1)
		return false
	}
	f.mapper.Restamp(&f.rec, now.Add(time.Duration(f.restamped))) // a nanosecond each, to keep their order
	f.restamped++
	return true
}

// each calls do for every event of the payload that was built of p, as far as it is not settled, with its position; the event
// is in f.event. It ends when do reports false.
func (f *flush) each(p part, do func(position int) bool) {
	r := p.start
	for i := p.from; i < p.to && r.Next(&f.event); i++ {
		tooOld := p.ages == youngOnly && f.event.Time.Known && f.event.Time.Sec < p.oldest
		if !tooOld && !f.progress.Settled(i) && !do(i) {
			return
		}
	}
}

// halve cuts a payload in two of as many records.
func (f *flush) halve(p part) (left, right part) {
	middle, n := p.to, 0
	f.each(p, func(position int) bool {
		middle = position
		n++
		return n <= p.records/2
	})
	return p.cutAt(middle)
}
