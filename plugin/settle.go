package plugin

import (
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
)

const (
	// spareRequests is how many requests a flush may make beside one for each payload, to find the records that are to blame.
	// One bad record among n takes about 2*log2(n), some 30 in a large payload; what goes beyond waits for the next flush.
	spareRequests = 200
	// spareOnEngine is the same for a flush on Fluent Bit's engine thread, where every request holds up everything else.
	spareOnEngine = 30
	// samples is how many records of a chunk, drawn by chance where both halves of a payload were refused, are sent alone. When all
	// of them are refused, too, the others of the payload are taken to be like them; after the first that is not no more are
	// drawn in this chunk. With one good record in ten, one chunk in 850 is misjudged so; with one in twenty, one in 27.
	samples = 64
	// smallBody is the size of a body, in bytes, that no server calls too large for its size.
	smallBody = 1 << 10
)

// deliver sends the payload that was built of p, and settles it. It reports false when the chunk has to come again.
func (f *flush) deliver(p part, payload *batch.Payload) bool {
	v, ok := f.send(&p, payload)
	return ok && f.settle(p, v)
}

// send sends the payload that was built of p, and notes its size in p. It reports false when the request has to wait for
// another flush.
func (f *flush) send(p *part, payload *batch.Payload) (deliver.Verdict, bool) {
	p.records, p.raw = payload.Records, payload.RawBytes
	switch {
	case f.requests == 0:
		f.in.log.Warn("budget", "the search for what the server refuses takes more requests than a flush may make; it goes on when the chunk comes again")
		return deliver.Verdict{}, false
	case f.sent && !f.timeLeft():
		f.in.log.Warn("late", "the time of a flush (flush_deadline, %s) was over before the whole chunk was sent; the rest follows when the chunk comes again", f.in.cfg.FlushDeadline)
		return deliver.Verdict{}, false
	}
	f.requests--
	f.sent = true
	return f.in.dest.Send(f.ctx, payload, f.wait), true
}

// settle says what a verdict means for the records of a payload, and goes on with parts of it where that is the answer. It
// reports false when the chunk has to come again.
func (f *flush) settle(p part, v deliver.Verdict) bool {
	switch v.Kind {
	case deliver.Accepted:
		f.accept(p, v)
		return true
	case deliver.TooLarge:
		return f.divide(p, v)
	case deliver.Data:
		if v.Reason == deliver.ReasonTimeRange {
			return f.setAside(p, v)
		}
		return f.bisect(p, v)
	case deliver.Environment:
		f.in.log.Error(v.Key(), "%s; the chunk will be tried again as often as Retry_Limit allows", v.Message)
	default:
		f.in.log.Warn(v.Key(), "%s; the chunk will be tried again", v.Message)
	}
	return false
}

// accept settles the records of a payload that the server took.
func (f *flush) accept(p part, v deliver.Verdict) {
	if p.records == 0 {
		return
	}
	f.progress.Accepted = true
	f.each(p, func(position int) bool {
		f.progress.Settle(position)
		return true
	})
	f.accountCuts()
	if f.restamped > 0 {
		f.in.counters.Add(telemetry.RecordsRestamped, uint64(f.restamped))
		f.in.log.Sum(telemetry.LevelWarn, "old", uint64(f.restamped), "records older than 24 hours, which Dynatrace refuses, are sent with the current time, and theirs is kept in log.original_timestamp (see old_records); records: ")
	}
	switch {
	case v.Rejected > 0:
		f.in.log.Sum(telemetry.LevelWarn, v.Key(), uint64(v.Rejected), "%s; records dropped: ", v.Message)
	case v.Message != "":
		f.in.log.Warn(v.Key(), "%s", v.Message)
	}
}

// again sends the records of p anew, in as many payloads as it takes.
func (f *flush) again(p part) bool {
	for {
		built, rest := f.build(p)
		payload, ok := f.builder.Take()
		if !ok {
			return true
		}
		if !f.deliver(built, &payload) {
			return false
		}
		p = rest
	}
}

// divide sends a payload that is too large for the server in smaller ones.
func (f *flush) divide(p part, v deliver.Verdict) bool {
	if p.raw <= smallBody && !f.progress.Accepted {
		return f.notTheSize(p, v)
	}
	now := f.in.now()
	f.in.size.refused(p.raw, now)
	f.limitBodies()
	f.in.log.Warn(v.Key(), "%s; it is sent again in smaller parts", v.Message)
	if p.records == 1 {
		return f.shrink(p, v)
	}
	f.in.counters.Add(telemetry.PayloadsSplit, 1)
	if f.in.size.most(p.raw, now) < p.raw {
		return f.again(p)
	}
	left, right := f.halve(p) // the size is not what the server objects to
	return f.again(left) && f.again(right)
}

// shrink cuts a record that is too large alone until the server takes it.
func (f *flush) shrink(p part, v deliver.Verdict) bool {
	defer f.limitBodies()
	for size := p.raw * 3 / 4; size >= smallBody; size = size * 3 / 4 {
		f.builder.Limit(size, size)
		built, _ := f.build(p)
		payload, ok := f.builder.Take()
		if !ok {
			return true
		}
		again, ok := f.send(&built, &payload)
		if !ok {
			return false
		}
		if again.Kind != deliver.TooLarge {
			return f.settle(built, again)
		}
	}
	switch {
	case f.progress.Accepted:
		f.refuse(p, v)
	case f.doubt == nil:
		f.doubt = &doubt{p, v}
	default:
		return f.notTheSize(p, v)
	}
	return true
}

