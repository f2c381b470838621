// Package batch cuts encoded records into payloads that respect the limits of the ingest API, and compresses them.
package batch

// Payload is one request body, ready to be sent.
//
// It borrows the Builder's buffers: it is valid until the Builder is asked for the next payload or released, and may be
// read, but not changed, by any number of attempts to send it.
type Payload struct {
	// Body is what goes over the wire, compressed as ContentEncoding says. It is never empty.
	Body []byte
	// ContentType is the media type of the uncompressed body.
	ContentType string
	// ContentEncoding is "gzip", or "" for a plain body.
	ContentEncoding string
	// Attributes is the value of X-Dynatrace-Attr that belongs to the body, or "".
	Attributes string
	// RawBytes is the size of the body before compression: the figure that the API's size limit counts.
	RawBytes int
	// Records is the number of records in the body; at least one.
	Records int
	// Cuts is what was taken away from these records because they were too large.
	Cuts Cuts
}
