package plugin

import (
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
)

// smallBody is the size of a body, in bytes, that no server calls too large for its size.
const smallBody = 1 << 10

// divide sends a payload that is too large for the server in smaller ones.
func (f *flush) divide(p part, v deliver.Verdict) bool {
	if p.raw <= smallBody && !f.progress.AcceptedBy(v.Endpoint) {
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
		v = again // of another endpoint, perhaps
	}
	switch {
	case f.progress.AcceptedBy(v.Endpoint):
		f.refuse(p, v)
	case f.doubt == nil:
		f.doubt = &doubt{p, v}
	default:
		return f.notTheRecord(p, v)
	}
	return true
}
