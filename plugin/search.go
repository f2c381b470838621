package plugin

import (
	"time"

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
)

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
		return f.refuseOne(p, v)
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
		case v.Kind == deliver.Rejected:
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
		if all && !refused[0].v.NotAPI {
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
		if v.Kind != deliver.Rejected || v.Reason != reason {
			f.progress.Mixed = v.Kind != deliver.Transient && v.Kind != deliver.Misconfigured
			return false, f.settle(sent, v)
		}
		if !v.NotAPI {
			f.progress.Samples++
		}
		if !f.refuseOne(sent, v) {
			return false, false
		}
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
