package main

import (
	"context"
	"fmt"
	"iter"
	"net/http"
	"slices"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/wire"
)

// smallBody is the size of a body, in bytes, that no server rejects for its size.
const smallBody = 1 << 10

// carrier packs and sends the records of one batch, and notes what becomes of each. The rules are
// those of the plugin (flush.Work), with these differences. All of them keep records that the
// plugin, which cannot wait for a person, would give up:
//
//   - a rejection that is certainly not about the records stops the run at once: an unsupported
//     content type (415), and a web page from a server that never answered as the API does;
//   - every bad record is searched for: none is given up because a sample of others was rejected;
//   - a single record that is too large is not cut, because it is finished. It goes to the rest.
//
// Old are the records whose own timestamp is too old, since there is no event time. They are
// always sent first, and given up only if the server rejects them.
type carrier struct {
	sender   deliver.Sender
	log      *telemetry.Log
	now      func() time.Time
	deadline time.Duration // of the attempts to send one request
	maxBytes int           // of a body
	sum      *summary

	work     flush.Work
	progress flush.Progress
	packer   *batch.Builder
	target   int          // the learned size of a body, in bytes
	took     map[int]bool // the endpoints that accepted a record in this run

	ctx     context.Context // of the batch
	items   []item          // of the batch
	record  record.Record
	packed  []int // the positions in the payload
	payload batch.Payload
	drops   []drop
}

// drop counts the records of a batch that were rejected in the same way.
type drop struct {
	reason, message string
	records         int
}

// finished is an encoder of records that are encoded already: the content of a record is its JSON
// object.
type finished struct{ encode.JSON }

// Append implements encode.Encoder.
func (*finished) Append(dst []byte, r *record.Record) []byte { return append(dst, r.Content...) }

// newCarrier returns a carrier for the batches of a run. It counts in sum.
func newCarrier(
	cfg *config.Config, w world, sender deliver.Sender, log *telemetry.Log, sum *summary,
) (*carrier, error) {
	o := wire.Batch(cfg)
	o.Encoder = new(finished)
	packer, err := batch.New(o)
	if err != nil {
		return nil, err
	}
	c := &carrier{
		sender: sender, log: log, now: w.now, deadline: w.deadline, maxBytes: o.MaxBytes, sum: sum,
		packer: packer, target: o.MaxBytes, took: make(map[int]bool),
	}
	c.work = flush.Work{Carrier: c, Account: c, Progress: &c.progress, Old: flush.OldSend}
	return c, nil
}

// deliver sends a batch until each record has an outcome. It reports false if the run has to stop;
// the records without an outcome are left then.
func (c *carrier) deliver(ctx context.Context, items []item) (ok bool) {
	c.ctx, c.items, c.drops = ctx, items, c.drops[:0]
	c.limit(2 * c.target) // in case a limit was temporary; if not, finding it again costs one request
	c.progress.Reset()
	for endpoint := range c.took { // what it accepted earlier in the run counts, too
		c.progress.Accept(endpoint)
	}
	c.progress.Mixed = true // so that no samples are drawn, see above
	c.work.Begin(len(items))
	ok = c.work.Run()
	c.work.Forget()
	for _, d := range c.drops {
		c.log.Warn("rejected "+d.reason, "records rejected: %d: %s", d.records, d.message)
	}
	c.items, c.record.Content, c.payload = nil, nil, batch.Payload{}
	return ok
}

// limit sets the size that a body of more than one record should not exceed.
func (c *carrier) limit(target int) {
	c.target = min(max(target, smallBody), c.maxBytes)
	c.packer.Limit(deadletter.MaxLine, c.target) // a single record may have any size
}

// Pack implements flush.Carrier.
func (c *carrier) Pack(span flush.Span) (packed, rest flush.Span, ok bool) {
	span.OldBefore = c.now().Add(-maxAge).Unix()
	packed, rest = span, span
	rest.From = span.To
	c.packed = c.packed[:0]
	for position := range c.Positions(span) {
		c.record.Content = c.items[position].record
		if !c.packer.Add(&c.record) {
			packed.To, rest.From = position, position
			break
		}
		c.packed = append(c.packed, position)
	}
	c.payload, ok = c.packer.Take()
	packed.Records, packed.Bytes = c.payload.Records, c.payload.RawBytes
	return packed, rest, ok
}

