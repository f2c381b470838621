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
	// samples is how many records, drawn by chance from a payload both halves of which were refused, are sent alone. When all of them
	// are refused, too, the others are taken to be like them. A payload with as many good records as bad ones is misjudged so
	// once in 65,000 times.
	samples = 16
	// leastBody is the size of a body, in bytes, below which a record that is still too large is given up.
	leastBody = 1 << 10
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
		f.in.log.Warn("budget", "more records are refused than can be told from the others in one flush; it goes on when the chunk comes again")
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
		f.in.log.Warn("old", "records older than 24 hours, which Dynatrace refuses, were sent with the current time: %d; their own is in log.original_timestamp (see old_records)", f.restamped)
	}
	if v.Message != "" {
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
	f.in.size.refused(p.raw, f.in.now())
	f.limitBodies()
	f.in.log.Warn(v.Key(), "%s; it is sent again in smaller parts", v.Message)
	if p.records == 1 {
		return f.shrink(p, v)
	}
	f.in.counters.Add(telemetry.PayloadsSplit, 1)
	if f.in.size.most(p.raw, f.in.now()) < p.raw {
		return f.again(p)
	}
	left, right := f.halve(p) // the size is not what the server objects to
	return f.again(left) && f.again(right)
}

// shrink cuts a record that is too large alone until the server takes it.
func (f *flush) shrink(p part, v deliver.Verdict) bool {
	defer f.limitBodies()
	for size := p.raw * 3 / 4; size >= leastBody; size = size * 3 / 4 {
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
	f.refuse(p, v)
	return true
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

// bisect finds the records of a refused payload that are to blame, by sending its halves.
func (f *flush) bisect(p part, v deliver.Verdict) bool {
	if p.records == 1 {
		f.refuse(p, v)
		return true
	}
	f.in.counters.Add(telemetry.PayloadsSplit, 1)
	type half struct {
		part
		v deliver.Verdict
	}
	var refused []half
	left, right := f.halve(p)
	for _, side := range []part{left, right} {
		sent, v, ok := f.ask(side)
		switch {
		case !ok:
			return false
		case v.Kind == deliver.Data:
			refused = append(refused, half{sent, v})
		case !f.settle(sent, v):
			return false
		}
	}
	if len(refused) == 2 && p.records > samples {
		all, ok := f.allRefused(p)
		if !ok {
			return false
		}
		if all {
			f.refuse(p, v)
			return true
		}
	}
	for _, h := range refused {
		if !f.settle(h.part, h.v) {
			return false
		}
	}
	return f.again(p) // a half that did not fit one payload
}

// allRefused sends some records of p alone, to recognise a payload of which the server would refuse every single one: without
// that it would be split into as many requests as it has records. It reports false as the second value when the chunk has to come again.
func (f *flush) allRefused(p part) (all, ok bool) {
	positions := make([]int, 0, p.records)
	f.each(p, func(position int) bool {
		positions = append(positions, position)
		return true
	})
	for i := range min(samples, len(positions)) {
		other := i + f.in.random(len(positions)-i)
		positions[i], positions[other] = positions[other], positions[i]
		_, single := p.cutAt(positions[i])
		single.to = positions[i] + 1
		sent, v, ok := f.ask(single)
		if !ok {
			return false, false
		}
		if v.Kind != deliver.Data {
			return false, f.settle(sent, v)
		}
		f.refuse(sent, v)
	}
	return true, true
}

// ask sends the records of p in one payload and returns what was sent, and the verdict.
func (f *flush) ask(p part) (part, deliver.Verdict, bool) {
	f.builder.Limit(f.in.cfg.MaxPayloadBytes, f.in.cfg.MaxPayloadBytes)
	defer f.limitBodies()
	built, _ := f.build(p)
	payload, ok := f.builder.Take()
	if !ok { // nothing is left of it
		return built, deliver.Verdict{Kind: deliver.Accepted}, true
	}
	v, ok := f.send(&built, &payload)
	return built, v, ok
}
