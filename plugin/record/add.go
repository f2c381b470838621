package record

import (
	"out_dynatrace/plugin/chunk"
)

// emptyKey replaces a key of no characters, which a JSON reader may reject.
var emptyKey = []byte("_")

// AddField adds a pair of the event's top-level map under a key that the server takes for what it
// is. Fields that clash with the record's own get the name that the server itself gives to the
// loser of a clash. c is positioned after tok and is moved over the elements of a map or an array;
// it may be nil for other tokens.
func (b *Builder) AddField(key []byte, tok chunk.Token, c *chunk.Cursor) {
	key = b.Lowered(key)
	r := Reserved(key)
	switch r {
	case ServerField:
		if isHTTPStatus(tok) {
			key, r = httpStatusKey, NotReserved
			break
		}
		key = b.overwritten(1, key)
	case OwnField, OwnLevel:
		key = b.overwritten(1, key)
	}
	first := len(b.rec.Attributes)
	b.Add(key, tok, c, 1)
	if r >= OwnLevel {
		b.noteLevelLike(first, r, tok.Kind == chunk.Map && b.flattens(tok.Num, 1))
	}
}

// Add adds a value under a key that has its case already. Maps are flattened down to the nesting
// limit. c is positioned after tok and is moved over its elements. depth is the level of the key,
// from 1.
func (b *Builder) Add(key []byte, tok chunk.Token, c *chunk.Cursor, depth int) {
	if tok.Kind == chunk.Map && b.flattens(tok.Num, depth) {
		b.flatten(key, tok.Num, c, depth)
		return
	}
	if b.watched&(1<<uint(min(len(key), 63))) != 0 {
		b.watch(key, tok)
	}
	if b.count >= b.rules.Limits.Attributes {
		b.rec.Cuts[CutAttributes]++
		if c != nil {
			c.SkipElements(tok)
		}
		return
	}
	if len(key) == 0 {
		key = emptyKey
	}
	key = b.trimKey(b.valid(key))
	if tok.Kind == chunk.String { // most are
		b.append(key, Text(b.trimText(tok.Data)))
		return
	}
	b.append(key, b.value(tok, c))
}

// AddText adds a text under a key, unless the record is full.
func (b *Builder) AddText(key, text []byte) {
	b.Add(key, chunk.Token{Kind: chunk.String, Data: text}, nil, 1)
}

// watch reports a field with a watched key.
func (b *Builder) watch(key []byte, tok chunk.Token) {
	for i, name := range b.rules.Watched {
		if string(key) == name && tok.Kind != chunk.Nil {
			b.rules.Watch(i, tok.Data, IsText(tok))
		}
	}
}

// flattens reports whether a map of so many pairs becomes attributes of its own at a level of
// depth.
func (b *Builder) flattens(pairs uint64, depth int) bool {
	return pairs > 0 && depth < b.rules.Limits.NestingLevels
}

// flatten adds the pairs of a nested map under dotted keys.
func (b *Builder) flatten(prefix []byte, pairs uint64, c *chunk.Cursor, depth int) {
	// A prefix over the limit would be cut in every key below it. Cutting it here bounds its
	// cost.
	if limit := b.rules.Limits.AttributeKeyBytes; len(prefix) > limit+1 {
		prefix = prefix[:limit+1]
	}
	for ; pairs > 0; pairs-- {
		child := b.Key(c)
		tok := c.Next()
		start := len(b.buf)
		key := b.Take(b.appendKey(append(append(b.buf, prefix...), '.'), child))
		full := b.IsFull()
		b.Add(key, tok, c, depth+1)
		if full { // nothing was added: a map of a million keys must not fill the scratch memory
			b.Undo(start)
		}
	}
}
