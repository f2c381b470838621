package wire

import (
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/metadata"
)

// Engine returns an engine that delivers chunks through the pipeline.
func (p *Pipeline) Engine() *flush.Engine {
	deps := flush.Deps{
		Sender:      p.Destination,
		AttemptTime: func() time.Duration { return p.Pace.Least(p.cfg.Delivery.RequestTimeout) },
		NewMapper:   p.newMapper,
		NewBuilder: func() *batch.Builder {
			b, err := batch.New(p.Batch())
			if err != nil {
				panic(err) // New has tried the same options
			}
			return b
		},
		Limits:         p.Mapping.Limits,
		DeadLetterFile: p.cfg.DeadLetter.Path,
		Counters:       p.host.Counters,
		Log:            p.host.Log,
		Now:            p.host.Now,
	}
	if p.DeadLetter != nil {
		deps.DeadLetter = p.DeadLetter
	}
	return flush.New(p.cfg.Flush, deps)
}

// mapper is a Mapper that begins each chunk with what is known of its surroundings.
type mapper struct {
	*mapping.Mapper
	facts *metadata.Source
}

func (p *Pipeline) newMapper() flush.Mapper {
	opts := p.Mapping
	opts.Now = p.host.Now
	return mapper{mapping.NewMapper(opts), p.Facts}
}

// Begin starts a chunk.
func (m mapper) Begin(tag []byte) {
	m.Mapper.Begin(mapping.Flush{Tag: tag, Facts: m.facts.Facts(), Missing: m.facts.Missing})
}
