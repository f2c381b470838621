package batch

import (
	"bytes"
	"fmt"

	"github.com/klauspost/compress/gzip"

	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/record"
)

// Options configure a Builder.
type Options struct {
	// Encoder is the payload format.
	Encoder encode.Encoder
	// MaxBytes limits the uncompressed body, in bytes. A larger record is cut.
	MaxBytes int
	// MaxRecords limits the records of a body. With an encode.Headed it is one.
	MaxRecords int
	// GzipLevel is a level from 1 to 9; 0 does not compress.
	GzipLevel int
}

// Builder packs encoded records into one payload at a time. Use one per flush: it is not safe for
// concurrent use. Its memory is one body, plain and compressed, and the largest single record;
// Release frees what was unusually large.
type Builder struct {
	opts    Options
	headed  encode.Headed  // the encoder, if it is one
	sharing encode.Sharing // the encoder, if it is one
	most    int            // the size to which a record is cut
	target  int            // the size that a body of more than one record should not exceed
	body    []byte         // the open body, not closed
	records int
	wire    bytes.Buffer
	gzip    *gzip.Writer
	cuts    Cuts
	spare   [2]spare // of body and wire
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

// Limit changes the sizes of the next bodies, in bytes: most is the size to which a larger record
// is cut, target the size beyond which a body takes no second record. New sets both to
// Options.MaxBytes.
func (b *Builder) Limit(most, target int) { b.most, b.target = most, min(most, target) }

// MaxBytes returns Options.MaxBytes.
func (b *Builder) MaxBytes() int { return b.opts.MaxBytes }

// Add encodes r into the open body. It reports false, and leaves the body unchanged, if r does not
// fit any more: take the payload and add r again. A record that fits no payload at all is cut until
// it does, which changes r.
func (b *Builder) Add(r *record.Record) bool {
	if b.records >= b.opts.MaxRecords {
		return false
	}
	before, limit := len(b.body), b.target
	if b.records == 0 {
		limit = b.most
	}
	size := b.append(r)
	if size <= limit && (b.records == 0 || b.sharing == nil || b.sharing.Copied() <= mostCopied) {
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

// addCut adds a record that is too large for a payload of its own, as the only record of the open
// body. It leaves out the largest attributes first, so that the short ones that tie the record to
// its source stay, until half of the body is left for the content or all of it fits. Then it cuts
// the content to the room that is left. An empty record always fits, because MaxBytes is far larger
// than one.
func (b *Builder) addCut(r *record.Record) {
	content := r.Content
	r.Content = content[:b.opts.Encoder.Fit(content, b.most/2)]
	if r.Group != nil && b.append(r) > b.most {
		r.Inline()
	}
	for b.append(r) > b.most && r.Len() > 0 {
		drop := max(1, r.Len()/16)
		b.cuts.Attributes += uint64(drop)
		r.DropLargest(drop)
	}
	r.Content = nil
	room := b.most - b.append(r)
	r.Content = content[:b.opts.Encoder.Fit(content, max(0, room))]
	if len(r.Content) < len(content) {
		b.cuts.Content++
	}
	b.append(r)
	b.records = 1
}

// append encodes r at the end of the body and returns the size that the closed body would have.
func (b *Builder) append(r *record.Record) int {
	if b.records == 0 {
		b.body = b.opts.Encoder.Open(b.body[:0])
	} else {
		b.body = b.opts.Encoder.Separate(b.body)
	}
	b.body = b.opts.Encoder.Append(b.body, r)
	return len(b.body) + b.opts.Encoder.Tail()
}

// Records returns the number of records in the open body.
func (b *Builder) Records() int { return b.records }

// Take closes the body, compresses it and returns it as a payload. It returns false if the body has
// no records. The Builder is then ready for the next body; the payload is valid until that is
// begun.
func (b *Builder) Take() (Payload, bool) {
	if b.records == 0 {
		return Payload{}, false
	}
	b.body = b.opts.Encoder.Close(b.body)
	b.spare[0].use(len(b.body))
	p := Payload{
		Body: b.body, ContentType: b.opts.Encoder.ContentType(),
		RawBytes: len(b.body), Records: b.records,
	}
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

// mostCopied bounds what the server copies into the records of a body before it applies its own
// limit of 16 MB (page "Log ingest limits": resource and scope attributes of OTLP become those of
// each record). It is in bytes of OTLP, which are fewer.
const mostCopied = 6_000_000

// leastGzip is the smallest body that is compressed, in bytes. A smaller one fits one packet
// anyway.
const leastGzip = 1 << 10

// Release makes the Builder ready for the next flush. Records that were added and not taken are
// dropped.
func (b *Builder) Release() {
	b.records, b.cuts = 0, Cuts{}
	if b.spare[0].isOver(cap(b.body)) {
		b.body = nil
	}
	if b.spare[1].isOver(b.wire.Cap()) {
		b.wire = bytes.Buffer{}
	}
}
