package record

import "out_dynatrace/plugin/chunk"

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
	if b.IsFull() {
		if !b.keys.has(key, hash) {
			b.rec.Cuts[CutAttributes]++
		}
		return
	}
	if _, isNew := b.keys.insert(key, hash); !isNew {
		return
	}
	v.Text = b.trimText(v.Text)
	b.count++
	b.rec.Attributes = append(b.rec.Attributes, Attribute{Key: key, Value: v})
}

// PutTree adds a value under a key, maps flattened as those of the event are, arrays as JSON text.
func (b *Builder) PutTree(key []byte, tok chunk.Token, c *chunk.Cursor, depth int) {
	if !b.flattens(tok, depth) {
		b.PutValue(key, b.Scalar(tok, c, b.rules.Stringify))
		return
	}
	for pairs := tok.Num; pairs > 0; pairs-- {
		if b.IsFull() {
			b.rec.Cuts[CutAttributes] += pairs
			_, _ = c.Skip(2 * pairs)
			return
		}
		child := b.Key(c)
		value := c.Next()
		b.PutTree(b.Joined(key, child), value, c, depth+1)
	}
}

// Get returns the value of a key among the attributes that the record has of its own.
func (b *Builder) Get(key []byte) (Value, bool) { return Find(b.rec.Attributes, key) }

// Joined returns x.y, cut if it is longer than any key may be.
func (b *Builder) Joined(x, y []byte) []byte {
	return b.Take(b.appendPart(append(b.appendPart(b.buf, x), '.'), y))
}

// Prefixed returns a prefix followed by a part of a key, cut if it is longer than any key may be.
func (b *Builder) Prefixed(prefix string, part []byte) []byte {
	return b.Take(b.appendPart(append(b.buf, prefix...), part))
}

// appendPart appends a part of a key, cut if it is longer than any key may be.
func (b *Builder) appendPart(dst, part []byte) []byte {
	if limit := b.rules.Limits.AttributeKeyBytes + 1; !b.rules.LowercaseKeys {
		part = part[:min(len(part), limit)]
	}
	return b.appendKey(dst, part)
}

// AttributesOf returns a list of attributes as records get them: within the limits, and with the
// case and the types that the rules ask for. The list is a copy.
func AttributesOf(list []Attribute, rules Rules) []Attribute {
	var b Builder
	var rec Record
	rules.Header = nil
	rules.Limits.Attributes = len(list)
	b.Init(rules)
	b.Begin(&rec)
	for i := range list {
		v := b.stringified(list[i].Value)
		key, _ := Trim(b.Lowered(list[i].Key), rules.Limits.AttributeKeyBytes)
		v.Text, _ = Trim(v.Text, rules.Limits.AttributeValueBytes)
		rec.Attributes = append(rec.Attributes, Attribute{Key: key, Value: v})
	}
	return rec.Attributes
}
