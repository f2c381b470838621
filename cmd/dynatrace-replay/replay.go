package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzip"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/telemetry"
)

// Reasons of what goes to the rest anew; the labels of the plugin's counter records_dropped.
const (
	reasonRejected  = "rejected"
	reasonTimeRange = "rejected_time_range"
	reasonTooLarge  = "too_large"
	reasonPartial   = "partial_success"
)

// item is one record on its way.
type item struct {
	entry  deadletter.Entry
	raw    []byte // the line it came from
	record []byte // what is sent
}

// replay is one run. It holds one batch of records at a time, each as its line, its record and in
// the body.
type replay struct {
	opts       *options
	sender     deliver.Sender
	log        *telemetry.Log
	now        func() time.Time
	deadline   time.Duration
	maxBytes   int
	maxRecords int
	shortTimes bool         // for a OneAgent
	gzip       *gzip.Writer // nil: bodies are sent as they are
	body       []byte
	wire       bytes.Buffer
	stamp      time.Time // the last one given

	rest    *rest // of the input in hand
	stopped bool  // nothing more is sent
	failed  bool  // something could not be read or written
	sum     summary
	rests   []*rest
}

// summary counts records; broken counts lines.
type summary struct{ sent, accepted, refused, left, skipped, broken int }

func newReplay(cfg *config.Config, o *options, w world, sender deliver.Sender, log *telemetry.Log) *replay {
	r := &replay{
		opts: o, sender: sender, log: log, now: w.now, deadline: w.deadline,
		maxBytes: cfg.Batch.MaxBytes, maxRecords: min(o.batch, cfg.Batch.MaxRecords),
		shortTimes: cfg.ToOneAgent(),
	}
	if cfg.Compress {
		r.gzip, _ = gzip.NewWriterLevel(nil, cfg.Batch.GzipLevel) // the level was checked
	}
	return r
}

// input replays one FILE and finishes its rest, whatever happens.
func (r *replay) input(ctx context.Context, in *input) {
	r.rest = in.rest
	if err := r.read(ctx, in); err != nil {
		r.failed, r.stopped = true, true
		r.log.Error("input "+in.name, "%s: %v; what follows stands in no rest: keep the input", in.name, err)
	}
	if err := in.rest.finish(); err != nil {
		r.failed, r.stopped = true, true
		r.log.Error("rest "+in.name, "%s: %v", in.name, err)
		return
	}
	if in.rest.lines > 0 {
		r.rests = append(r.rests, in.rest)
	}
}

// read sends the records of one input, batch by batch. The error says that the input cannot be
// read on, or the rest not be written.
func (r *replay) read(ctx context.Context, in *input) error {
	reader := deadletter.NewReader(in.in)
	var pending []item
	size := 0
	for {
		e, raw, err := reader.Next()
		if r.stopped = r.stopped || ctx.Err() != nil; r.stopped && len(pending) > 0 {
			if err := r.leave(pending); err != nil {
				return err
			}
			pending, size = pending[:0], 0
		}
		var broken *deadletter.LineError
		switch {
		case errors.As(err, &broken):
			err = r.broken(in, broken, raw)
		case err != nil:
			if sendErr := r.send(ctx, pending); sendErr != nil {
				return sendErr
			}
			if err == io.EOF {
				return nil
			}
			return err
		case !r.opts.wants(e.Reason):
			r.sum.skipped++
			err = r.rest.add(raw)
		case r.stopped:
			r.sum.left++
			err = r.rest.add(raw)
		default:
			next := item{entry: e, raw: bytes.Clone(raw), record: r.prepare(e.Record)}
			if len(pending) == r.maxRecords || len(pending) > 0 && size+len(next.record)+len(",]") > r.maxBytes {
				err = r.send(ctx, pending)
				pending, size = pending[:0], 0
			}
			pending = append(pending, next)
			size += len(next.record) + len(",")
		}
		if err != nil {
			return errors.Join(err, r.leave(pending))
		}
	}
}

// broken keeps a line that holds no record; somebody may mend it.
func (r *replay) broken(in *input, line *deadletter.LineError, raw []byte) error {
	r.sum.broken++
	r.log.Warn("broken "+in.name, "%s: %v", in.name, line)
	if raw == nil {
		r.failed = true
		r.log.Error("long "+in.name, "%s: line %d is too long for the rest too: keep the input", in.name, line.Line)
		return nil
	}
	return r.rest.add(raw)
}

// prepare makes what is sent of a record.
func (r *replay) prepare(record []byte) []byte {
	if r.opts.restamp {
		if now := r.now(); now.After(r.stamp) {
			r.stamp = now
		} else {
			r.stamp = r.stamp.Add(1) // so that the order stays
		}
		record = restamp(record, r.stamp)
	}
	if r.shortTimes {
		record = shorten(record)
	}
	return record
}

// send sends a batch, the first time.
func (r *replay) send(ctx context.Context, items []item) error {
	if len(items) == 0 {
		return nil
	}
	if r.stopped = r.stopped || ctx.Err() != nil; !r.stopped {
		r.sum.sent += len(items)
	}
	return r.settle(ctx, items)
}

