package record

import (
	"bytes"
	"encoding/base64"
	"unicode/utf8"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/jsontext"
)

// maxTextDepth bounds the nesting of JSON text. Readers commonly reject more than a thousand
// levels, and the recursion must end. What lies deeper is written as the string "...".
const maxTextDepth = 100

// longestTextKey bounds the text of a key that is not a string, in bytes.
const longestTextKey = 64

// textWriter writes JSON until dst is longer than end. From then on it only moves the cursor.
type textWriter struct {
	dst     []byte
	end     int
	leaving *leaving // nil if nothing is left out
}

func (w *textWriter) full() bool { return len(w.dst) > w.end }

func (w *textWriter) value(tok chunk.Token, c *chunk.Cursor, depth int) {
	if w.full() {
		c.SkipElements(tok)
		return
	}
	switch tok.Kind {
	case chunk.Array, chunk.Map:
		if depth > maxTextDepth {
			c.SkipElements(tok)
			w.dst = append(w.dst, `"..."`...)
			return
		}
		if tok.Kind == chunk.Array {
			w.array(tok.Num, c, depth)
		} else {
			w.object(tok.Num, c, depth)
		}
	case chunk.Nil, chunk.Invalid:
		w.dst = append(w.dst, "null"...)
	case chunk.Bool:
		w.dst = jsontext.AppendBool(w.dst, tok.Num != 0)
	case chunk.Int:
		w.dst = jsontext.AppendInt(w.dst, tok.Int64())
	case chunk.Uint:
		w.dst = jsontext.AppendUint(w.dst, tok.Num)
	case chunk.Float32, chunk.Float64:
		w.dst = jsontext.AppendFloat(w.dst, tok.Float(), bitSize(tok.Kind))
	default:
		w.str(tok)
	}
}

func (w *textWriter) array(n uint64, c *chunk.Cursor, depth int) {
	w.dst = append(w.dst, '[')
	for i := range n {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		w.value(c.Next(), c, depth+1)
		if w.full() {
			_, _ = c.Skip(n - i - 1)
			return
		}
	}
	w.dst = append(w.dst, ']')
}

func (w *textWriter) object(n uint64, c *chunk.Cursor, depth int) {
	w.dst = append(w.dst, '{')
	first := len(w.dst)
	for i := range n {
		w.pair(c, depth, len(w.dst) == first)
		if w.full() {
			_, _ = c.Skip(2 * (n - i - 1))
			return
		}
	}
	w.dst = append(w.dst, '}')
}

// pair writes a pair of an object, unless it is left out.
func (w *textWriter) pair(c *chunk.Cursor, depth int, isFirst bool) {
	at, before := c.Pos(), 0
	start := len(w.dst)
	if !isFirst {
		w.dst = append(w.dst, ',')
	}
	tok := c.Next()
	written := len(w.dst)
	w.key(tok, c, depth)
	if l := w.leaving; l != nil {
		key := tok.Data
		if tok.Kind != chunk.String {
			key = w.dst[written:]
			key = bytes.Trim(key, `"`)
		}
		var stays bool
		if before, stays = l.enter(key); !stays {
			l.leave(before)
			w.dst = w.dst[:start]
			c.SkipElements(c.Next())
			l.size += c.Pos() - at
			return
		}
	}
	w.dst = append(w.dst, ':')
	w.value(c.Next(), c, depth+1)
	if w.leaving != nil {
		w.leaving.leave(before)
	}
}

// key writes a key. One that is not a string becomes the text of its value.
func (w *textWriter) key(tok chunk.Token, c *chunk.Cursor, depth int) {
	switch tok.Kind {
	case chunk.String, chunk.Binary, chunk.Ext:
		w.str(tok)
	default:
		inner := textWriter{end: longestTextKey}
		inner.value(tok, c, depth+1)
		// Each level of maps as keys escapes the level below again. Without the cut, its
		// text would double from level to level.
		text, _ := Trim(inner.dst, longestTextKey)
		w.dst = jsontext.AppendString(w.dst, text)
	}
}

// str writes a string, bytes or an ext. It leaves out what is far beyond the limit: that would be
// cut off anyway.
func (w *textWriter) str(tok chunk.Token) {
	if at, isTime := tok.Instant(); isTime {
		w.dst = append(appendInstant(append(w.dst, '"'), at), '"')
		return
	}
	text := tok.Data[:min(len(tok.Data), max(0, w.end-len(w.dst))+1)]
	if tok.Kind == chunk.Ext || (tok.Kind == chunk.Binary && !utf8.Valid(tok.Data)) {
		w.dst = append(w.dst, '"')
		w.dst = base64.StdEncoding.AppendEncode(w.dst, text)
		w.dst = append(w.dst, '"')
		return
	}
	w.dst = jsontext.AppendString(w.dst, text)
}

func bitSize(k chunk.Kind) int {
	if k == chunk.Float32 {
		return 32
	}
	return 64
}
