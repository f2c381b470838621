package record

import (
	"out_dynatrace/plugin/chunk"
)

// Put adds a text that is not a field of the event, unless it is empty. See PutValue.
func (b *Builder) Put(key string, text []byte) {
	if len(text) > 0 {
		b.PutValue(View(key), Text(text))
	}
}

// PutString is Put for a string. The record refers to its memory.
func (b *Builder) PutString(key, text string) { b.Put(key, View(text)) }

// PutValue adds an attribute that is not a field of the event, unless the record has one of that
// name. It keeps the limits and adds no attribute that means something else to the server.
func (b *Builder) PutValue(key []byte, v Value) {
	key = b.trimKey(b.valid(b.Lowered(key)))
	v = b.stringified(v)
	if len(key) == 0 || meansMore(key) || !b.wanted(key, v) {
		return
	}
	hash := HashOf(key)
	if b.keys.has(key, hash) || b.IsFull() && !b.makeRoomFor(key, v, false) {
		return
	}
	b.keys.insert(key, hash)
	v.Text = b.trimText(v.Text)
	b.put(key, v)
}

// PutTree adds a value under a key, maps flattened as those of the event are, arrays as JSON text.
func (b *Builder) PutTree(key []byte, tok chunk.Token, c *chunk.Cursor, depth int) {
	if tok.Kind != chunk.Map || !b.flattens(tok.Num, depth) {
		b.leaving.begin(key)
		b.PutValue(key, b.Scalar(tok, c, b.rules.Stringify))
		return
	}
	if b.shapes && b.excludes(key) {
		b.leaveOut(key, tok, c)
		return
	}
	for pairs := tok.Num; pairs > 0; pairs-- {
		start, isFull, before := len(b.buf), b.IsFull(), len(b.rec.Attributes)
		child := b.Key(c)
		value := c.Next()
		b.PutTree(b.Joined(key, child), value, c, depth+1)
		if isFull && len(b.rec.Attributes) == before {
			b.Undo(start)
		}
	}
}
