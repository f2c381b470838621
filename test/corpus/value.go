package corpus

import (
	"encoding/binary"
	"math"

	"github.com/tinylib/msgp/msgp"
)

// Value is one msgpack value in its encoded form. A Value is immutable, so it can be used in
// several places.
type Value []byte

// Str returns a string in its shortest form: fixstr to 31 bytes, str8 to 255, str16 to 65,535,
// str32 above. The bytes need not be UTF-8.
func Str(s string) Value { return msgp.AppendString(nil, s) }

// Str8 returns a string with a length field of one byte. As with Str16 and Str32, its length must fit
// the field; encoders are free to choose a longer form than they need.
func Str8(s string) Value { return append(Value{0xd9, byte(len(s))}, s...) }

// Str16 returns a string with a length field of two bytes.
func Str16(s string) Value {
	return append(binary.BigEndian.AppendUint16(Value{0xda}, uint16(len(s))), s...)
}

// Str32 returns a string with a length field of four bytes.
func Str32(s string) Value {
	return append(binary.BigEndian.AppendUint32(Value{0xdb}, uint32(len(s))), s...)
}

// Bin returns a byte string in its shortest form.
func Bin(b []byte) Value { return msgp.AppendBytes(nil, b) }

// Nil returns nil.
func Nil() Value { return Value{0xc0} }

// Bool returns true or false.
func Bool(b bool) Value { return msgp.AppendBool(nil, b) }

// Int returns an integer in its shortest form: fixint, int8, int16, int32 or int64; positive ones
// as an unsigned form.
func Int(i int64) Value {
	if i >= 0 {
		return Uint(uint64(i))
	}
	return msgp.AppendInt64(nil, i)
}

// Uint returns an unsigned integer in its shortest form: fixint, uint8, uint16, uint32 or uint64.
func Uint(u uint64) Value { return msgp.AppendUint64(nil, u) }

// Int8 and the functions up to Uint64 return integers of a fixed width, whatever their value.
func Int8(i int8) Value { return Value{0xd0, byte(i)} }

// Int16 returns a signed integer of two bytes.
func Int16(i int16) Value { return binary.BigEndian.AppendUint16(Value{0xd1}, uint16(i)) }

// Int32 returns a signed integer of four bytes.
func Int32(i int32) Value { return binary.BigEndian.AppendUint32(Value{0xd2}, uint32(i)) }

// Int64 returns a signed integer of eight bytes.
func Int64(i int64) Value { return binary.BigEndian.AppendUint64(Value{0xd3}, uint64(i)) }

// Uint8 returns an unsigned integer of one byte.
func Uint8(u uint8) Value { return Value{0xcc, u} }

// Uint16 returns an unsigned integer of two bytes.
func Uint16(u uint16) Value { return binary.BigEndian.AppendUint16(Value{0xcd}, u) }

// Uint32 returns an unsigned integer of four bytes.
func Uint32(u uint32) Value { return binary.BigEndian.AppendUint32(Value{0xce}, u) }

// Uint64 returns an unsigned integer of eight bytes.
func Uint64(u uint64) Value { return binary.BigEndian.AppendUint64(Value{0xcf}, u) }

// Float32 returns a float of four bytes; NaN and the infinities are allowed.
func Float32(f float32) Value {
	return binary.BigEndian.AppendUint32(Value{0xca}, math.Float32bits(f))
}

// Float64 returns a float of eight bytes; NaN and the infinities are allowed.
func Float64(f float64) Value {
	return binary.BigEndian.AppendUint64(Value{0xcb}, math.Float64bits(f))
}

// Ext returns an extension value in its shortest form: fixext for 1, 2, 4, 8 and 16 bytes, else
// ext8, ext16 or ext32.
func Ext(kind int8, data []byte) Value {
	var v Value
	switch n := len(data); {
	case n == 1:
		v = Value{0xd4}
	case n == 2:
		v = Value{0xd5}
	case n == 4:
		v = Value{0xd6}
	case n == 8:
		v = Value{0xd7}
	case n == 16:
		v = Value{0xd8}
	case n <= math.MaxUint8:
		v = Value{0xc7, byte(n)}
	case n <= math.MaxUint16:
		v = binary.BigEndian.AppendUint16(Value{0xc8}, uint16(n))
	default:
		v = binary.BigEndian.AppendUint32(Value{0xc9}, uint32(n))
	}
	return append(append(v, byte(kind)), data...)
}

// Ext8 returns an extension value with a length field of one byte, also where a fixext form exists.
func Ext8(kind int8, data []byte) Value {
	return append(Value{0xc7, byte(len(data)), byte(kind)}, data...)
}

// Array returns an array with its shortest header.
func Array(elements ...Value) Value {
	return join(msgp.AppendArrayHeader(nil, uint32(len(elements))), elements)
}

// Map returns a map with its shortest header; pairs are key, value, key, value ... Keys may be of
// any type and may repeat. Map panics on an odd number of values.
func Map(pairs ...Value) Value {
	if len(pairs)%2 != 0 {
		panic("corpus.Map: a key without a value")
	}
	return join(msgp.AppendMapHeader(nil, uint32(len(pairs)/2)), pairs)
}

// Fields returns a map of string keys to string values: key, value, key, value ...
func Fields(pairs ...string) Value {
	values := make([]Value, len(pairs))
	for i, s := range pairs {
		values[i] = Str(s)
	}
	return Map(values...)
}

// Headers that claim what need not follow; the caller appends as much or as little as the test
// wants.

// Array32 returns the header of an array that claims n elements, in the longest form.
func Array32(n uint32) Value { return binary.BigEndian.AppendUint32(Value{0xdd}, n) }

// Map32 returns the header of a map that claims n pairs, in the longest form.
func Map32(n uint32) Value { return binary.BigEndian.AppendUint32(Value{0xdf}, n) }

// Str32Header returns the header of a string that claims n bytes, in the longest form.
func Str32Header(n uint32) Value { return binary.BigEndian.AppendUint32(Value{0xdb}, n) }

func join(dst []byte, values []Value) Value {
	n := len(dst)
	for _, v := range values {
		n += len(v)
	}
	out := append(make([]byte, 0, n), dst...)
	for _, v := range values {
		out = append(out, v...)
	}
	return out
}
