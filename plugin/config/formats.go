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

// The defaults of max_payload_bytes.
const (
	// defaultPayload keeps the distance from the limit of 10 MB that Dynatrace's own Logstash
	// output keeps (dynatrace-oss/logstash-output-dynatrace, 9,500,000).
	defaultPayload = 9_500_000
	// defaultOTLPPayload keeps the same distance from the limit of OTLP requests. One page of
	// Dynatrace names 2 MB for them
	// (https://docs.dynatrace.com/managed/dynatrace-api/basics/access-limit), another the 10 MB of
	// the log API: the smaller one is safe.
	defaultOTLPPayload = 1_900_000
)
