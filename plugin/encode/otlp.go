package encode

import (
	"encoding/hex"
	"math"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"

	"out_dynatrace/plugin/record"
)

// OTLP writes an ExportLogsServiceRequest, the body of POST /api/v2/otlp/v1/logs with
// application/x-protobuf (opentelemetry-proto, collector/logs/v1/logs_service.proto and
// logs/v1/logs.proto, version 1). Adjacent records with the same resource and scope share one
// ResourceLogs and one ScopeLogs. A record outside of an OTLP group has an empty resource and
// scope. The zero OTLP is ready to use. It must only receive records of one mapping.Mapper, which
// has GroupsApart set.
//
// A message is preceded by its length. The lengths of a record and of the messages around it are
// written when their end is known, into bytes reserved for them: a varint may be longer than
// necessary. A second buffer per record would cost a copy and measured 6 to 13 % slower.
type OTLP struct {
	runs runCache
	any  []byte // scratch for values that are not strings

	end                 int    // end of the record appended last
	group, resource     uint64 // IDs of the open group and resource
	inResource, inScope int    // offsets of the open ResourceLogs and ScopeLogs, 0 if none is open
	ofResource, ofScope int    // bytes of the open resource and scope, copied into each record
	copied              int    // sum of these copies over all records of the body
}

// ContentType returns the media type of the binary encoding, the only one that Dynatrace accepts.
func (*OTLP) ContentType() string { return ContentTypeOTLP }

// ContentTypeOTLP is the media type of OTLP requests and of their responses.
const ContentTypeOTLP = "application/x-protobuf"

// Open resets the state for a new request and appends nothing.
func (o *OTLP) Open(dst []byte) []byte {
	o.end, o.group, o.resource, o.inResource, o.inScope, o.copied = len(dst), 0, 0, 0, 0, 0
	return dst
}

// Separate appends nothing.
func (*OTLP) Separate(dst []byte) []byte { return dst }

// Close writes the lengths of the open messages. The caller may have removed the last record.
func (o *OTLP) Close(dst []byte) []byte {
	closeGroup(dst, o.inScope)
	closeGroup(dst, o.inResource)
	o.inScope, o.inResource = 0, 0
	return dst
}

// Copied implements Sharing.
func (o *OTLP) Copied() int { return o.copied }

// Tail returns 0: Close adds no bytes.
func (*OTLP) Tail() int { return 0 }

// Fit implements Encoder. It counts the replacements of invalid bytes, and the length fields that
// grow with the content: two of up to four bytes, which take one byte each for an empty content,
// and the length of the record of up to four bytes, which takes two for a short record.
func (*OTLP) Fit(content []byte, room int) int {
	n := max(0, room)
	inner := protowire.SizeVarint(uint64(n))
	outer := protowire.SizeVarint(uint64(1 + inner + n))
	return fitValid(content, room-(inner-1)-(outer-1)-2)
}

// Tags: field number and wire type, one byte each.
const (
	tagBytes   = 2
	tagFixed64 = 1
	tagFixed32 = 5

	tagResourceLogs = 1<<3 | tagBytes // of the request

	tagResource  = 1<<3 | tagBytes // of ResourceLogs
	tagScopeLogs = 2<<3 | tagBytes
	tagSchema    = 3<<3 | tagBytes // of both

	tagScope     = 1<<3 | tagBytes // of ScopeLogs
	tagLogRecord = 2<<3 | tagBytes

	tagResourceAttribute = 1<<3 | tagBytes
	tagResourceDropped   = 2 << 3
	tagScopeName         = 1<<3 | tagBytes
	tagScopeVersion      = 2<<3 | tagBytes
	tagScopeAttribute    = 3<<3 | tagBytes
	tagScopeDropped      = 4 << 3

	tagTime           = 1<<3 | tagFixed64 // of LogRecord
	tagSeverityNumber = 2 << 3
	tagSeverityText   = 3<<3 | tagBytes
	tagBody           = 5<<3 | tagBytes
	tagAttribute      = 6<<3 | tagBytes
	tagDropped        = 7 << 3
	tagFlags          = 8<<3 | tagFixed32
	tagTraceID        = 9<<3 | tagBytes
	tagSpanID         = 10<<3 | tagBytes
	tagObserved       = 11<<3 | tagFixed64

	tagKey   = 1<<3 | tagBytes // of KeyValue
	tagValue = 2<<3 | tagBytes

	tagString = 1<<3 | tagBytes // of AnyValue
	tagBool   = 2 << 3
	tagInt    = 3 << 3
	tagDouble = 4<<3 | tagFixed64
	tagArray  = 5<<3 | tagBytes

	tagElement = 1<<3 | tagBytes // of ArrayValue
)

