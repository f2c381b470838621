package plugin

import (
	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
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
	case deliver.Rejected:
		if v.Reason == deliver.ReasonTimeRange {
			return f.setAside(p, v)
		}
		return f.bisect(p, v)
	case deliver.Misconfigured:
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
	f.progress.Accept(v.Endpoint)
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
