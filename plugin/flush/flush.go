package flush

import (
	"context"
	"iter"
	"math"
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
)

const (
	// spareRequests is the number of requests that a flush may make to find the records at fault, in
	// addition to one for each payload. One bad record among n takes about 2*log2(n), some 30 in a
	// large payload; the rest of the search waits for the next flush.
	spareRequests = 200
	// spareOnEngine is the same for a flush on Fluent Bit's engine thread, where every request blocks
	// everything else.
	spareOnEngine = 30
	// panicsPerChunk is how often the plugin may panic over a chunk before the chunk is given up.
	panicsPerChunk = 3
)

// Flusher delivers one chunk at a time: Begin, Run, End. It is not safe for concurrent use. Its
// memory is that of the stages: one record, one payload, and a bit for each record of the chunk.
type Flusher struct {
	shared  *shared
	packer  packer
	account account
	work    Work

	ctx       context.Context
	wait      bool
	tag, data []byte
	key       ChunkKey
	hashed    bool // key is known
	progress  Progress
	sent      bool // something of the chunk was sent in this flush
	requests  int  // that this flush may still make beside the first one for each payload
}

func newFlusher(s *shared) *Flusher {
	f := &Flusher{shared: s}
	f.packer = packer{
		opts: s.opts, now: s.deps.Now, size: &s.size, progress: &f.progress,
		mapper: s.deps.NewMapper(), builder: s.deps.NewBuilder(),
	}
	f.account = account{deps: &s.deps, cuts: &s.cuts, size: &s.size, packer: &f.packer}
	f.work = Work{
		Carrier: f, Account: &f.account, Progress: &f.progress,
		Old: s.opts.OldRecords, Random: s.deps.Random,
	}
	return f
}

// Begin takes a chunk, and what an earlier flush settled of it. Tag and data are borrowed until
// End. wait says whether the flush may sleep to try again.
func (f *Flusher) Begin(ctx context.Context, tag, data []byte, wait bool) {
	f.ctx, f.wait, f.tag, f.data, f.hashed = ctx, wait, tag, data, false
	f.account.tag = tag
	f.progress.Reset()
	if !f.shared.ledger.Empty() {
		f.shared.ledger.Take(f.chunkKey(), &f.progress)
	}
	f.shared.deps.Counters.Add(telemetry.RecordsNotRepeated, uint64(f.progress.Records))
	f.sent, f.requests = false, spareRequests
	if !wait {
		f.requests = spareOnEngine
	}
	var hash uint64
	if f.shared.opts.RecordID {
		hash = f.chunkKey().Hash
	}
	f.packer.begin(tag, data, hash)
	f.work.Begin(math.MaxInt)
}

// Run sends the chunk until it is settled or has to come again.
func (f *Flusher) Run() Outcome {
	// Never OK for a record of which nothing is known.
	if !f.work.Run() || f.packer.end < 0 || f.progress.Records < f.packer.end {
		return OutcomeRetry
	}
	f.account.settled(len(f.data))
	if f.progress.Rejected && !f.progress.Accepted {
		return OutcomeError
	}
	return OutcomeOK
}

// End logs what was rejected, keeps the progress of a chunk that comes again, and drops every
// reference to the chunk.
func (f *Flusher) End(out Outcome) {
	f.account.report()
	if out == OutcomeRetry {
		f.remember()
	}
	f.work.Forget()
	f.packer.release()
	f.account.release()
	f.ctx, f.tag, f.data = nil, nil, nil
}

// recovered handles a panic of Begin, Run or End. Call it from the deferred function that
// recovers. The Flusher must not be used again: its state is unknown.
func (f *Flusher) recovered(cause any) Outcome {
	site := panicSite()
	f.shared.deps.Counters.Add(telemetry.Panics, 1)
	f.account.report()
	if f.progress.Panics++; f.progress.Panics < panicsPerChunk {
		f.remember()
		f.account.panicked(cause, site)
		return OutcomeRetry
	}
	f.account.poison(cause, site, f.progress.Panics, f.unsettled())
	return OutcomeError
}

// Pack makes a payload of the first unsettled records of a span; see Carrier.
func (f *Flusher) Pack(span Span) (built, rest Span, ok bool) {
	// Deferred: what is settled must be counted even if the mapping of a later record panics.
	defer func() { f.account.tooOld(f.packer.payload.dropped) }()
	return f.packer.pack(span)
}

// Send sends the payload that was packed last, unless the requests or the time of the flush do not
// suffice; see Carrier.
func (f *Flusher) Send(_ Span, again bool) (deliver.Verdict, bool) {
	switch {
	case again && f.requests == 0:
		f.account.outOfRequests()
		return deliver.Verdict{}, false
	case f.sent && !f.timeLeft():
		f.account.outOfTime(f.shared.opts.Deadline)
		return deliver.Verdict{}, false
	}
	if again {
		f.requests--
	}
	f.sent = true
	return f.shared.deps.Sender.Send(f.ctx, &f.packer.payload.Payload, f.wait), true
}

// Positions returns the positions of the unsettled records of a span; see Carrier.
func (f *Flusher) Positions(span Span) iter.Seq[int] { return f.packer.positions(span) }

// HasOlder reports whether an unsettled record of a span is older than age; see Carrier.
func (f *Flusher) HasOlder(span Span, age time.Duration) bool {
	return f.packer.hasOlder(span, age)
}

// timeLeft reports whether a request that begins now is likely to end in time: one that is cut off
// can have been accepted, and arrives twice.
func (f *Flusher) timeLeft() bool {
	deadline, ok := f.ctx.Deadline()
	needed := f.shared.deps.AttemptTime
	return !ok || needed == nil || time.Until(deadline) >= needed()
}

// chunkKey returns the key of the chunk. It is computed at the first call: a chunk that is
// accepted as a whole needs none.
func (f *Flusher) chunkKey() ChunkKey {
	if !f.hashed {
		f.key, f.hashed = KeyOf(f.tag, f.data), true
	}
	return f.key
}

// remember keeps the progress for the flush to which the chunk comes again.
func (f *Flusher) remember() {
	f.work.Left()
	if !f.progress.Empty() {
		f.account.forgotten(f.shared.ledger.Put(f.chunkKey(), &f.progress))
	}
}

// unsettled counts the records of the chunk that are not settled, as far as they can be read; at
// least one, so that no chunk is given up without a count.
func (f *Flusher) unsettled() (n uint64) {
	defer func() {
		_ = recover() // the plugin has panicked over this chunk before
		n = max(n, 1)
	}()
	var r chunk.Reader
	var ev chunk.Event
	r.Reset(f.data)
	for i := 0; r.Next(&ev); i++ {
		if !f.progress.Settled(i) {
			n++
		}
	}
	return n
}
