package plugin

import (
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
)

// keptLetter is the size of buffer for a dead letter that a flush holds on to.
const keptLetter = 64 << 10

// dropReason says how records with a verdict are counted, and called in the dead letter.
func dropReason(v deliver.Verdict) (telemetry.Counter, string) {
	switch {
	case v.Kind == deliver.TooLarge:
		return telemetry.DroppedTooLarge, "too_large"
	case v.Reason == deliver.ReasonTimeRange:
		return telemetry.DroppedTimeRange, "rejected_time_range"
	}
	return telemetry.DroppedRejected, "rejected"
}

// refuse settles what is left of a payload that the server refuses for good: it is counted, told, and kept in the dead letter
// where there is one.
func (f *flush) refuse(p part, v deliver.Verdict) {
	counter, reason := dropReason(v)
	records, kept := 0, 0
	f.each(p, func(position int) bool {
		records++
		f.progress.Settle(position)
		if f.in.letters != nil && f.keep(position, v, reason) {
			kept++
		}
		return true
	})
	if records == 0 {
		return
	}
	f.progress.Refused = true
	f.in.counters.Add(counter, uint64(records))
	if f.in.letters != nil {
		f.in.counters.Add(telemetry.DeadLetterKept, uint64(kept))
		f.in.counters.Add(telemetry.DeadLetterLost, uint64(records-kept))
	}
	f.refusals.add(v, records, kept)
}

// keep writes the event in hand to the dead letter, as the record that it would have been.
func (f *flush) keep(position int, v deliver.Verdict, reason string) bool {
	f.mapper.Map(&f.event, &f.rec)
	if f.in.cfg.RecordID {
		f.mapper.Identify(&f.rec, f.chunkKey().Hash, position)
	}
	f.mapper.Complete(&f.rec)
	f.text = f.letter.Append(f.text[:0], &f.rec)
	return f.in.letters.Keep(&deadletter.Entry{
		Time: f.in.now(), Tag: f.tag, Reason: reason, Status: v.Status, Message: v.Message, Record: f.text,
	})
}

// refusals are what the server refused of one chunk, by the kind of its answer.
type refusals []refusal

type refusal struct {
	key, message  string
	records, kept int
}

func (r *refusals) add(v deliver.Verdict, records, kept int) {
	for i := range *r {
		if one := &(*r)[i]; one.key == v.Key() {
			one.records, one.kept = one.records+records, one.kept+kept
			return
		}
	}
	*r = append(*r, refusal{v.Key(), v.Message, records, kept})
}

// report says once a flush what was refused, and where it is.
func (f *flush) report() {
	for _, r := range f.refusals {
		where := "; dead_letter_file would keep them"
		switch {
		case f.in.letters != nil && r.kept == r.records:
			where = "; they are in " + f.in.cfg.DeadLetter.Path
		case f.in.letters != nil:
			where = "; not all of them are in " + f.in.cfg.DeadLetter.Path
		}
		f.in.log.Sum(telemetry.LevelError, "refused "+r.key, uint64(r.records), "%s%s; records dropped: ", r.message, where)
	}
	f.refusals = f.refusals[:0]
}
