// Package plugin is one [OUTPUT] instance: it wires the stages that a chunk passes on its way to Dynatrace.
//
//	chunk.Reader -> mapping.Mapper -> encode.Encoder -> batch.Builder -> deliver.Sender
//
// It knows nothing of C: package main calls it with plain byte slices.
package plugin

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/wire"
)

// Instance is one [OUTPUT] section. Flush may be called by any number of threads at once. Its memory beside idle
// connections is one flush per concurrent call.
type Instance struct {
	cfg      *config.Config
	pipeline *wire.Pipeline
	dest     *wire.Destination
	counters *telemetry.Counters
	log      *telemetry.Log
	now      func() time.Time
	random   func(n int) int // from 0 to n-1
	flushes  sync.Pool
	ledger   deliver.Ledger
	size     bodySize
	letters  *deadletter.File // nil where there is none
	mapping  mapping.Options
	facts    *metadata.Source

	// ctx ends with Close, and with it every request under way.
	ctx    context.Context
	cancel context.CancelFunc

	saidWorkers atomic.Bool
}

// New makes an instance of a checked configuration and says in one line where it will send. It opens no connection: a
// destination that is down is no reason to refuse to start. fluentBit is the version of Fluent Bit, "" where it is not known.
func New(cfg *config.Config, fluentBit string, logger telemetry.Logger) (*Instance, error) {
	in := &Instance{cfg: cfg, counters: new(telemetry.Counters), now: time.Now, random: rand.IntN}
	in.log = telemetry.NewLog(logger, in.now, telemetry.DefaultInterval)
	in.ctx, in.cancel = context.WithCancel(context.Background())
	pipeline, err := wire.New(cfg, wire.Host{FluentBit: fluentBit, Counters: in.counters, Log: in.log})
	if err != nil {
		in.cancel()
		return nil, err
	}
	in.pipeline, in.dest, in.mapping, in.facts, in.letters = pipeline, pipeline.Destination, pipeline.Mapping, pipeline.Facts, pipeline.DeadLetter
	in.flushes.New = func() any { return newFlush(in) }
	for _, w := range cfg.Warnings {
		in.log.Warn("config: "+w.String(), "%s", w)
	}
	version := wire.Version
	if fluentBit != "" {
		version += " in Fluent Bit " + fluentBit
	}
	in.log.Info("start", "version %s sends to %s, token %s, format %s", version, in.dest.Address, in.dest.Credential, cfg.Format)
	return in, nil
}

// Flush delivers one chunk. Both slices are borrowed: nothing of them is kept when Flush returns. onEngineThread says that
// Fluent Bit's own engine is waiting for the answer, so that there is to be no sleeping.
//
// It takes no longer than flush_deadline, beyond what the processor needs for the chunk. What is accepted of a chunk is not sent
// again when the chunk comes again. A panic becomes OutcomeRetry, and OutcomeError when the same chunk panics for the third time.
func (in *Instance) Flush(tag, data []byte, onEngineThread bool) (out deliver.Outcome) {
	defer func() { in.count(out) }()
	f := in.flushes.Get().(*flush)
	defer func() {
		if cause := recover(); cause != nil {
			out = f.recovered(cause) // it is not used again: its state is unknown
		}
	}()
	if onEngineThread && in.saidWorkers.CompareAndSwap(false, true) {
		in.log.Warn("workers", "this output has no worker thread of its own, so every request stops the whole of Fluent Bit while it lasts: add \"workers 1\" (or more) to the [OUTPUT] section")
	}
	ctx, cancel := context.WithTimeout(in.ctx, in.cfg.FlushDeadline)
	defer cancel()
	f.begin(ctx, tag, data, !onEngineThread)
	out = f.run()
	f.end(out)
	in.flushes.Put(f)
	return out
}

// Close ends what is under way, closes connections and prints what the log still holds back. No Flush may begin after it.
func (in *Instance) Close() {
	in.cancel()
	in.pipeline.Close()
	c := in.counters
	in.log.Info("stop", "stopped: records delivered %d, dropped %d; requests accepted %d; chunks given back to try again %d; bytes left out %d",
		c.Get(telemetry.RecordsAccepted), in.dropped(), c.Get(telemetry.RequestsAccepted), c.Get(telemetry.FlushesRetry), c.Get(telemetry.BytesLeftOut))
	in.log.Close()
}

// Counters are the instance's counters, for tests and for metrics.
func (in *Instance) Counters() *telemetry.Counters { return in.counters }

func (in *Instance) count(out deliver.Outcome) {
	counter := telemetry.FlushesError
	switch out {
	case deliver.OutcomeOK:
		counter = telemetry.FlushesOK
	case deliver.OutcomeRetry:
		counter = telemetry.FlushesRetry
	}
	in.counters.Add(counter, 1)
}

// dropped sums the drops of all reasons.
func (in *Instance) dropped() (total uint64) {
	for _, s := range in.counters.Snapshot() {
		if s.Name == telemetry.NameRecordsDropped {
			total += s.Total
		}
	}
	return total
}
