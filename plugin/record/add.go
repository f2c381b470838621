package record

import (
	"out_dynatrace/plugin/chunk"
)

// emptyKey replaces a key of no characters, which a JSON reader may reject.
var emptyKey = []byte("_")

// AddField adds a pair of the event's top-level map under a key that the server takes for what it
// is. Fields that clash with the record's own get the name that the server itself gives to the
// loser of a clash, unless they are maps: no field of those has such a name. c is positioned after
// tok and is moved over the elements of a map or an array; it may be nil for other tokens.
func (b *Builder) AddField(key []byte, tok chunk.Token, c *chunk.Cursor) {
	key = b.Lowered(key)
	r := Reserved(key)
	isMap := tok.Kind == chunk.Map && b.flattens(tok.Num, 1)
	isReserved := !isMap && r >= OwnField && r <= ServerField
	if r == ServerField && !isMap {
		if number, is := httpStatus(tok); is {
			if b.shapes && b.excludes(key) {
				b.leaveOut(key, tok, c)
				return
			}
			key, tok, isReserved = httpStatusKey, number, false
		}
	}
	if r != OwnLevel && r < LevelSource {
		b.add(key, tok, c, 1, isReserved)
		return
	}
	b.canBeLevel = !isMap && r != AboveSource && tok.Kind > chunk.Nil && tok.Kind != chunk.Array
	first := len(b.rec.Attributes) - b.moved
	b.add(key, tok, c, 1, isReserved)
	b.canBeLevel = false
	b.noteLevelLike(first+b.moved, r, isMap)
}

// Add adds a value under a key that has its case already. Maps are flattened down to the nesting
// limit. c is positioned after tok and is moved over its elements. depth is the level of the key,
// from 1.
func (b *Builder) Add(key []byte, tok chunk.Token, c *chunk.Cursor, depth int) {
	b.add(key, tok, c, depth, false)
}

// add is Add for a key that can be reserved for something else.
func (b *Builder) add(key []byte, tok chunk.Token, c *chunk.Cursor, depth int, isReserved bool) {
	if tok.Kind == chunk.Map && b.flattens(tok.Num, depth) {
		if b.shapes && !b.isMuted && b.excludes(key) {
			b.leaveOut(key, tok, c)
			return
		}
		b.flatten(key, tok.Num, c, depth)
		return
	}
	if b.watched&(1<<uint(min(len(key), 63))) != 0 {
		b.watch(key, tok)
	}
	if b.isMuted {
		skip(tok, c)
		return
	}
	if len(key) == 0 {
		key = emptyKey
	}
	if b.IsFull() {
		b.addToFull(key, tok, c, isReserved)
		return
	}
	b.addWhole(key, tok, c, isReserved)
}

// addWhole adds a value that is not flattened.
func (b *Builder) addWhole(key []byte, tok chunk.Token, c *chunk.Cursor, isReserved bool) {
	name := b.trimKey(b.valid(key))
	if b.shapes && len(name) != len(key) && b.excludes(key) {
		b.leaveOut(key, tok, c)
		return
	}
	if tok.Kind == chunk.String { // most are
		b.append(name, Text(b.trimText(b.WithoutExcluded(tok.Data))), isReserved)
		return
	}
	b.leaving.begin(key)
	b.append(name, b.value(tok, c), isReserved)
}

// addToFull adds a value to a record that is full, if that has something of less worth. What is
// left out by the rules does not count as one for which there was no room.
func (b *Builder) addToFull(key []byte, tok chunk.Token, c *chunk.Cursor, isReserved bool) {
	if !b.shapes && !b.canBeLevel && b.worst() <= WorthOf(key) {
		b.rec.Cuts[CutAttributes]++
		skip(tok, c)
		return
	}
	texts, elements, before := len(b.buf), len(b.elements), len(b.rec.Attributes)
	b.addWhole(key, tok, c, isReserved)
	if len(b.rec.Attributes) == before { // a million values must not fill the memory
		b.buf, b.elements = b.buf[:texts], b.elements[:elements]
	}
}

// AddText adds a text under a key, unless the record is full of what is worth as much.
func (b *Builder) AddText(key, text []byte) {
	b.Add(key, chunk.Token{Kind: chunk.String, Data: text}, nil, 1)
}

// LeaveOut leaves out a field of the event. What its fields say about the origin of the record is
// known all the same.
func (b *Builder) LeaveOut(key []byte, tok chunk.Token, c *chunk.Cursor) {
	b.leaveOut(b.Lowered(key), tok, c)
}

func (b *Builder) leaveOut(key []byte, tok chunk.Token, c *chunk.Cursor) {
	b.isMuted = true
	start, size := 0, len(key)+len(tok.Data)
	if c != nil {
		start = c.Pos()
	}
	b.add(key, tok, c, 1, false)
	if c != nil {
		size += c.Pos() - start
	}
	b.Count(LeftOut, size)
	b.isMuted = false
}

// watch reports a field with a watched key.
func (b *Builder) watch(key []byte, tok chunk.Token) {
	for i, name := range b.rules.Watched {
		if string(key) == name && tok.Kind != chunk.Nil {
			b.rules.Watch(i, tok.Data, IsText(tok))
		}
	}
}

// skip moves c over the elements of a token.
func skip(tok chunk.Token, c *chunk.Cursor) {
	if c != nil {
		c.SkipElements(tok)
	}
}

// flattens reports whether a map of so many pairs becomes attributes of its own at a level of
// depth.
func (b *Builder) flattens(pairs uint64, depth int) bool {
	return pairs > 0 && depth < b.rules.Limits.NestingLevels
}

// longestPath bounds the name of a field that is compared with exclude, in bytes.
const longestPath = 1 << 10

// flatten adds the pairs of a nested map under dotted keys.
func (b *Builder) flatten(prefix []byte, pairs uint64, c *chunk.Cursor, depth int) {
	// A prefix over the limit would be cut in every key below it. Cutting it here bounds its
	// cost.
	limit := b.rules.Limits.AttributeKeyBytes + 1
	if b.shapes {
		limit = max(limit, longestPath)
	}
	prefix = prefix[:min(len(prefix), limit)]
	for ; pairs > 0; pairs-- {
		child := b.Key(c)
		tok := c.Next()
		if b.hidden.size > 0 && tok.Kind == chunk.String && b.hides(tok.Data) {
			continue
		}
		start, isFull, before := len(b.buf), b.IsFull(), len(b.rec.Attributes)
		key := b.Take(b.appendKey(append(append(b.buf, prefix...), '.'), child))
		b.add(key, tok, c, depth+1, false)
		if (isFull || b.isMuted) && len(b.rec.Attributes) == before {
			b.Undo(start) // a map of a million keys must not fill the scratch memory
		}
	}
}
