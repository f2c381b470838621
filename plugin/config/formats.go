package config

// Format is an encoding of records.
type Format string

// The formats.
const (
	// FormatJSON is an array of records, application/json.
	FormatJSON Format = "json"
	// FormatJSONL is one record per line, application/x-ndjson.
	FormatJSONL Format = "jsonl"
	// FormatOTLP is OpenTelemetry's protocol, application/x-protobuf, to a path of its own.
	FormatOTLP Format = "otlp"
	// FormatText is one record per request, text/plain with the attributes in X-Dynatrace-Attr.
	FormatText Format = "text"
)
