package wire

import (
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/telemetry"
)

// Host is what the process around a pipeline gives it.
type Host struct {
	// FluentBit is the version of the Fluent Bit that loaded the plugin, "" if unknown or none.
	FluentBit string
	// Counters and Log get what the stages count and report. A nil Counters counts nothing, a nil
	// Log prints nothing.
	Counters *telemetry.Counters
	Log      *telemetry.Log
	// Now is the clock of mapping and flushing; nil is time.Now.
	Now func() time.Time
}

// Pipeline holds the stages that were built from one configuration, for all flushes of an
// instance. Safe for concurrent use.
type Pipeline struct {
	*Destination
	// Mapping has the options of every Mapper.
	Mapping mapping.Options
	// Facts watches what is known of the place where the process runs.
	Facts *metadata.Source
	// DeadLetter keeps records that the server rejects; nil if none is configured.
	DeadLetter *deadletter.File

	cfg  *config.Config
	host Host
}

// New builds the stages. It opens no connection: a destination that is down is no reason not to
// start. An error is about an option that could not be checked without the others.
func New(cfg *config.Config, host Host) (*Pipeline, error) {
	p := &Pipeline{cfg: cfg, host: host, Mapping: Mapping(cfg, metadata.Hostname())}
	var err error
	if _, err = batch.New(p.Batch()); err != nil { // so that it cannot fail later, in a flush
		return nil, err
	}
	if p.Destination, err = NewDestination(cfg, DestinationOptions{Host: host, Attributes: cfg.AttributesHeader}); err != nil {
		return nil, err
	}
	p.Facts = Facts(cfg, host.Log)
	if cfg.DeadLetter.Path != "" {
		p.DeadLetter = deadletter.New(cfg.DeadLetter, host.Log)
	}
	return p, nil
}

// Batch returns the options of a batch.Builder, with an encoder of its own.
func (p *Pipeline) Batch() batch.Options { return Batch(p.cfg) }

// Close ends requests under way, and closes connections and files. It may be called more than once.
func (p *Pipeline) Close() {
	p.Destination.Close()
	p.Facts.Close()
	if p.DeadLetter != nil {
		_ = p.DeadLetter.Close() // nothing is buffered, so nothing can be lost
	}
}
