package wire

import (
	"os"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/telemetry"
)

// Batch returns the options of a batch.Builder, with an encoder of its own.
func Batch(cfg *config.Config) batch.Options {
	o := cfg.Batch
	o.Encoder = encoder(cfg)
	return o
}

// encoder returns an encoder of the configured format, for one flush at a time.
func encoder(cfg *config.Config) encode.Encoder {
	switch cfg.Format {
	case config.FormatJSONL:
		return new(encode.JSONL)
	case config.FormatOTLP:
		return new(encode.OTLP)
	case config.FormatText:
		return new(encode.Text)
	default:
		// A OneAgent rejects timestamps with six digits:
		// "One or all logs are out of correct time range."
		return &encode.JSON{Millis: cfg.ToOneAgent()}
	}
}

// mappingOptions returns the options of every Mapper on the machine of that name.
func mappingOptions(cfg *config.Config, hostname string, now func() time.Time) mapping.Options {
	o := cfg.Mapping
	o.Now = now
	o.Machine = hostname
	if o.Sources.Has(source.Host) {
		o.Hostname = hostname
	}
	return o
}

// facts starts to watch what is known of the place where this process runs.
func facts(cfg *config.Config, log *telemetry.Log) *metadata.Source {
	o := cfg.Metadata
	o.Log = log
	if cfg.ECSMetadata && cfg.Mapping.Sources.Has(source.ECS) {
		o.TaskURI = os.Getenv("ECS_CONTAINER_METADATA_URI_V4")
	}
	return metadata.New(o)
}

// mapper is a Mapper that starts each chunk with the current facts.
type mapper struct {
	*mapping.Mapper
	facts *metadata.Source
}

// Begin implements flush.Mapper.
func (m mapper) Begin(tag []byte) {
	m.Mapper.Begin(mapping.Flush{Tag: tag, Facts: m.facts.Facts(), Missing: m.facts.Missing})
}
