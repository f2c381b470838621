package jsonread

import (
	"encoding/binary"
	"math"
)

// bad is the position that means "not JSON".
const bad = -1

// The lead bytes that this package writes (msgpack specification, section "Formats").
const (
	fixMap   = 0x80
	fixArray = 0x90
	fixStr   = 0xa0
	msgNil   = 0xc0
	msgFalse = 0xc2
	msgTrue  = 0xc3
	float64s = 0xcb
	uint8s   = 0xcc
	uint16s  = 0xcd
	uint32s  = 0xce
	uint64s  = 0xcf
	int8s    = 0xd0
	int16s   = 0xd1
	int32s   = 0xd2
	int64s   = 0xd3
	str8     = 0xd9
	str16    = 0xda
	str32    = 0xdb
	array16  = 0xdc
	map16    = 0xde
)

// wideHead is the size of text, in bytes, that can hold 2^16 elements or more: each takes a byte
// and the comma or bracket behind it.
const wideHead = 1 << 17

// appendOpenHead appends the head of a map or an array whose number of elements is not known yet;
// rest bytes of text bound it. lead is map16 or array16. The head of 32 bits has the next lead
// byte.
func appendOpenHead(dst []byte, lead byte, rest int) []byte {
	if rest < wideHead {
		return append(dst, lead, 0, 0)
	}
	return append(dst, lead+1, 0, 0, 0, 0)
}

// closeHead writes the number of elements into an open head.
func closeHead(head []byte, lead byte, count int) {
	if head[0] == lead {
		binary.BigEndian.PutUint16(head[1:], uint16(count))
		return
	}
	binary.BigEndian.PutUint32(head[1:], uint32(count))
}

// shortest is the size of a str, in bytes, from which its head takes more than one byte.
const shortest = 32

// appendStrHead appends the head of a str of n bytes.
func appendStrHead(dst []byte, n int) []byte {
	switch {
	case n < shortest:
		return append(dst, fixStr|byte(n))
	case n <= math.MaxUint8:
		return append(dst, str8, byte(n))
	case n <= math.MaxUint16:
		return append(dst, str16, byte(n>>8), byte(n))
	}
	return binary.BigEndian.AppendUint32(append(dst, str32), uint32(n))
}

// appendInteger appends n, or -n, which is at least -2^63, in the shortest format.
func appendInteger(dst []byte, n uint64, negative bool) []byte {
	if negative {
		return appendNegative(dst, -int64(n))
	}
	switch {
	case n <= math.MaxInt8:
		return append(dst, byte(n))
	case n <= math.MaxUint8:
		return append(dst, uint8s, byte(n))
	case n <= math.MaxUint16:
		return append(dst, uint16s, byte(n>>8), byte(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(dst, uint32s), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, uint64s), n)
}

// appendNegative appends a number that is zero or less.
func appendNegative(dst []byte, n int64) []byte {
	switch {
	case n >= -32:
		return append(dst, byte(n))
	case n >= math.MinInt8:
		return append(dst, int8s, byte(n))
	case n >= math.MinInt16:
		return append(dst, int16s, byte(n>>8), byte(n))
	case n >= math.MinInt32:
		return binary.BigEndian.AppendUint32(append(dst, int32s), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(dst, int64s), uint64(n))
}

// appendText appends a number that no msgpack number can hold as a str.
func appendText(dst, number []byte) []byte {
	return append(appendStrHead(dst, len(number)), number...)
}
