package source

// The trace source reads trace ids and span ids.

// NamedRank is the rank of a field that has the same name as the attribute. A lower rank takes
// precedence. Fields with rank KeptRank or higher stay in the record, in addition to the id that
// was read from them.
const (
	NamedRank = 2
	KeptRank  = 16
)

// Ranks between those two, and above.
const (
	camelRank = iota + NamedRank + 1
	dottedRank
	libraryRank
	contextRank // of maps in which loggers keep the context of a line
)

const (
	oneAgentRank = iota + KeptRank
	parentRank
	googleRank
	scopeRank // of maps in arrays, which are sent as JSON text
)

var traceFields = append([]Field{
	{Key: "trace_id", Use: TraceID, Rank: NamedRank},
	{Key: "traceId", Use: TraceID, Rank: camelRank},
	{Key: "trace.id", Use: TraceID, Rank: dottedRank},
	{Key: "trace-id", Use: TraceID, Rank: dottedRank},
	{Key: "dt.trace_id", Use: TraceID, Rank: oneAgentRank},
	{Key: "span_id", Use: SpanID, Rank: NamedRank},
	{Key: "spanId", Use: SpanID, Rank: camelRank},
	{Key: "span.id", Use: SpanID, Rank: dottedRank},
	{Key: "span-id", Use: SpanID, Rank: dottedRank},
	{Key: "dt.span_id", Use: SpanID, Rank: oneAgentRank},
	{Key: "traceparent", Use: TraceParent, Rank: parentRank},
	// OpenTelemetry's instrumentation of Python's logging
	// (https://opentelemetry-python-contrib.readthedocs.io, opentelemetry-instrumentation-logging).
	{Key: "otelTraceID", Use: TraceID, Rank: libraryRank},
	{Key: "otelSpanID", Use: SpanID, Rank: libraryRank},
	// Serilog's compact format (https://github.com/serilog/serilog-formatting-compact).
	{Key: "@tr", Use: TraceID, Rank: libraryRank},
	{Key: "@sp", Use: SpanID, Rank: libraryRank},
	// Fields of one's own in GELF (https://go2docs.graylog.org, GELF Payload Specification).
	{Key: "_trace_id", Use: TraceID, Rank: libraryRank},
	{Key: "_span_id", Use: SpanID, Rank: libraryRank},
	{Key: "_traceId", Use: TraceID, Rank: libraryRank},
	{Key: "_spanId", Use: SpanID, Rank: libraryRank},
	// Spring Cloud Sleuth up to version 2 (https://docs.spring.io/spring-cloud-sleuth).
	{Key: "trace", Use: TraceID, Rank: libraryRank},
	{Key: "span", Use: SpanID, Rank: libraryRank},
	// Datadog, where the id of the trace has 128 bits. That of the span is a decimal number, whose
	// digits could be taken for hexadecimal ones.
	{Key: "dd.trace_id", Use: TraceID, Rank: libraryRank},
	// B3 propagation (https://github.com/openzipkin/b3-propagation).
	{Key: "X-B3-TraceId", Use: TraceID, Rank: libraryRank},
	{Key: "X-B3-SpanId", Use: SpanID, Rank: libraryRank},
	// The agents of Google Cloud, projects/<project>/traces/<id>
	// (https://cloud.google.com/logging/docs/structured-logging).
	{Key: "logging.googleapis.com/trace", Use: TraceID, Rank: googleRank},
	{Key: "logging.googleapis.com/spanId", Use: SpanID, Rank: googleRank},
	// .NET's console (Microsoft.Extensions.Logging.Console, JsonConsoleFormatter): an array of maps.
	{Key: "Scopes[].TraceId", Use: TraceID, Rank: scopeRank},
	{Key: "Scopes[].SpanId", Use: SpanID, Rank: scopeRank},
}, contextFields()...)

// contextFields returns the fields of the maps in which loggers write the context of a line.
func contextFields() (list []Field) {
	for _, in := range []string{
		"mdc",                       // Quarkus, Logback, log4j 1, Ruby's logging
		"contextMap", "contextData", // Log4j 2, log4net
		"thread_context",   // Log4j 2 with names of its own
		"context", "extra", // Monolog, pino, structlog
		"record.extra", // loguru
		"ctx", "data", "meta", "metadata", "tags", "labels", "attributes", "fields",
		"Properties", "State", // Serilog, .NET
		"span", "spans[]", "trace", "tracing", // Rust's tracing
		"otel", "traceContext", "trace_context", "spanContext", "span_context",
		"req.headers", "request.headers", "headers", // of a request
		// Those that may hold the message, and what loggers write around it.
		"log_processed", "log", "jsonPayload", "logEvent", "record", "message", "msg",
		"log_processed.mdc", "log.mdc", "jsonPayload.mdc", "message.mdc",
	} {
		for _, id := range []string{"trace_id", "traceId", "trace.id", "otelTraceID"} {
			list = append(list, Field{Key: in + "." + id, Use: TraceID, Rank: rankIn(in)})
		}
		for _, id := range []string{"span_id", "spanId", "span.id", "otelSpanID"} {
			list = append(list, Field{Key: in + "." + id, Use: SpanID, Rank: rankIn(in)})
		}
		list = append(list,
			Field{Key: in + ".X-B3-TraceId", Use: TraceID, Rank: rankIn(in)},
			Field{Key: in + ".X-B3-SpanId", Use: SpanID, Rank: rankIn(in)},
			Field{Key: in + ".traceparent", Use: TraceParent, Rank: parentRank})
	}
	return list
}

// rankIn returns the rank of an id in a map, or in the maps of an array.
func rankIn(in string) uint8 {
	if in[len(in)-1] == ']' {
		return scopeRank
	}
	return contextRank
}
