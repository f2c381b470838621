package wire

import (
	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/encode"
)

// NewEncoder returns an encoder of the configured format, for one flush at a time.
func NewEncoder(cfg *config.Config) encode.Encoder {
	switch cfg.Format {
	case config.FormatJSONL:
		return new(encode.JSONL)
	case config.FormatOTLP:
		return new(encode.OTLP)
	case config.FormatText:
		return new(encode.Text)
	default:
		// A OneAgent rejects timestamps with six digits: "One or all logs are out of correct time range."
		return &encode.JSON{Millis: cfg.ToOneAgent()}
	}
}

// Batch returns the options of a batch.Builder, with an encoder of its own.
func Batch(cfg *config.Config) batch.Options {
	o := cfg.Batch
	o.Encoder = NewEncoder(cfg)
	return o
}
