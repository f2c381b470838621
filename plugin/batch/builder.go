package batch

import (
	"bytes"
	"fmt"

	"github.com/klauspost/compress/gzip"

	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/record"
)

// Options say how payloads are cut.
type Options struct {
	Encoder encode.Encoder
	// MaxBytes is the limit of the uncompressed body in bytes, MaxRecords that of its records; with an encode.Headed it is one. A
	// record over MaxBytes is cut.
	MaxBytes, MaxRecords int
	// GzipLevel is a level from 1 to 9; 0 sends the body as it is.
	GzipLevel int
}

// Builder collects encoded records into one payload at a time. Use one per flush: it is not safe for concurrent use. Its
// memory is that of one body, plain and compressed, plus what the largest single record needs; Release gives back what
// was unusually large.
type Builder struct {
	opts    Options
	headed  encode.Headed  // the encoder, if it is one
	sharing encode.Sharing // the same
	most    int            // the size to which a record is cut
	target  int            // the size that a body of more than one record should not exceed
	body    []byte         // the open body, without its end
	records int
	wire    bytes.Buffer
	gzip    *gzip.Writer
	cuts    Cuts
	spare   [2]spare // of body and wire
}

// Cuts counts what the Builder took away from records that were too large for a payload of their own.
type Cuts struct {
	// Content is the number of records whose content was cut, Attributes that of attributes left out, Header that of attributes for
	// which a header had no room.
	Content, Attributes, Header uint64
}

// New returns a Builder.
func New(opts Options) (*Builder, error) {
	b := &Builder{opts: opts, most: opts.MaxBytes, target: opts.MaxBytes}
	b.sharing, _ = opts.Encoder.(encode.Sharing)
	if b.headed, _ = opts.Encoder.(encode.Headed); b.headed != nil {
		b.opts.MaxRecords = 1
	}
	if opts.GzipLevel != 0 {
		var err error
		if b.gzip, err = gzip.NewWriterLevel(nil, opts.GzipLevel); err != nil {
			return nil, fmt.Errorf("compress_level %d: %w", opts.GzipLevel, err)
		}
	}
	return b, nil
}

// Limit changes the sizes of the bodies to come: most bytes of a body, to which a larger record is cut,
// and the target, beyond which a body takes no second record. New sets both to Options.MaxBytes.
func (b *Builder) Limit(most, target int) { b.most, b.target = most, min(most, target) }

// MaxBytes returns Options.MaxBytes.
func (b *Builder) MaxBytes() int { return b.opts.MaxBytes }

// Add encodes r into the open body. It reports false, and leaves the body as it was, when r does not fit any more: take the
// payload and add r again. A record that fits no payload at all is cut until it does; r is changed then.
func (b *Builder) Add(r *record.Record) bool {
	if b.records >= b.opts.MaxRecords {
		return false
	}
	before, limit := len(b.body), b.target
	if b.records == 0 {
		limit = b.most
	}
	if size := b.append(r); size <= limit && (b.records == 0 || b.sharing == nil || b.sharing.Copied() <= mostCopied) {
		b.records++
		return true
	}
	b.spare[0].use(len(b.body))
	b.body = b.body[:before]
	if b.records > 0 {
		return false
	}
	b.addCut(r)
	return true
}

// append encodes r behind what is there and returns the size that the closed body would have.
func (b *Builder) append(r *record.Record) int {
	if b.records == 0 {
		b.body = b.opts.Encoder.Open(b.body[:0])
	} else {
		b.body = b.opts.Encoder.Separate(b.body)
	}
	b.body = b.opts.Encoder.Append(b.body, r)
	return len(b.body) + b.opts.Encoder.Tail()
}

// Records is the number of records in the open body.
func (b *Builder) Records() int { return b.records }

// Take closes the body, compresses it and returns it as a payload; false when it has no records. The Builder is then ready
// for the next body, but the payload is good only until that is begun.
func (b *Builder) Take() (Payload, bool) {
	if b.records == 0 {
		return Payload{}, false
	}
	b.body = b.opts.Encoder.Close(b.body)
	b.spare[0].use(len(b.body))
	p := Payload{Body: b.body, ContentType: b.opts.Encoder.ContentType(), RawBytes: len(b.body), Records: b.records}
	b.records = 0
	if b.headed != nil {
		header, leftOut := b.headed.Attributes()
		p.Attributes = string(header)
		b.cuts.Header += uint64(leftOut)
	}
	p.Cuts, b.cuts = b.cuts, Cuts{}
	if b.gzip != nil && len(b.body) >= leastGzip {
		b.wire.Reset()
		b.gzip.Reset(&b.wire)
		// A bytes.Buffer takes every write, so neither call can fail.
		_, _ = b.gzip.Write(b.body)
		_ = b.gzip.Close()
		b.spare[1].use(b.wire.Len())
		p.Body, p.ContentEncoding = b.wire.Bytes(), "gzip"
	}
	return p, true
}

// mostCopied bounds what the server copies into the records of a body before it looks at its own limit, 16 MB in its terms (page "Log
// ingest limits": resource and scope attributes of OTLP become those of each record), in bytes of OTLP, which has fewer.
const mostCopied = 6_000_000

// leastGzip is the smallest body that is compressed, in bytes: less goes in one packet anyway.
const leastGzip = 1 << 10

// Release makes the Builder ready for the next flush. What was added and not taken is forgotten.
func (b *Builder) Release() {
	b.records, b.cuts = 0, Cuts{}
	if b.spare[0].isOver(cap(b.body)) {
		b.body = nil
	}
	if b.spare[1].isOver(b.wire.Cap()) {
		b.wire = bytes.Buffer{}
	}
}
