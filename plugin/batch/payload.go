package batch

// Payload is one request body, ready to be sent.
//
// It borrows the Builder's buffers: it is valid until the next call of Add or Release, and may be
// read, but not changed, by any number of attempts to send it.
type Payload struct {
	// Body is what is sent, compressed as ContentEncoding says. It is never empty.
	Body []byte
	// ContentType is the media type of the uncompressed body.
	ContentType string
	// ContentEncoding is "gzip", or "" for a plain body.
	ContentEncoding string
	// Attributes is the value of the header X-Dynatrace-Attr for the body, or "".
	Attributes string
	// RawBytes is the size of the body before compression, in bytes. The API's size limit counts
	// it.
	RawBytes int
	// Records is the number of records in the body; at least one.
	Records int
	// Cuts is what was removed from these records because they were too large.
	Cuts Cuts
}

// Cuts counts what the Builder removed from records that are too large for a payload of their own.
type Cuts struct {
	// Content is the number of records whose content was cut.
	Content uint64
	// Attributes is the number of attributes left out.
	Attributes uint64
	// Header is the number of attributes left out because a header had no room for them.
	Header uint64
}
