package wire

import (
	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/metadata"
)

// Pipeline holds the stages that one instance shares among its flushes. Safe for concurrent use.
type Pipeline struct {
	*Destination
	// Engine delivers chunks through the other stages.
	Engine *flush.Engine

	facts      *metadata.Source
	deadLetter *deadletter.File // nil if none is configured
}

// New builds the stages. It opens no connection: a destination that is down does not prevent the
// start. The log line about the start is the caller's, with Address and Credential.
func New(cfg *config.Config, host Host) (*Pipeline, error) {
	if _, err := batch.New(Batch(cfg)); err != nil { // so that it cannot fail later, in a flush
		return nil, err
	}
	destination, err := NewDestination(cfg, DestinationOptions{Host: host})
	if err != nil {
		return nil, err
	}
	p := &Pipeline{Destination: destination, facts: facts(cfg, host.Log)}
	options := mappingOptions(cfg, metadata.Hostname(), host.Now)
	deps := flush.Deps{
		Sender:      p.Destination,
		AttemptTime: p.attemptTime,
		NewMapper: func() flush.Mapper {
			return mapper{mapping.NewMapper(options), p.facts}
		},
		NewBuilder: func() *batch.Builder {
			builder, err := batch.New(Batch(cfg))
			if err != nil {
				panic(err) // the same options worked above
			}
			return builder
		},
		Limits:         cfg.Mapping.Limits,
		DeadLetterFile: cfg.DeadLetter.Path,
		Counters:       host.Counters,
		Log:            host.Log,
		Now:            host.Now,
	}
	if cfg.DeadLetter.Path != "" {
		p.deadLetter = deadletter.New(cfg.DeadLetter, host.Log)
		deps.DeadLetter = p.deadLetter
	}
	p.Engine = flush.New(cfg.Flush, deps)
	return p, nil
}

// Close ends requests in flight, and closes connections and files. It may be called more than once.
func (p *Pipeline) Close() {
	p.Destination.Close()
	p.facts.Close()
	if p.deadLetter != nil {
		_ = p.deadLetter.Close() // nothing is buffered, so nothing can be lost
	}
}
