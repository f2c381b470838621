package record

import (
	"strconv"
	"unicode/utf8"

	"out_dynatrace/plugin/chunk"
)

// emptyKey stands for a key of no characters, which a JSON reader may refuse.
var emptyKey = []byte("_")

// add adds a value under key, which has its case already. Maps are flattened down to the nesting limit; c stands behind tok, and is moved over the
// elements of a map or an array. depth is the level of key, from 1.
func (m *Mapper) add(rec *Record, key []byte, tok chunk.Token, c *chunk.Cursor, depth int) {
	if m.flattens(tok.Kind, tok.Num, depth) {
		m.flatten(rec, key, tok.Num, c, depth)
		return
	}
	if m.count >= m.opts.Limits.Attributes {
		m.cuts[CutAttributes]++
		if tok.Kind == chunk.String {
			m.noteOrigin(key, Value{Kind: String, Text: tok.Data})
		}
		skipElements(tok, c)
		return
	}
	if len(key) == 0 {
		key = emptyKey
	}
	key = m.valid(key)
	if short, wasCut := cut(key, m.opts.Limits.AttributeKeyBytes); wasCut {
		m.cuts[CutKey]++
		key = short
	}
	m.append(rec, key, m.value(tok, c))
}

// flattens tells whether a value, of so many pairs if it is a map, becomes attributes of its own at a level of depth.
func (m *Mapper) flattens(kind chunk.Kind, pairs uint64, depth int) bool {
	return kind == chunk.Map && pairs > 0 && depth < m.opts.Limits.NestingLevels
}

// valid returns key with U+FFFD in the place of each invalid byte. An encoder would write it so anyway, but then keys that
// differ in such bytes alone would come out equal.
func (m *Mapper) valid(key []byte) []byte {
	if utf8.Valid(key) {
		return key
	}
	// What lies far behind the limit is cut off anyway.
	key = key[:min(len(key), m.opts.Limits.AttributeKeyBytes+utf8.UTFMax)]
	start := len(m.scratch)
	for len(key) > 0 {
		r, width := utf8.DecodeRune(key)
		m.scratch = utf8.AppendRune(m.scratch, r)
		key = key[width:]
	}
	return m.scratch[start:len(m.scratch):len(m.scratch)]
}

// append adds an attribute whose key and value are within the limits, if it is wanted, under a key that neither the server claims nor
// the record has yet.
func (m *Mapper) append(rec *Record, key []byte, v Value) {
	if m.shaping && !m.wanted(key, v) {
		m.noteOrigin(key, v)
		return
	}
	if serverOwned(key) {
		if key = m.overwritten(1, key); m.shaping && !m.wanted(key, v) {
			return
		}
	}
	m.attach(rec, key, v)
}

// attach adds an attribute under a key that the record does not have yet, if that is wanted.
func (m *Mapper) attach(rec *Record, key []byte, v Value) {
	if key = m.unique(key, v, m.shaping); key != nil {
		m.count++
		rec.Attributes = append(rec.Attributes, Attribute{Key: key, Value: v})
	}
}

// flatten adds the pairs of a nested map under dotted keys.
func (m *Mapper) flatten(rec *Record, prefix []byte, pairs uint64, c *chunk.Cursor, depth int) {
	// A prefix over the limit would be cut in every key below it: cut it once, so that a long one costs its length once.
	if limit := m.opts.Limits.AttributeKeyBytes; len(prefix) > limit+1 {
		prefix = prefix[:limit+1]
	}
	for ; pairs > 0; pairs-- {
		child := m.key(c)
		tok := c.Next()
		start := len(m.scratch)
		m.scratch = m.appendKey(append(append(m.scratch, prefix...), '.'), child)
		key := m.scratch[start:len(m.scratch):len(m.scratch)]
		full := m.count >= m.opts.Limits.Attributes
		m.add(rec, key, tok, c, depth+1)
		if full { // nothing was added: a map of a million keys must not fill the scratch with them
			m.scratch = m.scratch[:start]
		}
	}
}

// unique returns key, or the first of overwritten1.key, overwritten2.key, ... that the record does not have yet: the names
// that the server gives to the later ones of equal keys, without losing them (page "Ingest JSON and TXT logs"). With shaping it returns
// nil for another name that is not wanted: what is not added must not be known either.
func (m *Mapper) unique(key []byte, v Value, shaping bool) []byte {
	first, isNew := m.keys.insert(key, hashOf(key))
	if isNew && (m.made == nil || !m.made.has(key)) {
		return key
	}
	m.renamed = true
	for {
		start := len(m.scratch)
		first.renamed++ // so that a thousand equal keys do not try the same names again and again
		other := m.overwritten(first.renamed, key)
		if shaping && !m.wanted(other, v) {
			m.scratch = m.scratch[:start]
			return nil
		}
		if _, isNew := m.keys.insert(other, hashOf(other)); isNew && (m.made == nil || !m.made.has(other)) {
			return other
		}
		m.scratch = m.scratch[:start]
	}
}

// overwritten returns overwritten<n>.key within the limit of keys.
func (m *Mapper) overwritten(n int, key []byte) []byte {
	start := len(m.scratch)
	m.scratch = append(m.scratch, "overwritten"...)
	m.scratch = strconv.AppendInt(m.scratch, int64(n), 10)
	m.scratch = append(append(m.scratch, '.'), key...)
	full := m.scratch[start:len(m.scratch):len(m.scratch)]
	short, _ := cut(full, m.opts.Limits.AttributeKeyBytes)
	return short
}

// skipElements moves c over the elements of an array or a map.
func skipElements(tok chunk.Token, c *chunk.Cursor) {
	switch tok.Kind {
	case chunk.Array:
		_, _ = c.Skip(tok.Num)
	case chunk.Map:
		_, _ = c.Skip(2 * tok.Num)
	}
}
