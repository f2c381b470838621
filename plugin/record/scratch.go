package record

import (
	"encoding/base64"
	"strconv"
	"time"
	"unicode/utf8"
	"unsafe"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/jsontext"
)

// Scratch holds the texts of a record that are not in the chunk. Its methods return views that are
// valid until the next record.
type Scratch struct {
	buf      []byte
	keyBytes int // limit of a key
}

// Spare returns what a caller appends a text to. Take stores it.
func (s *Scratch) Spare() []byte { return s.buf }

// Take stores a text that was appended to Spare, and returns it.
func (s *Scratch) Take(appended []byte) []byte {
	start := len(s.buf)
	s.buf = appended
	return appended[start:len(appended):len(appended)]
}

// Size returns the size of the texts, in bytes.
func (s *Scratch) Size() int { return len(s.buf) }

// Undo forgets the texts beyond a size.
func (s *Scratch) Undo(size int) { s.buf = s.buf[:size] }

// View returns the bytes of a string without a copy. They must not be written to.
func View(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// Key reads the key of a map. A key that is not a string becomes its text.
func (s *Scratch) Key(c *chunk.Cursor) []byte {
	if key, ok := c.ShortString(); ok {
		return key
	}
	return s.longKey(c)
}

func (s *Scratch) longKey(c *chunk.Cursor) []byte {
	before := *c
	tok := c.Next()
	if tok.Kind == chunk.String {
		return tok.Data
	}
	if text, ok := s.Text(tok); ok {
		return text
	}
	whole, _ := before.Skip(1)
	c.SkipElements(tok)
	return s.JSON(whole, s.keyBytes+1)
}

// Text returns a scalar as text: a string as it is, bytes as text if they are valid UTF-8 and in
// base64 otherwise, a time of fluentd in RFC 3339, a number or a boolean as JSON writes it. Arrays,
// maps and nil have no text.
func (s *Scratch) Text(tok chunk.Token) ([]byte, bool) {
	to := s.buf
	switch tok.Kind {
	case chunk.String:
		return tok.Data, true
	case chunk.Binary, chunk.Ext:
		if IsText(tok) {
			return tok.Data, true
		}
		if at, isTime := tok.Instant(); isTime {
			to = appendInstant(to, at)
			break
		}
		to = base64.StdEncoding.AppendEncode(to, tok.Data)
	case chunk.Bool:
		to = strconv.AppendBool(to, tok.Num != 0)
	case chunk.Int:
		to = strconv.AppendInt(to, tok.Int64(), 10)
	case chunk.Uint:
		to = strconv.AppendUint(to, tok.Num, 10)
	case chunk.Float32, chunk.Float64:
		to = appendFloatText(to, tok.Float(), bitSize(tok.Kind))
	default:
		return nil, false
	}
	return s.Take(to), true
}

// appendInstant writes a time as RFC 3339, in UTC.
func appendInstant(to []byte, at chunk.Time) []byte {
	return time.Unix(at.Sec, int64(at.Nsec)).UTC().AppendFormat(to, time.RFC3339Nano)
}

// IsText reports whether a value is text without a conversion.
func IsText(tok chunk.Token) bool {
	return tok.Kind == chunk.String || tok.Kind == chunk.Binary && utf8.Valid(tok.Data)
}

// JSON returns an encoded value as JSON text of little more than limit bytes: the caller cuts what
// is longer.
func (s *Scratch) JSON(value []byte, limit int) []byte {
	c := chunk.NewCursor(value)
	return s.Elements(c.Next(), &c, limit)
}

// Elements is JSON for a token and the elements after it. It moves c over them.
func (s *Scratch) Elements(tok chunk.Token, c *chunk.Cursor, limit int) []byte {
	w := textWriter{dst: s.buf, end: len(s.buf) + limit}
	w.value(tok, c, 1)
	return s.Take(w.dst)
}

// appendFloatText writes a float as jsontext does, without the quotes around NaN and the
// infinities.
func appendFloatText(dst []byte, f float64, bits int) []byte {
	start := len(dst)
	dst = jsontext.AppendFloat(dst, f, bits)
	if dst[start] == '"' {
		n := copy(dst[start:], dst[start+1:len(dst)-1])
		dst = dst[:start+n]
	}
	return dst
}

// appendNumber appends a number or a boolean as text.
func appendNumber(dst []byte, v Value) []byte {
	switch v.Kind {
	case Bool:
		return strconv.AppendBool(dst, v.Num != 0)
	case Int:
		return strconv.AppendInt(dst, v.Int64(), 10)
	case Uint:
		return strconv.AppendUint(dst, v.Num, 10)
	case Float32:
		return appendFloatText(dst, v.Float(), 32)
	case Float64:
		return appendFloatText(dst, v.Float(), 64)
	}
	return dst
}