// Append appends one LogRecord. It first opens the ResourceLogs and ScopeLogs that the record
// needs.
func (o *OTLP) Append(dst []byte, r *record.Record) []byte {
	dst = o.enter(dst, r)
	o.copied += o.ofResource + o.ofScope
	dst, at := openMessage(dst, tagLogRecord)
	ns := nanoseconds(r)
	dst = protowire.AppendFixed64(append(dst, tagTime), ns)
	if r.Observed != 0 {
		ns = min(r.Observed, math.MaxInt64)
	}
	dst = protowire.AppendFixed64(append(dst, tagObserved), ns)
	if r.Level != "" {
		dst = append(dst, tagSeverityNumber, severityNumber(r.Level), tagSeverityText, byte(len(r.Level)))
		dst = append(dst, r.Level...)
	}
	dst = appendText(append(dst, tagBody), r.Content)
	if r.Flags != 0 {
		dst = protowire.AppendFixed32(append(dst, tagFlags), r.Flags)
	}
	dst = appendCount(dst, tagDropped, r.Dropped)
	done := 0
	for i := range r.Runs {
		run := &r.Runs[i]
		dst = o.own(dst, r, r.Attributes[done:run.At])
		done = run.At
		if known := o.runs.find(run.ID); known != nil {
			dst = append(dst, known...)
			continue
		}
		start := len(dst)
		dst = o.own(dst, r, run.Attributes)
		o.runs.keep(run.ID, dst[start:])
	}
	dst = closeMessage(o.own(dst, r, r.Attributes[done:]), at)
	o.end = len(dst)
	return dst
}

// own writes the attributes of the record itself. A valid trace_id or span_id goes into its field.
func (o *OTLP) own(dst []byte, r *record.Record, attributes []record.Attribute) []byte {
	from := 0
	for i := range attributes {
		a := &attributes[i]
		var tag byte
		switch {
		case len(a.Key) == len("trace_id") && string(a.Key) == "trace_id" && isID(a.Value, 16):
			tag = tagTraceID
		case len(a.Key) == len("span_id") && string(a.Key) == "span_id" && isID(a.Value, 8):
			tag = tagSpanID
		default:
			continue
		}
		dst = o.attributes(dst, tagAttribute, r, attributes[from:i])
		from = i + 1
		dst = append(dst, tag, byte(len(a.Value.Text)/2))
		dst, _ = hex.AppendDecode(dst, a.Value.Text) // isID has checked the digits
	}
	return o.attributes(dst, tagAttribute, r, attributes[from:])
}

// isID reports whether v is an ID of size bytes in Dynatrace's notation: lower-case hexadecimal
// digits, not all of them zero.
func isID(v record.Value, size int) bool {
	if v.Kind != record.String || len(v.Text) != 2*size {
		return false
	}
	isZero := true
	for _, c := range v.Text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
		isZero = isZero && c == '0'
	}
	return !isZero
}

// attributes writes each attribute as a KeyValue.
func (o *OTLP) attributes(dst []byte, tag byte, r *record.Record,
	attributes []record.Attribute) []byte {
	for i := range attributes {
		a := &attributes[i]
		if a.Value.Kind == record.String && utf8.Valid(a.Value.Text) {
			n := len(a.Value.Text)
			dst = appendKey(append(dst, tag), a.Key, sizeString(n))
			dst = protowire.AppendVarint(dst, uint64(sizeString(n)))
			dst = protowire.AppendVarint(append(dst, tagString), uint64(n))
			dst = append(dst, a.Value.Text...)
			continue
		}
		o.any = appendAny(o.any[:0], r, a.Value)
		dst = appendKey(append(dst, tag), a.Key, len(o.any))
		dst = protowire.AppendVarint(dst, uint64(len(o.any)))
		dst = append(dst, o.any...)
	}
	return dst
}

// appendKey writes a KeyValue up to the length of its value.
func appendKey(dst, key []byte, value int) []byte {
	dst = protowire.AppendVarint(dst, uint64(sizeString(len(key))+1+protowire.SizeBytes(value)))
	dst = appendLength(append(dst, tagKey), len(key))
	dst = append(dst, key...)
	return append(dst, tagValue)
}

// sizeString returns the size of a string of n bytes with its tag and length.
func sizeString(n int) int { return 1 + protowire.SizeBytes(n) }

func appendLength(dst []byte, n int) []byte { return protowire.AppendVarint(dst, uint64(n)) }

// appendString writes a string with its length, as valid UTF-8.
func appendString(dst, s []byte) []byte { return appendValid(appendLength(dst, validLen(s)), s) }

// appendText writes an AnyValue that holds a string, with its length.
func appendText(dst, s []byte) []byte {
	n := validLen(s)
	dst = appendLength(append(appendLength(dst, sizeString(n)), tagString), n)
	return appendValid(dst, s)
}

// appendAny writes an AnyValue without its length. Null is empty.
func appendAny(dst []byte, r *record.Record, v record.Value) []byte {
	switch v.Kind {
	case record.Null:
		return dst
	case record.String:
		return appendString(append(dst, tagString), v.Text)
	case record.Bool:
		return append(dst, tagBool, byte(v.Num))
	case record.Int:
		return protowire.AppendVarint(append(dst, tagInt), v.Num)
	case record.Uint:
		if v.Num <= math.MaxInt64 {
			return protowire.AppendVarint(append(dst, tagInt), v.Num)
		}
	case record.Float32, record.Float64:
		if f, ok := double(v); ok {
			return protowire.AppendFixed64(append(dst, tagDouble), math.Float64bits(f))
		}
	case record.Array:
		dst, at := openMessage(dst, tagArray)
		for _, e := range r.Array(v) {
			var element int
			dst, element = openMessage(dst, tagElement)
			dst = closeMessage(appendAny(dst, r, e), element)
		}
		return closeMessage(dst, at)
	}
	// A number that OTLP or Dynatrace cannot represent is sent as text, in JSON notation.
	var text [32]byte
	return appendString(append(dst, tagString), numberText(text[:0], v))
}
