package encode

import "out_dynatrace/plugin/record"

// Encoder writes records one after another into one body. An implementation may keep scratch state
// from record to record, so an Encoder serves one body at a time. Its methods append to dst and
// return it, as append does; they cannot fail.
type Encoder interface {
	// ContentType is the media type of the body.
	ContentType() string
	// Open begins a body.
	Open(dst []byte) []byte
	// Separate stands between two records.
	Separate(dst []byte) []byte
	// Append writes one record. The caller may take it away again, by appending the next one to
	// what stood before, or closing that.
	Append(dst []byte, r *record.Record) []byte
	// Close ends the body.
	Close(dst []byte) []byte
	// Tail is the number of bytes that Close will add.
	Tail() int
	// Fit returns the length of the longest start of a content, ending at the border of a
	// character, that adds at most room bytes to a record.
	Fit(content []byte, room int) int
}

// Sharing is an Encoder of a format whose records share parts, which the server copies into each of
// them.
type Sharing interface {
	Encoder
	// Copied is the size of these copies for the records that were appended since Open, in bytes of
	// the format.
	Copied() int
}

// Headed is an Encoder of a format whose bodies hold one record and only its content: the rest
// travels in the request's header X-Dynatrace-Attr.
type Headed interface {
	Encoder
	// Attributes returns the value of the header for the record that was appended last, good until
	// the next one is, and how many of its attributes there was no room for.
	Attributes() (header []byte, leftOut int)
}