// Send implements flush.Carrier.
func (c *carrier) Send(packed flush.Span, _ bool) (v deliver.Verdict, ok bool) {
	if c.ctx.Err() != nil {
		return v, false
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.deadline)
	defer cancel()
	v = c.sender.Send(ctx, &c.payload, true)
	switch {
	case v.Kind == deliver.Rejected && (v.NotAPI || v.Status == http.StatusUnsupportedMediaType):
		c.Stopped(packed, v, false)
		return v, false
	case v.Kind == deliver.TooLarge && packed.Records == 1 && packed.Bytes > smallBody:
		v.Kind = deliver.Rejected // it cannot be cut
	}
	return v, true
}

// Positions implements flush.Carrier.
func (c *carrier) Positions(span flush.Span) iter.Seq[int] {
	before := span.OldBefore
	if before == 0 {
		before = c.now().Add(-maxAge).Unix()
	}
	return func(yield func(int) bool) {
		for i := span.From; i < span.To; i++ {
			switch {
			case c.progress.Settled(i):
			case span.Age == flush.AgeYoungOnly && isOld(c.items[i].record, before):
			case span.Age == flush.AgeOldOnly && !isOld(c.items[i].record, before):
			case !yield(i):
				return
			}
		}
	}
}

// HasOlder implements flush.Carrier. It matters for records that are restamped when the server
// rejects them; here --restamp does that before.
func (*carrier) HasOlder(flush.Span, time.Duration) bool { return false }

// Accepted implements flush.Account.
func (c *carrier) Accepted(packed flush.Span, v deliver.Verdict) {
	if v.Message != "" {
		c.log.Warn(v.Key(), "%s", v.Message)
	}
	for _, position := range c.packed {
		c.items[position].outcome = accepted
	}
	c.took[v.Endpoint] = true
	missing := min(v.Rejected, len(c.packed))
	c.sum.accepted += len(c.packed) - missing
	if missing == 0 {
		return
	}
	old := slices.DeleteFunc(slices.Clone(c.packed), func(position int) bool {
		return !isOld(c.items[position].record, packed.OldBefore)
	})
	switch missing {
	case len(c.packed):
		c.reject(c.packed, rejected, reasonPartial, v.Status, v.Message)
	case len(old):
		c.reject(old, rejected, reasonTimeRange, v.Status, v.Message)
	default: // nobody knows which ones, so all of them are kept
		message := fmt.Sprintf("%d of %d records sent together were rejected, and the server does not "+
			"say which: sending them again doubles the others. %s", missing, len(c.packed), v.Message)
		c.sum.rejected += missing
		c.reject(c.packed, unclear, reasonPartial, v.Status, message)
	}
}

// Dropped implements flush.Account.
func (c *carrier) Dropped(position int, v deliver.Verdict) {
	c.reject([]int{position}, rejected, reasonOf(v), v.Status, v.Message)
}

// reject settles records that are written to the rest with a reason.
func (c *carrier) reject(positions []int, o outcome, reason string, status int, message string) {
	now := c.now()
	for _, position := range positions {
		c.items[position].settle(o, now, reason, status, message)
	}
	i := slices.IndexFunc(c.drops, func(d drop) bool {
		return d.reason == reason && d.message == message
	})
	if i < 0 {
		i = len(c.drops)
		c.drops = append(c.drops, drop{reason: reason, message: message})
	}
	c.drops[i].records += len(positions)
}

// Split implements flush.Account.
func (c *carrier) Split(span flush.Span, v deliver.Verdict) {
	if v.Kind == deliver.TooLarge {
		c.limit(span.Bytes / 2)
	}
}

// Stopped implements flush.Account.
func (c *carrier) Stopped(span flush.Span, v deliver.Verdict, serverFault bool) {
	why := ""
	if serverFault {
		why = fmt.Sprintf("; so is a request of %d bytes, so this is not about the records: "+
			"check `endpoint` and any gateway or proxy in front of it", span.Bytes)
	}
	c.log.Error(v.Key(), "%s%s; nothing more is sent", v.Message, why)
}
