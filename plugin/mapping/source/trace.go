package source

// The trace source reads trace ids and span ids.

// NamedRank is the rank of a field that has the same name as the attribute. A lower rank takes
// precedence. Fields with rank KeptRank or higher stay in the record, in addition to the id that
// was read from them.
const (
	NamedRank = 2
	KeptRank  = 5
)

var traceFields = []Field{
	{Key: "trace_id", Use: TraceID, Rank: NamedRank},
	{Key: "traceId", Use: TraceID, Rank: 3},
	{Key: "trace.id", Use: TraceID, Rank: 4},
	{Key: "dt.trace_id", Use: TraceID, Rank: KeptRank},
	{Key: "span_id", Use: SpanID, Rank: NamedRank},
	{Key: "spanId", Use: SpanID, Rank: 3},
	{Key: "span.id", Use: SpanID, Rank: 4},
	{Key: "dt.span_id", Use: SpanID, Rank: KeptRank},
	{Key: "traceparent", Use: TraceParent, Rank: 6},
}
