package plugin

import (
	"context"
	"sync/atomic"
	"time"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/wire"
)

// Instance is one [OUTPUT] section. Flush may be called by any number of threads at once. Besides
// idle connections and the ledger, its memory is one flush.Flusher for each concurrent call.
type Instance struct {
	pipeline *wire.Pipeline
	engine   *flush.Engine
	counters *telemetry.Counters
	log      *telemetry.Log
	now      func() time.Time

	// ctx ends with Close, and with it every request in flight.
	ctx    context.Context
	cancel context.CancelFunc

	warnedWorkers atomic.Bool
}

// New makes an instance of a checked configuration and logs in one line where it will send. It
// opens no connection: a destination that is down is no reason to refuse to start. fluentBit is
// the version of Fluent Bit, "" if it is not known.
func New(cfg *config.Config, fluentBit string, logger telemetry.Logger) (*Instance, error) {
	in := &Instance{counters: new(telemetry.Counters), now: time.Now}
	in.log = telemetry.NewLog(logger, in.now, telemetry.DefaultInterval)
	var err error
	in.pipeline, err = wire.New(cfg, wire.Host{
		FluentBit: fluentBit, Counters: in.counters, Log: in.log,
		Now: func() time.Time { return in.now() },
	})
	if err != nil {
		return nil, err
	}
	in.engine = in.pipeline.Engine
	in.ctx, in.cancel = context.WithCancel(context.Background())
	for _, w := range cfg.Warnings {
		in.log.Warn("config: "+w.String(), "%s", w)
	}
	version := wire.Version
	if fluentBit != "" {
		version += " in Fluent Bit " + fluentBit
	}
	in.log.Info("start", "version %s sends to %s, token %s, format %s",
		version, in.pipeline.Address, in.pipeline.Credential, cfg.Format)
	return in, nil
}

// Flush delivers one chunk; see flush.Engine. Both slices are borrowed: nothing of them is kept
// when Flush returns. onEngineThread says that Fluent Bit's own engine is waiting for the answer,
// so that the flush must not sleep.
func (in *Instance) Flush(tag, data []byte, onEngineThread bool) flush.Outcome {
	if onEngineThread && in.warnedWorkers.CompareAndSwap(false, true) {
		in.log.Warn("workers", "this output has no worker thread of its own, so every request blocks "+
			"the whole of Fluent Bit while it lasts: add \"workers 1\" (or more) to the [OUTPUT] section")
	}
	return in.engine.Flush(in.ctx, tag, data, !onEngineThread)
}

// Close ends requests in flight, closes connections and prints what the log still holds back. No
// Flush may begin after it.
func (in *Instance) Close() {
	in.cancel()
	in.pipeline.Close()
	c := in.counters
	in.log.Info("stop", "stopped: records delivered %d, dropped %d; requests accepted %d; "+
		"chunks given back to retry %d; bytes left out %d, repeated %d",
		c.Get(telemetry.RecordsAccepted), in.dropped(), c.Get(telemetry.RequestsAccepted),
		c.Get(telemetry.FlushesRetry), c.Get(telemetry.BytesLeftOut),
		c.Get(telemetry.BytesRepeated))
	in.log.Close()
}

// Counters returns the instance's counters, for tests and for metrics.
func (in *Instance) Counters() *telemetry.Counters { return in.counters }

// dropped returns the number of dropped records, for all reasons.
func (in *Instance) dropped() (total uint64) {
	for _, s := range in.counters.Snapshot() {
		if s.Name == telemetry.NameRecordsDropped {
			total += s.Total
		}
	}
	return total
}
