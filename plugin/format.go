package plugin

import (
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/encode"
)

// newEncoder makes the encoder of the configured format.
func newEncoder(cfg *config.Config) encode.Encoder {
	switch cfg.Format {
	case config.FormatJSONL:
		return new(encode.JSONL)
	case config.FormatOTLP:
		return new(encode.OTLP)
	case config.FormatText:
		return new(encode.Text)
	default:
		// A OneAgent refuses times of six digits with "One or all logs are out of correct time range."
		return &encode.JSON{Millis: cfg.ToOneAgent()}
	}
}
