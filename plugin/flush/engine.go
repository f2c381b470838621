package flush

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"out_dynatrace/plugin/telemetry"
)

// Engine delivers chunks. It holds what all flushes of an instance share: the ledger, the learned
// body size, and a pool of Flushers. It is safe for concurrent use. Its memory is the ledger, see
// Ledger, and one Flusher for each concurrent Flush.
type Engine struct {
	shared   shared
	flushers sync.Pool
}

// New returns an Engine.
func New(opts Options, deps Deps) *Engine {
	if deps.Now == nil {
		deps.Now = time.Now
	}
	if deps.Random == nil {
		deps.Random = rand.IntN
	}
	e := &Engine{shared: shared{opts: opts, deps: deps, cuts: cutInfos()}}
	e.flushers.New = func() any { return newFlusher(&e.shared) }
	return e
}

// Flush delivers one chunk and returns the answer to Fluent Bit. Tag and data are borrowed:
// nothing of them is kept when Flush returns. wait says whether the flush may sleep to try again:
// it may on a worker thread, it must not on Fluent Bit's engine thread.
//
// It takes at most Options.Deadline, plus the time that the processor needs for the chunk. What is
// accepted of a chunk is not sent again when the chunk comes again. A panic becomes OutcomeRetry,
// and OutcomeError when the plugin panics over the same chunk for the third time.
func (e *Engine) Flush(ctx context.Context, tag, data []byte, wait bool) (out Outcome) {
	defer func() { e.count(out) }()
	f := e.flushers.Get().(*Flusher)
	defer func() {
		if cause := recover(); cause != nil {
			out = f.recovered(cause)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, e.shared.opts.Deadline)
	defer cancel()
	f.Begin(ctx, tag, data, wait)
	out = f.Run()
	f.End(out)
	e.flushers.Put(f)
	return out
}

func (e *Engine) count(out Outcome) {
	counter := telemetry.FlushesError
	switch out {
	case OutcomeOK:
		counter = telemetry.FlushesOK
	case OutcomeRetry:
		counter = telemetry.FlushesRetry
	}
	e.shared.deps.Counters.Add(counter, 1)
}
