package ingest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"
)

// drainLimit is how much of a request that is too large is read and thrown
// away, so that the client sees the answer rather than a broken connection.
const drainLimit = 64 << 20

// bodyKind is how a body is cut into events.
type bodyKind int

const (
	kindUnsupported bodyKind = iota
	kindJSON                 // an object or an array of objects
	kindLines                // an object a line
	kindText                 // one record
	kindOTLP                 // an ExportLogsServiceRequest
)

// mediaTypes of the API reference; the line-wise ones since 1.318.
var mediaTypes = map[string]bodyKind{
	"application/json":           kindJSON,
	"application/jsonl":          kindLines,
	"application/jsonlines":      kindLines,
	"application/jsonlines+json": kindLines,
	"application/x-ndjson":       kindLines,
	"application/x-jsonlines":    kindLines,
	"text/plain":                 kindText,
}

// kindOf reads a Content-Type. The only charset is UTF-8.
func kindOf(contentType string) bodyKind {
	media, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		return kindUnsupported
	}
	if charset, set := parameters["charset"]; set && !strings.EqualFold(charset, "utf-8") {
		return kindUnsupported
	}
	return mediaTypes[media]
}

// otlpKind is kindOf for OTLP, of which Dynatrace takes the binary encoding only.
func otlpKind(contentType string) bodyKind {
	if media, _, err := mime.ParseMediaType(contentType); err != nil || media != protobufType {
		return kindUnsupported
	}
	return kindOTLP
}

// buffers holds bytes.Buffers for bodies and records, so that a busy server
// does not allocate tens of megabytes a request.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func getBuffer() *bytes.Buffer { return buffers.Get().(*bytes.Buffer) }

func putBuffer(b *bytes.Buffer) {
	b.Reset()
	buffers.Put(b)
}

// errTooLarge reports a body beyond its limit.
var errTooLarge = errors.New("too large")

// readBody reads at most limit bytes of the request body into dst and counts
// all that was sent, up to drainLimit.
func readBody(dst *bytes.Buffer, r *http.Request, limit int) (wire int64, err error) {
	wire, err = dst.ReadFrom(io.LimitReader(r.Body, int64(limit)+1))
	if err != nil || wire <= int64(limit) {
		return wire, err
	}
	more, _ := io.Copy(io.Discard, io.LimitReader(r.Body, drainLimit))
	return wire + more, errTooLarge
}

var gzipReaders sync.Pool

// gunzip expands at most limit bytes of src into dst. It stops at the limit, so
// a small body cannot make a large one.
func gunzip(dst *bytes.Buffer, src []byte, limit int) error {
	z, _ := gzipReaders.Get().(*gzip.Reader)
	if z == nil {
		z = new(gzip.Reader)
	}
	defer gzipReaders.Put(z)
	if err := z.Reset(bytes.NewReader(src)); err != nil {
		return err
	}
	n, err := dst.ReadFrom(io.LimitReader(z, int64(limit)+1))
	if n > int64(limit) {
		return errTooLarge
	}
	return err
}