// doubt is a record that the server calls too large at any size, before it took anything of the chunk.
type doubt struct {
	part
	v deliver.Verdict
}

// settleDoubt gives the record up if the server took others since: then it is the record. If not, it is not about the size.
func (f *flush) settleDoubt() bool {
	switch {
	case f.doubt == nil:
		return true
	case !f.progress.Accepted:
		return f.notTheSize(f.doubt.part, f.doubt.v)
	}
	f.refuse(f.doubt.part, f.doubt.v)
	return true
}

// notTheSize says that a server which takes nothing at all has no objection to the size.
func (f *flush) notTheSize(p part, v deliver.Verdict) bool {
	f.in.size.forget()
	f.in.log.Error("not the size", "%s; so is a request of %d bytes: this is not about the logs, check `endpoint` and any gateway or proxy before it; the chunk will be tried again as often as Retry_Limit allows", v.Message, p.raw)
	return false
}

// setAside deals with a payload that holds records too old for the server.
func (f *flush) setAside(p part, v deliver.Verdict) bool {
	switch old := f.in.cfg.OldRecords; {
	case p.ages != byOption:
	case old == config.OldRestamp && f.hasOlder(p, strictAge): // too old by the server's clock, if not by ours
		p.ages = strict
		return f.again(p)
	case old == config.OldSend:
		young := p
		young.ages = youngOnly
		if !f.again(young) {
			return false
		}
		f.refuse(p, v) // what is left of it
		return true
	}
	return f.bisect(p, v)
}

// hasOlder tells whether p has a record of more than an age.
func (f *flush) hasOlder(p part, age time.Duration) (found bool) {
	oldest := f.in.now().Add(-age).Unix()
	f.each(p, func(int) bool {
		found = f.event.Time.Known && f.event.Time.Sec < oldest
		return !found
	})
	return found
}

// resume goes on with a part that an earlier flush found to hold records that are refused.
func (f *flush) resume(p part) bool {
	f.each(p, func(int) bool {
		p.records++
		return true
	})
	if p.records > 1 {
		return f.bisect(p, deliver.Verdict{})
	}
	return f.again(p)
}

// half is a half of a refused payload that is refused, too.
type half struct {
	part
	v deliver.Verdict
}

// bisect finds the records of a refused payload that are to blame, by sending its halves. What it finds out stays known when the
// flush ends before it is through.
func (f *flush) bisect(p part, v deliver.Verdict) bool {
	if p.records == 1 {
		f.refuse(p, v)
		return true
	}
	f.in.counters.Add(telemetry.PayloadsSplit, 1)
	f.progress.Suspect(p.from, p.to)
	var refused []half
	left, right := f.halve(p)
	for _, side := range []part{left, right} {
		sent, v, ok := f.ask(side)
		switch {
		case !ok:
			return false
		case v.Kind == deliver.Data:
			f.progress.Suspect(sent.from, sent.to)
			refused = append(refused, half{sent, v})
		case !f.settle(sent, v):
			return false
		}
	}
	if len(refused) == 2 && p.records > samples && !f.progress.Mixed && sameReason(v, refused[0].v, refused[1].v) {
		all, ok := f.allRefused(p, refused[0].v.Reason)
		if !ok {
			return false
		}
		if all {
			f.refuse(p, refused[0].v)
			return true
		}
	}
	for _, h := range refused {
		if !f.settle(h.part, h.v) {
			return false
		}
	}
	return true
}

// sameReason tells whether a payload and its halves were refused for one reason that is known to hold for the whole. Records that
// are too old have a remedy, which setAside must have tried before.
func sameReason(whole, left, right deliver.Verdict) bool {
	return left.Reason == right.Reason && (left.Reason == whole.Reason || whole.Reason == "" && left.Reason != deliver.ReasonTimeRange)
}

// allRefused sends some records of p alone, to recognise a payload of which the server would refuse every single one: without
// that it would be split into as many requests as it has records. It reports false as the second value when the chunk has to come again.
func (f *flush) allRefused(p part, reason deliver.Reason) (all, ok bool) {
	positions := make([]int, 0, p.records)
	f.each(p, func(position int) bool {
		positions = append(positions, position)
		return true
	})
	for i := 0; i < len(positions) && f.progress.Samples < samples; i++ {
		other := i + f.in.random(len(positions)-i)
		positions[i], positions[other] = positions[other], positions[i]
		_, single := p.cutAt(positions[i])
		single.to = positions[i] + 1
		sent, v, ok := f.ask(single)
		if !ok {
			return false, false
		}
		if v.Kind != deliver.Data || v.Reason != reason {
			f.progress.Mixed = v.Kind != deliver.Moment && v.Kind != deliver.Environment
			return false, f.settle(sent, v)
		}
		f.progress.Samples++
		f.refuse(sent, v)
	}
	f.progress.Samples = 0
	return true, true
}

// ask sends the records of p in one payload and returns what was sent, and the verdict. They are part of a payload that was sent
// before, so all of them fit; should some not, they stay for the next flush.
func (f *flush) ask(p part) (part, deliver.Verdict, bool) {
	built, _ := f.build(p)
	payload, ok := f.builder.Take()
	if !ok { // nothing is left of it
		return built, deliver.Verdict{Kind: deliver.Accepted}, true
	}
	v, ok := f.send(&built, &payload)
	return built, v, ok
}
