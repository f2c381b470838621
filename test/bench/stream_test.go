package bench

import (
	"encoding/binary"
	"math"
	"testing"
	"time"
	"unsafe"

	jsoniter "github.com/json-iterator/go"
	"github.com/tinylib/msgp/msgp"
)

// streamed is the fastest design that libraries allow without custom code in the hot path: msgp
// reads in place, jsoniter.Stream writes, no maps. It does not replace invalid UTF-8, so a plugin
// could not use it as it is. Buffers come from jsoniter's pool. The result is a copy, since a
// payload must outlive the stream.
func streamed(chunk []byte) []byte {
	s := jsoniter.ConfigDefault.BorrowStream(nil)
	defer jsoniter.ConfigDefault.ReturnStream(s)
	s.WriteArrayStart()
	for first := true; len(chunk) > 0; first = false {
		if !first {
			s.WriteMore()
		}
		rest, ok := streamEvent(s, chunk)
		if !ok {
			panic("bench: the chunk is not from the corpus")
		}
		chunk = rest
	}
	s.WriteArrayEnd()
	return append([]byte(nil), s.Buffer()...)
}

// streamEvent writes one event of the form [[EventTime, metadata], body].
func streamEvent(s *jsoniter.Stream, b []byte) (rest []byte, ok bool) {
	root, b, err := msgp.ReadArrayHeaderBytes(b)
	if err != nil || root != 2 {
		return b, false
	}
	head, b, err := msgp.ReadArrayHeaderBytes(b)
	if err != nil || head != 2 || len(b) < 10 || b[0] != 0xd7 || b[1] != 0 {
		return b, false
	}
	when := time.Unix(int64(binary.BigEndian.Uint32(b[2:])), int64(binary.BigEndian.Uint32(b[6:])))
	if b, err = msgp.Skip(b[10:]); err != nil {
		return b, false
	}
	pairs, b, err := msgp.ReadMapHeaderBytes(b)
	if err != nil {
		return b, false
	}
	var stamp [len(time.RFC3339Nano)]byte
	s.WriteObjectStart()
	s.WriteObjectField("timestamp")
	s.WriteString(view(when.UTC().AppendFormat(stamp[:0], time.RFC3339Nano)))
	for range pairs {
		s.WriteMore()
		if b, ok = streamPair(s, b); !ok {
			return b, false
		}
	}
	s.WriteObjectEnd()
	return b, true
}

func streamPair(s *jsoniter.Stream, b []byte) (rest []byte, ok bool) {
	key, b, err := msgp.ReadMapKeyZC(b)
	if err != nil {
		return b, false
	}
	s.WriteObjectField(view(key))
	return streamValue(s, b)
}

func streamValue(s *jsoniter.Stream, b []byte) (rest []byte, ok bool) {
	var err error
	switch msgp.NextType(b) {
	case msgp.StrType:
		var v []byte
		if v, b, err = msgp.ReadStringZC(b); err == nil {
			s.WriteString(view(v))
		}
	case msgp.MapType:
		var n uint32
		if n, b, err = msgp.ReadMapHeaderBytes(b); err != nil {
			return b, false
		}
		s.WriteObjectStart()
		for i := range n {
			if i > 0 {
				s.WriteMore()
			}
			if b, ok = streamPair(s, b); !ok {
				return b, false
			}
		}
		s.WriteObjectEnd()
	case msgp.ArrayType:
		var n uint32
		if n, b, err = msgp.ReadArrayHeaderBytes(b); err != nil {
			return b, false
		}
		s.WriteArrayStart()
		for i := range n {
			if i > 0 {
				s.WriteMore()
			}
			if b, ok = streamValue(s, b); !ok {
				return b, false
			}
		}
		s.WriteArrayEnd()
	case msgp.IntType:
		var v int64
		v, b, err = msgp.ReadInt64Bytes(b)
		s.WriteInt64(v)
	case msgp.UintType:
		var v uint64
		v, b, err = msgp.ReadUint64Bytes(b)
		s.WriteUint64(v)
	case msgp.Float32Type, msgp.Float64Type:
		var v float64
		if v, b, err = msgp.ReadFloat64Bytes(b); math.IsNaN(v) || math.IsInf(v, 0) {
			s.WriteNil()
		} else {
			s.WriteFloat64(v)
		}
	case msgp.BoolType:
		var v bool
		v, b, err = msgp.ReadBoolBytes(b)
		s.WriteBool(v)
	default:
		b, err = msgp.Skip(b)
		s.WriteNil()
	}
	return b, err == nil
}

// view returns b as a string without a copy. b must not change while the string is in use.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func BenchmarkStream(b *testing.B) { benchmark(b, streamed) }
