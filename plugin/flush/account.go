package flush

import (
	"errors"
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/telemetry"
)

// keptLetter is the size of the buffer for a dead letter that an account keeps between flushes.
const keptLetter = 64 << 10

// account turns what becomes of records into counters, log lines and dead letters. It implements
// Account for one flush at a time.
type account struct {
	deps   *Deps
	cuts   *[record.NumCuts]cutInfo
	size   *bodySize
	packer *packer

	tag    []byte
	letter encode.JSON // of records for the dead letter
	text   []byte      // of one of them
	// rejections are what the server rejected of one chunk, by the kind of its answer.
	rejections []rejection
}

type rejection struct {
	key, message  string
	records, kept int
}

// Accepted counts what was taken away from the records of the payload that was accepted, and logs
// what the operator should know.
func (a *account) Accepted(_ Span, v deliver.Verdict) {
	c, log, p := a.deps.Counters, a.deps.Log, &a.packer.payload
	a.cut(&p.cuts)
	a.cutToFit(p)
	if p.restamped > 0 {
		c.Add(telemetry.RecordsRestamped, uint64(p.restamped))
		log.Sum(telemetry.LevelWarn, "old", uint64(p.restamped),
			"records older than 24 hours, which Dynatrace rejects, are sent with the current time; "+
				"their own is kept in log.original_timestamp (see old_records); records: ")
	}
	switch {
	case v.Rejected > 0:
		log.Sum(telemetry.LevelWarn, v.Key(), uint64(v.Rejected), "%s; records dropped: ", v.Message)
	case v.Message != "":
		log.Warn(v.Key(), "%s", v.Message)
	}
}

// cut counts and logs the cuts of the mapping.
func (a *account) cut(cuts *record.Cuts) {
	for i, n := range cuts {
		if n == 0 {
			continue
		}
		info := &a.cuts[i]
		a.deps.Counters.Add(info.counter, n)
		if info.limit == nil {
			continue
		}
		hint := info.hint
		if hint == "" {
			hint = "Dynatrace would have done the same silently"
		}
		if info.option != "" {
			hint += "; the limit is set by limits and " + info.option
		}
		a.deps.Log.Sum(telemetry.LevelWarn, "cut "+info.what, n, info.what+" (%s): ",
			info.limit(a.deps.Limits), hint)
	}
}

// cutToFit counts and logs what was cut from records that were too large for a payload of their
// own.
func (a *account) cutToFit(p *packed) {
	c, cuts := a.deps.Counters, p.Cuts
	c.Add(telemetry.CutContent, cuts.Content)
	c.Add(telemetry.CutAttributeCount, cuts.Attributes+cuts.Header)
	if cuts.Header > 0 {
		a.deps.Log.Sum(telemetry.LevelWarn, "cut header", cuts.Header,
			"attributes left out for which the header of format text has no room (%d bytes); "+
				"another format, include or exclude helps: ", encode.MaxAttributes)
	}
	if cuts.Content > 0 || cuts.Attributes > 0 {
		a.deps.Log.Warn("cut payload",
			"records larger than max_payload_bytes (%d) allows, or than the server accepts: "+
				"contents cut: %d, attributes left out: %d",
			a.packer.builder.MaxBytes(), cuts.Content, cuts.Attributes)
	}
}

// tooOld counts and logs records that were left out as too old.
func (a *account) tooOld(n int) {
	if n == 0 {
		return
	}
	a.deps.Counters.Add(telemetry.DroppedTooOld, uint64(n))
	a.deps.Log.Sum(telemetry.LevelWarn, "too old", uint64(n),
		"records older than 24 hours, which Dynatrace rejects, are not sent (old_records drop); "+
			"records dropped: ")
}

// dropCounter returns how a record that is dropped for a verdict is counted. The counter's label
// is the reason in the dead letter.
func dropCounter(v deliver.Verdict) telemetry.Counter {
	switch {
	case v.Kind == deliver.TooLarge:
		return telemetry.DroppedTooLarge
	case v.Reason == deliver.ReasonTimeRange:
		return telemetry.DroppedTimeRange
	}
	return telemetry.DroppedRejected
}

// Dropped counts a record that the server rejects for good, and keeps it in the dead letter if
// there is one. The line about it is printed by report.
func (a *account) Dropped(position int, v deliver.Verdict) {
	counter := dropCounter(v)
	kept := 0
	if a.deps.DeadLetter != nil {
		outcome := telemetry.DeadLetterLost
		if a.keep(position, v, counter.LabelValue()) {
			outcome, kept = telemetry.DeadLetterKept, 1
		}
		a.deps.Counters.Add(outcome, 1)
	}
	a.deps.Counters.Add(counter, 1)
	key := v.Key()
	for i := range a.rejections {
		if r := &a.rejections[i]; r.key == key {
			r.records++
			r.kept += kept
			return
		}
	}
	a.rejections = append(a.rejections, rejection{key, v.Message, 1, kept})
}

// keep writes a record to the dead letter as it would have been sent.
func (a *account) keep(position int, v deliver.Verdict, reason string) bool {
	a.text = a.letter.Append(a.text[:0], a.packer.record(position))
	return a.deps.DeadLetter.Keep(&deadletter.Entry{
		Time: a.deps.Now(), Tag: a.tag, Reason: reason,
		Status: v.Status, Message: v.Message, Record: a.text,
	})
}

