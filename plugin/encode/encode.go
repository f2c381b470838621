package encode

import "out_dynatrace/plugin/record"

// Encoder writes records one after another into one body. An implementation may keep scratch state
// between records, so an Encoder serves one body at a time and is not safe for concurrent use. Its
// methods append to dst and return the extended slice, as append does. They cannot fail.
type Encoder interface {
	// ContentType returns the media type of the body.
	ContentType() string
	// Open appends the start of a body.
	Open(dst []byte) []byte
	// Separate appends what stands between two records.
	Separate(dst []byte) []byte
	// Append appends one record. The caller may remove it again: it then appends the next record to
	// the body as it was before, or closes that body.
	Append(dst []byte, r *record.Record) []byte
	// Close appends the end of the body.
	Close(dst []byte) []byte
	// Tail returns the number of bytes that Close will add.
	Tail() int
	// Fit returns the length of the longest prefix of content that adds at most room bytes to a
	// record. The prefix ends at a character boundary.
	Fit(content []byte, room int) int
}

// Sharing is an Encoder of a format whose records share parts, which the server copies into each
// record.
type Sharing interface {
	Encoder
	// Copied returns the size of these copies for the records appended since Open, in bytes of the
	// format.
	Copied() int
}

// Headed is an Encoder of a format whose body holds only the content of one record. The rest of the
// record is sent in the request header X-Dynatrace-Attr.
type Headed interface {
	Encoder
	// Attributes returns the header value for the record appended last, and the number of its
	// attributes that did not fit. The header is valid until the next Append.
	Attributes() (header []byte, leftOut int)
}
