package encode

// JSONL writes the objects of JSON, one per line, the body of POST /api/v2/logs/ingest with
// application/x-ndjson. The zero JSONL is ready to use. It must only receive records of one
// mapping.Mapper.
type JSONL struct{ JSON }

// ContentType returns the registered media type. The API accepts it, among other names, since
// version 1.318.
func (*JSONL) ContentType() string { return "application/x-ndjson; charset=utf-8" }

// Open appends nothing.
func (*JSONL) Open(dst []byte) []byte { return dst }

// Separate ends a line. A line break within a record is escaped.
func (*JSONL) Separate(dst []byte) []byte { return append(dst, '\n') }

// Close ends the last line.
func (*JSONL) Close(dst []byte) []byte { return append(dst, '\n') }

// Tail returns the length of the last line's end.
func (*JSONL) Tail() int { return len("\n") }