// Split counts a payload that is sent again in parts, and learns from one that was too large.
func (a *account) Split(span Span, v deliver.Verdict) {
	if v.Kind == deliver.TooLarge {
		a.size.tooLarge(span.Bytes, a.deps.Now())
		a.deps.Log.Warn(v.Key(), "%s; sending it again in smaller parts", v.Message)
	}
	if span.Records > 1 {
		a.deps.Counters.Add(telemetry.PayloadsSplit, 1)
	}
}

// retried is the end of a line about a chunk that comes again.
const retried = "the chunk will be retried as often as Retry_Limit allows"

// Stopped logs why the flush ends before the chunk is settled.
func (a *account) Stopped(span Span, v deliver.Verdict, serverFault bool) {
	log := a.deps.Log
	switch {
	case serverFault && v.Kind == deliver.TooLarge:
		a.size.forget()
		log.Error("not the size",
			"%s; the server rejects a request of %d bytes, too, so the size of the logs is not the cause: "+
				"check `endpoint` and any gateway or proxy before it; %s",
			v.Message, span.Bytes, retried)
	case serverFault:
		log.Error("not the record", "%s; %s", v.Message, retried)
	case v.Kind == deliver.Misconfigured:
		log.Error(v.Key(), "%s; %s", v.Message, retried)
	default:
		log.Warn(v.Key(), "%s; the chunk will be retried", v.Message)
	}
}

// outOfRequests logs that the flush may make no further request.
func (a *account) outOfRequests() {
	a.deps.Log.Warn("budget",
		"finding the records that the server rejects takes more requests than one flush may make; "+
			"the search continues when the chunk is retried")
}

// outOfTime logs that no further request fits into the deadline of the flush.
func (a *account) outOfTime(deadline time.Duration) {
	a.deps.Log.Warn("late", "flush_deadline (%s) ended before the whole chunk was sent; "+
		"the rest follows when the chunk is retried", deadline)
}

// settled counts what was found in a chunk. It is called once the chunk is settled, because a
// chunk that comes again would be counted twice.
func (a *account) settled(bytes int) {
	c, log, p := a.deps.Counters, a.deps.Log, a.packer
	c.Add(telemetry.ChunkBytesIn, uint64(bytes))
	c.Add(telemetry.RecordsIn, uint64(p.end))
	if n := p.malformed; n > 0 {
		c.Add(telemetry.RecordsIn, uint64(n))
		c.Add(telemetry.DroppedNotAnEvent, uint64(n))
		log.Sum(telemetry.LevelWarn, "malformed", uint64(n),
			"objects in a chunk that are not log events and were skipped: ")
	}
	var corrupt *chunk.CorruptError
	if errors.As(p.corrupt, &corrupt) {
		c.Add(telemetry.CorruptBytes, uint64(corrupt.Bytes))
		c.Add(telemetry.DroppedCorruptChunk, 1)
		log.Error("corrupt", "%v; what precedes it is delivered, records: %d", corrupt, p.end)
	}
}

// defect begins a line about a panic: its cause and its place.
const defect = "defect in the plugin, please report it: %v at %s"

// panicked logs a panic.
func (a *account) panicked(cause any, site string) {
	a.deps.Log.Error("panic", defect+"; the chunk will be retried", cause, site)
}

// poison counts and logs a chunk with so many unsettled records that is given up because the
// plugin panicked over it a number of times.
func (a *account) poison(cause any, site string, times int, unsettled uint64) {
	a.deps.Counters.Add(telemetry.DroppedPoison, unsettled)
	a.deps.Log.Sum(telemetry.LevelError, "poison", unsettled,
		defect+"; the chunk caused it %d times and is given up; records dropped: ", cause, site, times)
}

// forgotten counts and logs entries that the ledger had no room for.
func (a *account) forgotten(n int) {
	if n == 0 {
		return
	}
	a.deps.Counters.Add(telemetry.LedgerForgotten, uint64(n))
	a.deps.Log.Warn("ledger",
		"too many partly accepted chunks are waiting for their rest: %d of them are forgotten, "+
			"and what was accepted of them can arrive twice", n)
}

// report logs, once a flush, what was rejected and where it is.
func (a *account) report() {
	for _, r := range a.rejections {
		where := "; dead_letter_file would keep them"
		switch {
		case a.deps.DeadLetter != nil && r.kept == r.records:
			where = "; they are in " + a.deps.DeadLetterFile
		case a.deps.DeadLetter != nil:
			where = "; not all of them are in " + a.deps.DeadLetterFile
		}
		a.deps.Log.Sum(telemetry.LevelError, "rejected "+r.key, uint64(r.records),
			"%s%s; records dropped: ", r.message, where)
	}
	clear(a.rejections)
	a.rejections = a.rejections[:0]
}

// release drops every reference to the chunk, and a buffer that was unusually large.
func (a *account) release() {
	a.tag = nil
	if cap(a.text) > keptLetter {
		a.text = nil
	}
}
