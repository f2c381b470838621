package plugin

import (
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/encode"
)

// newEncoder makes the encoder of a format.
func newEncoder(f config.Format) encode.Encoder {
	switch f {
	case config.FormatJSONL:
		return new(encode.JSONL)
	case config.FormatOTLP:
		return new(encode.OTLP)
	case config.FormatText:
		return new(encode.Text)
	default:
		return new(encode.JSON)
	}
}
