package chunk

import (
	"encoding/binary"
	"errors"
	"math"
)

// Kind is the type of a msgpack value.
type Kind uint8

// The kinds of msgpack values. A Cursor returns Invalid at the end of its bytes and at bytes that
// are not msgpack.
const (
	Invalid Kind = iota
	Nil
	Bool
	Int
	Uint
	Float32
	Float64
	String
	Binary
	Ext
	Array
	Map
)

// Token is one msgpack value read in place: a scalar with its value, or the head of an array or a
// map whose elements follow.
type Token struct {
	Kind Kind
	// ExtType is the application type of an Ext.
	ExtType int8
	// Num holds a Bool as 0 or 1, an Int as the bits of an int64 (negative only: other integers
	// are a Uint), a Uint, the bits of a float64 for both float kinds, and the number of
	// elements of an Array or of pairs of a Map.
	Num uint64
	// Data is the content of a String, a Binary or an Ext: a view into the chunk.
	Data []byte
}

// Int64 returns the value of an Int.
func (t Token) Int64() int64 { return int64(t.Num) }

// Float returns the value of a Float32 or a Float64.
func (t Token) Float() float64 { return math.Float64frombits(t.Num) }

var (
	errTruncated = errors.New("the data ends in the middle of a value")
	errReserved  = errors.New("a byte that msgpack never uses") // 0xc1
)

// Cursor walks msgpack values in their order. The zero Cursor is at its end. It is not safe for
// concurrent use.
type Cursor struct {
	b   []byte
	pos int
}

// NewCursor returns a cursor at the start of b.
func NewCursor(b []byte) Cursor { return Cursor{b: b} }

// Pos returns the number of bytes read so far.
func (c *Cursor) Pos() int { return c.pos }

// Rest returns the bytes that have not been read yet.
func (c *Cursor) Rest() []byte { return c.b[c.pos:] }

// Since returns the bytes read since the cursor was at pos.
func (c *Cursor) Since(pos int) []byte { return c.b[pos:c.pos:c.pos] }

// From returns a cursor over the same bytes at pos, a position that c was at before.
func (c *Cursor) From(pos int) Cursor { return Cursor{b: c.b, pos: pos} }

// Advance moves over n bytes that the caller knows to be whole values.
func (c *Cursor) Advance(n int) { c.pos += n }

// ShortString reads the next token if it is a string of less than 32 bytes, as most keys are, and
// reports whether it was.
func (c *Cursor) ShortString() ([]byte, bool) {
	if c.pos >= len(c.b) {
		return nil, false
	}
	size := int(c.b[c.pos] ^ 0xa0)
	start := c.pos + 1
	if size > 0x1f || len(c.b)-start < size {
		return nil, false
	}
	c.pos = start + size
	return c.b[start:c.pos:c.pos], true
}

// Next reads one token. The elements of an array or map are the tokens after it. At the end of the
// bytes, and at bytes that are not msgpack, it returns a Token of Kind Invalid and does not move.
func (c *Cursor) Next() Token {
	if c.pos >= len(c.b) {
		return Token{}
	}
	lead := c.b[c.pos]
	switch {
	case lead <= 0x7f:
		c.pos++
		return Token{Kind: Uint, Num: uint64(lead)}
	case lead >= 0xe0:
		c.pos++
		return Token{Kind: Int, Num: uint64(int64(int8(lead)))}
	case lead >= 0xa0 && lead <= 0xbf:
		return c.data(String, 1, uint64(lead&0x1f))
	case lead <= 0x8f:
		c.pos++
		return Token{Kind: Map, Num: uint64(lead & 0x0f)}
	case lead <= 0x9f:
		c.pos++
		return Token{Kind: Array, Num: uint64(lead & 0x0f)}
	// The next two are for speed: log lines are such strings. nextWide reads them too.
	case lead == 0xd9 && len(c.b)-c.pos > 1:
		return c.data(String, 2, uint64(c.b[c.pos+1]))
	case lead == 0xda && len(c.b)-c.pos > 2:
		return c.data(String, 3, uint64(c.b[c.pos+1])<<8|uint64(c.b[c.pos+2]))
	}
	return c.nextWide(lead)
}

