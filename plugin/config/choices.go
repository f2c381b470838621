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

// Old is what happens to records older than Dynatrace accepts.
type Old string

// The ways to handle old records.
const (
	// OldRestamp sends them with the current time and keeps the original in an attribute.
	OldRestamp Old = "restamp"
	// OldDrop counts and drops them.
	OldDrop Old = "drop"
	// OldSend sends them as they are.
	OldSend Old = "send"
)
