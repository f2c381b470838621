package encode

// JSONL writes the objects of JSON one a line, the body of POST /api/v2/logs/ingest with
// application/x-ndjson. The zero JSONL is ready for use, by the records of one mapping.Mapper.
type JSONL struct{ JSON }

// ContentType is the registered one of the names that the API has for it (since version 1.318).
func (*JSONL) ContentType() string { return "application/x-ndjson; charset=utf-8" }

// Open appends nothing.
func (*JSONL) Open(dst []byte) []byte { return dst }

// Separate ends a line; a line break within a record is escaped.
func (*JSONL) Separate(dst []byte) []byte { return append(dst, '\n') }

// Close ends the last line.
func (*JSONL) Close(dst []byte) []byte { return append(dst, '\n') }

// Tail is the end of the last line.
func (*JSONL) Tail() int { return len("\n") }
