package source

// The trace source finds the ids of a trace and of a span.

// NamedRank is the rank of a field that has the name of the attribute. Ids that are better have a
// lower rank. Fields of the rank KeptRank or a higher one stay in the record beside the id that was
// taken from them.
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