// nextWide reads a token whose lead byte is followed by a size or a number.
func (c *Cursor) nextWide(lead byte) Token {
	f := &forms[lead-0xc0]
	rest := c.b[c.pos+1:]
	if len(rest) < int(f.width) {
		return Token{}
	}
	var n uint64
	switch f.width {
	case 1:
		n = uint64(rest[0])
	case 2:
		n = uint64(binary.BigEndian.Uint16(rest))
	case 4:
		n = uint64(binary.BigEndian.Uint32(rest))
	case 8:
		n = binary.BigEndian.Uint64(rest)
	}
	head := 1 + int(f.width)
	switch f.kind {
	case Invalid:
		return Token{}
	case Bool:
		n = uint64(lead & 1)
	case Int:
		n = signExtend(n, f.width)
		if int64(n) >= 0 {
			c.pos += head
			return Token{Kind: Uint, Num: n}
		}
	case Float32:
		n = math.Float64bits(float64(math.Float32frombits(uint32(n))))
	case String, Binary:
		return c.data(f.kind, head, n)
	case Ext:
		if f.fixed != 0 {
			n = uint64(f.fixed)
		}
		if len(c.b)-c.pos < head+1 {
			return Token{}
		}
		typ := int8(c.b[c.pos+head])
		t := c.data(Ext, head+1, n)
		t.ExtType = typ
		return t
	}
	c.pos += head
	return Token{Kind: f.kind, Num: n}
}

// data reads a value of size bytes that follows head bytes.
func (c *Cursor) data(kind Kind, head int, size uint64) Token {
	start := c.pos + head
	if uint64(len(c.b)-start) < size {
		return Token{}
	}
	end := start + int(size)
	c.pos = end
	return Token{Kind: kind, Num: size, Data: c.b[start:end:end]}
}

func signExtend(n uint64, width uint8) uint64 {
	shift := 64 - 8*uint(width)
	return uint64(int64(n<<shift) >> shift)
}

// form is the format that a lead byte from 0xc0 on announces: a kind, the width in bytes of the
// number or size that follows, and the size of the content if the lead byte fixes it.
type form struct {
	kind  Kind
	width uint8
	fixed uint8
}

// forms covers 0xc0 to 0xdf. 0xc1 is unused.
var forms = [32]form{
	0x00: {kind: Nil},
	0x02: {kind: Bool},
	0x03: {kind: Bool},
	0x04: {kind: Binary, width: 1},
	0x05: {kind: Binary, width: 2},
	0x06: {kind: Binary, width: 4},
	0x07: {kind: Ext, width: 1},
	0x08: {kind: Ext, width: 2},
	0x09: {kind: Ext, width: 4},
	0x0a: {kind: Float32, width: 4},
	0x0b: {kind: Float64, width: 8},
	0x0c: {kind: Uint, width: 1},
	0x0d: {kind: Uint, width: 2},
	0x0e: {kind: Uint, width: 4},
	0x0f: {kind: Uint, width: 8},
	0x10: {kind: Int, width: 1},
	0x11: {kind: Int, width: 2},
	0x12: {kind: Int, width: 4},
	0x13: {kind: Int, width: 8},
	0x14: {kind: Ext, fixed: 1},
	0x15: {kind: Ext, fixed: 2},
	0x16: {kind: Ext, fixed: 4},
	0x17: {kind: Ext, fixed: 8},
	0x18: {kind: Ext, fixed: 16},
	0x19: {kind: String, width: 1},
	0x1a: {kind: String, width: 2},
	0x1b: {kind: String, width: 4},
	0x1c: {kind: Array, width: 2},
	0x1d: {kind: Array, width: 4},
	0x1e: {kind: Map, width: 2},
	0x1f: {kind: Map, width: 4},
}