// settle sends items until each is accepted, refused or left. The error is that of writing the
// rest.
func (r *replay) settle(ctx context.Context, items []item) error {
	if r.stopped = r.stopped || ctx.Err() != nil; r.stopped {
		return r.leave(items)
	}
	v := r.attempt(ctx, items)
	switch {
	case v.Kind == deliver.Accepted:
		return r.accept(items, v)
	case v.Kind != deliver.Rejected && v.Kind != deliver.TooLarge, v.Status == http.StatusUnsupportedMediaType, v.NotAPI: // no record is at fault
		r.stopped = true
		r.log.Error(v.Key(), "%s; nothing more is sent", v.Message)
		return r.leave(items)
	}
	first, second := r.split(items, v)
	if len(second) == 0 {
		return r.refuse(first, reasonOf(v), v.Status, v.Message)
	}
	if err := r.settle(ctx, first); err != nil {
		return errors.Join(err, r.leave(second))
	}
	return r.settle(ctx, second)
}

// split says how a refused batch is tried again; with nothing in second all of it is refused for
// good. What the server finds too old is told apart by its time, which saves the halving.
func (r *replay) split(items []item, v deliver.Verdict) (first, second []item) {
	if v.Reason == deliver.ReasonTimeRange {
		old, others := r.byAge(items)
		if len(old) > 0 {
			return old, others
		}
	}
	if len(items) == 1 {
		return items, nil
	}
	return items[:len(items)/2], items[len(items)/2:]
}

func (r *replay) byAge(items []item) (old, others []item) {
	now := r.now()
	for _, one := range items {
		if isOld(one.record, now) {
			old = append(old, one)
		} else {
			others = append(others, one)
		}
	}
	return old, others
}

// attempt makes a request of items and sends it, again and again while the moment is to blame.
func (r *replay) attempt(ctx context.Context, items []item) deliver.Verdict {
	frame := new(encode.JSON)
	r.body = frame.Open(r.body[:0])
	for i := range items {
		if i > 0 {
			r.body = frame.Separate(r.body)
		}
		r.body = append(r.body, items[i].record...)
	}
	r.body = frame.Close(r.body)
	p := batch.Payload{Body: r.body, ContentType: frame.ContentType(), RawBytes: len(r.body), Records: len(items)}
	if r.gzip != nil {
		r.wire.Reset()
		r.gzip.Reset(&r.wire)
		_, _ = r.gzip.Write(r.body) // a bytes.Buffer takes every write
		_ = r.gzip.Close()
		p.Body, p.ContentEncoding = r.wire.Bytes(), "gzip"
	}
	ctx, cancel := context.WithTimeout(ctx, r.deadline)
	defer cancel()
	return r.sender.Send(ctx, &p, true)
}

// accept settles a batch that the server took, all of it or most.
func (r *replay) accept(items []item, v deliver.Verdict) error {
	if v.Message != "" {
		r.log.Warn(v.Key(), "%s", v.Message)
	}
	refused := min(v.Rejected, len(items))
	r.sum.accepted += len(items) - refused
	if refused == 0 {
		return nil
	}
	old, _ := r.byAge(items)
	switch {
	case refused == len(items):
		return r.refuse(items, reasonOf(v), v.Status, v.Message)
	case refused == len(old):
		return r.refuse(old, reasonTimeRange, v.Status, v.Message)
	}
	// Which ones is known to nobody, so all of them are kept.
	r.sum.refused += refused
	message := fmt.Sprintf("%d of %d records sent together were refused, and the server does not say which: sending them again doubles the others. %s", refused, len(items), v.Message)
	return r.keep(items, reasonPartial, v.Status, message)
}

// refuse settles records that the server does not take.
func (r *replay) refuse(items []item, reason string, status int, message string) error {
	r.sum.refused += len(items)
	return r.keep(items, reason, status, message)
}

// keep writes records to the rest, as they came but with the new reason.
func (r *replay) keep(items []item, reason string, status int, message string) error {
	r.log.Warn("refused "+reason, "records refused: %d: %s", len(items), message)
	now := r.now()
	for _, one := range items {
		e := one.entry
		e.Time, e.Reason, e.Status, e.Message = now, reason, status, message
		line := e.AppendTo(nil)
		if len(line) > deadletter.MaxLine {
			line = one.raw
		}
		if err := r.rest.add(line); err != nil {
			return err
		}
	}
	return nil
}

// leave writes records that were not sent, or not for sure, to the rest as they came.
func (r *replay) leave(items []item) error {
	r.sum.left += len(items)
	for _, one := range items {
		if err := r.rest.add(one.raw); err != nil {
			return err
		}
	}
	return nil
}

func reasonOf(v deliver.Verdict) string {
	switch {
	case v.Kind == deliver.TooLarge:
		return reasonTooLarge
	case v.Kind == deliver.Accepted:
		return reasonPartial
	case v.Reason == deliver.ReasonTimeRange:
		return reasonTimeRange
	default:
		return reasonRejected
	}
}

// report prints the summary and returns the exit code.
func (r *replay) report(w io.Writer) int {
	s := r.sum
	for _, rest := range r.rests {
		fmt.Fprintf(w, "rest: %s, lines %d: what is still to be done; replay this file, not its input, the next time\n", rest.path, rest.lines)
	}
	fmt.Fprintf(w, "sent %d, accepted %d, refused %d, left %d, skipped by filter %d, broken lines %d\n", s.sent, s.accepted, s.refused, s.left, s.skipped, s.broken)
	if s.refused+s.left+s.broken > 0 || r.failed {
		return exitRest
	}
	return exitAccepted
}
