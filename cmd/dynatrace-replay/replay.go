package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
)

// replay is one run. It holds one batch of records at a time: each one as its line, as its record
// and in the body of a request.
type replay struct {
	opts *options
	log  *telemetry.Log
	now  func() time.Time
	// maxBytes and maxRecords bound a batch, which is what one request takes if nothing is wrong.
	maxBytes, maxRecords int

	carrier    *carrier
	shortTimes bool      // for a OneAgent
	stamp      time.Time // the last timestamp given by --restamp

	rest    *rest // of the current input
	stopped bool  // nothing more is sent
	failed  bool  // something could not be read or written
	sum     summary
	rests   []*rest
}

// newReplay returns a run that has not read anything.
func newReplay(
	cfg *config.Config, o *options, w world, sender deliver.Sender, log *telemetry.Log,
) (*replay, error) {
	r := &replay{
		opts: o, log: log, now: w.now,
		maxBytes: cfg.Batch.MaxBytes, maxRecords: min(o.batch, cfg.Batch.MaxRecords),
		shortTimes: cfg.ToOneAgent(),
	}
	var err error
	if r.carrier, err = newCarrier(cfg, w, sender, log, &r.sum); err != nil {
		return nil, err
	}
	return r, nil
}

// input replays one FILE and finishes its rest, whatever happens.
func (r *replay) input(ctx context.Context, in *input) {
	r.rest = in.rest
	if err := r.read(ctx, in); err != nil {
		r.failed, r.stopped = true, true
		r.log.Error("input "+in.name, "%s: %v; the lines after that are in no rest: keep the input",
			in.name, err)
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

// read sends the records of one input, batch by batch. It returns an error if it cannot go on
// reading the input, or cannot write the rest.
func (r *replay) read(ctx context.Context, in *input) error {
	reader := deadletter.NewReader(in.in)
	var pending []item
	size := 0
	for {
		e, raw, err := reader.Next()
		r.stopped = r.stopped || ctx.Err() != nil
		if r.stopped && len(pending) > 0 {
			if err := r.send(ctx, pending); err != nil {
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
			if errors.Is(err, io.EOF) {
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
			full := len(pending) > 0 && size+len(next.record)+len(",]") > r.maxBytes
			if full || len(pending) == r.maxRecords {
				err = r.send(ctx, pending)
				pending, size = pending[:0], 0
			}
			pending = append(pending, next)
			size += len(next.record) + len(",")
		}
		if err != nil {
			return errors.Join(err, r.write(pending))
		}
	}
}

// broken writes a line that holds no record to the rest: somebody may be able to repair it.
func (r *replay) broken(in *input, line *deadletter.LineError, raw []byte) error {
	r.sum.broken++
	r.log.Warn("broken "+in.name, "%s: %v", in.name, line)
	if raw == nil {
		r.failed = true
		r.log.Error("long "+in.name, "%s: line %d is too long for the rest, too: keep the input",
			in.name, line.Line)
		return nil
	}
	return r.rest.add(raw)
}

// prepare returns the record as it is sent.
func (r *replay) prepare(record []byte) []byte {
	if r.opts.restamp {
		if now := r.now(); now.After(r.stamp) {
			r.stamp = now
		} else {
			r.stamp = r.stamp.Add(1) // a nanosecond, to keep the order
		}
		record = restamp(record, r.stamp)
	}
	if r.shortTimes {
		record = shorten(record)
	}
	return record
}

// send sends a batch, unless the run is stopped, and writes what is left of it to the rest.
func (r *replay) send(ctx context.Context, items []item) error {
	if r.stopped = r.stopped || ctx.Err() != nil; !r.stopped && len(items) > 0 {
		r.sum.sent += len(items)
		r.stopped = !r.carrier.deliver(ctx, items)
	}
	return r.write(items)
}

// write writes the records that were not accepted to the rest, in their order: one that was
// rejected with the new reason, one that was not sent, or not certainly, as it came.
func (r *replay) write(items []item) error {
	for i := range items {
		one := &items[i]
		line := one.raw
		switch one.outcome {
		case accepted:
			continue
		case rejected, unclear:
			if one.outcome == rejected {
				r.sum.rejected++
			}
			if next := one.entry.AppendTo(nil); len(next) <= deadletter.MaxLine {
				line = next
			}
		default:
			r.sum.left++
		}
		if err := r.rest.add(line); err != nil {
			return err
		}
	}
	return nil
}

// report prints the summary and returns the exit code.
func (r *replay) report(w io.Writer) int {
	s := r.sum
	for _, rest := range r.rests {
		fmt.Fprintf(w, "rest: %s, lines %d: what is left to do; next time replay this file, "+
			"not its input\n", rest.path, rest.lines)
	}
	fmt.Fprintf(w, "sent %d, accepted %d, rejected %d, left %d, skipped by filter %d, "+
		"broken lines %d\n", s.sent, s.accepted, s.rejected, s.left, s.skipped, s.broken)
	if s.rejected+s.left+s.broken > 0 || r.failed {
		return exitRest
	}
	return exitAccepted
}
