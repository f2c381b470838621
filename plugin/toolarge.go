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
		return f.notTheSize(p, v)
	}
	return true
}

// doubt is a record that the server calls too large at any size, before it took anything of the chunk. The server is one endpoint: what
// another one took proves nothing about it.
type doubt struct {
	part
	v deliver.Verdict
}

// settleDoubt gives the record up if the server took others since: then it is the record. If not, it is not about the size.
func (f *flush) settleDoubt() bool {
	switch {
	case f.doubt == nil:
		return true
	case !f.progress.AcceptedBy(f.doubt.v.Endpoint):
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
