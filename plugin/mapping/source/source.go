package source

import (
	"bytes"
	"math"

	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// Source is one kind of place that log lines come from.
type Source struct {
	// Name is the name in the option enrich; "" for what is always on.
	Name string
	// OnRequest keeps it out of auto.
	OnRequest bool
	// Extras are names in the option enrich that add to this source, on request.
	Extras []string

	// Fields are the keys that the source reads. Of several rows for one key, the first whose
	// source is on counts. Configured adds those that depend on the options.
	Fields     []Field
	Configured func(o *Options) []Field
	// Chunk parses the tag of a chunk, before the first record of the chunk.
	Chunk func(in *Input)
	// Recognize returns the shapes that this source recognizes a record as. in.Shape holds
	// those of the sources above it in the table.
	Recognize func(in *Input) Shape

	// First runs before the option log_source and before every Map: for values that somebody
	// has attached to the origin of the record.
	First func(in *Input, out *record.Builder)
	// Map adds the attributes. Of two attributes with one key, the first stays.
	Map func(in *Input, out *record.Builder)
	// LogSource returns log.source for records to which no Map has given one; nil for none.
	LogSource func(in *Input) []byte
	// Always runs after all of these, for every record.
	Always func(in *Input, out *record.Builder)
	// Last runs after everything else, the static attributes included: for what there can be
	// any number of.
	Last func(in *Input, out *record.Builder)

	// Host returns the host that a record names, and whether a record of this source always
	// names it: if it does and host is empty, the record can be of any host.
	Host func(in *Input) (host []byte, names bool)
}

// Use is what a source does with a field.
type Use uint8

// The uses. A value that Accept rejects is not used: the field stays an ordinary attribute.
const (
	None Use = iota
	// Hold keeps the field in a Slot until the whole record is known. In records of the shapes
	// In, or in all if In is 0, Map reads it; in others the field is an ordinary attribute
	// after all.
	Hold
	// HoldPerRecord is Hold for a text that differs from record to record: it becomes the
	// attribute As by itself, unless the record has one of that name.
	HoldPerRecord
	// Rename gives the field the name As, unless the record has an attribute of that name, or is
	// of none of the shapes In, if In is not 0.
	Rename
	// Convert turns the field into the attribute As.
	Convert
	// Drop leaves the field out.
	Drop
	// DropIn leaves the field out of records of the shapes In, if When is nil or returns true.
	DropIn
	// LevelIn makes the field the level of records of the shapes In that have no other.
	LevelIn
	// TraceID, SpanID and TraceParent are ids of a trace. Rank orders their spellings, best
	// first.
	TraceID
	SpanID
	TraceParent
)

// Field is a key that a source reads, and what it does with the value.
type Field struct {
	// Key is compared without regard to the case of ASCII letters. A Key that ends in * stands
	// for the keys with that prefix, of one character, for which Matches reports true.
	Key     string
	Matches func(key []byte) bool
	// Exact demands the case of Key.
	Exact bool
	// Spelled reports whether a key is spelled as in records of a shape; nil for any spelling. A
	// field of another spelling stays an ordinary attribute, and makes the record of no source.
	Spelled func(key []byte, s Shape) bool
	Use     Use
	Slot    Slot
	In      Shape
	As      string
	Rank    uint8
	// Accept reports whether a value has the expected form; nil accepts texts of a usual
	// length. c is positioned after the token.
	Accept func(tok chunk.Token, c chunk.Cursor) bool
	// Signs returns the signs that the field gives about the record. It may be nil.
	Signs func(key []byte, tok chunk.Token) Signs
	// When decides about a DropIn by the text and the time of the record.
	When func(text []byte, t chunk.Time) bool
	// Severity returns the syslog severity of a LevelIn, or -1.
	Severity func(tok chunk.Token) int
}

// longestHeld bounds a text that can name a source, in bytes: what is longer is no name of
// anything.
const longestHeld = 4 << 10

// isName accepts texts of a usual length.
func isName(tok chunk.Token, _ chunk.Cursor) bool {
	return tok.Kind == chunk.String && len(tok.Data) > 0 && len(tok.Data) <= longestHeld
}

// nameThat returns an Accept for names for which is reports true.
func nameThat(is func(text []byte) bool) func(chunk.Token, chunk.Cursor) bool {
	return func(tok chunk.Token, c chunk.Cursor) bool { return isName(tok, c) && is(tok.Data) }
}

// isText accepts every text but the empty one.
func isText(tok chunk.Token, _ chunk.Cursor) bool {
	return tok.Kind == chunk.String && len(tok.Data) > 0
}

// always returns a Signs function.
func always(s Signs) func([]byte, chunk.Token) Signs {
	return func([]byte, chunk.Token) Signs { return s }
}

// Number returns a whole number from 0 to most, also one in digits or as a float, or -1.
func Number(tok chunk.Token, most int) int {
	switch tok.Kind {
	case chunk.Uint:
		if tok.Num <= uint64(most) {
			return int(tok.Num)
		}
	case chunk.Float32, chunk.Float64:
		if f := tok.Float(); f >= 0 && f <= float64(most) && f == math.Trunc(f) {
			return int(f)
		}
	case chunk.String:
		digits := bytes.TrimSuffix(tok.Data, []byte(".0"))
		if len(digits) == 0 || len(digits) > 3 || !ascii.AllDigits(digits) {
			return -1
		}
		n := 0
		for _, c := range digits {
			n = 10*n + int(c-'0')
		}
		if n <= most {
			return n
		}
	}
	return -1
}
