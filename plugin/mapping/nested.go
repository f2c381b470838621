package mapping

import (
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// walk is the search for content, level and ids below one top-level key: one pass for all of them.
// The maps are flattened afterwards like any other. A text that became the content or an id is
// hidden from that, see record.Builder.Hide: it is sent once. If a better one displaces it later,
// it becomes an attribute under its dotted name.
type walk struct {
	m    *Mapper
	rec  *record.Record
	top  int // position of the top-level key
	base int // of positions: parsedAt in what was JSON in the content
	// scope is that of ids, see otlpScope.
	scope int
	// isMet reports that a key with a use was met: what becomes of the field depends on the
	// rest of its record.
	isMet bool
}

// considerBelow looks for the content, the level and ids in the value tok of the top-level key at
// the position at. Its elements follow c, which is not moved. It reports whether the mapping of the
// field depends on the rest of its record. If not, the field is an ordinary attribute, in each
// record that has it.
func (m *Mapper) considerBelow(
	rec *record.Record, f *fork, at int, tok chunk.Token, c *chunk.Cursor,
) bool {
	w := walk{m: m, rec: rec, top: at, base: at - at%parsedAt, scope: at}
	again := *c
	w.value(f, tok, &again, 1)
	return w.isMet
}

// value looks into a value whose key is depth levels deep, from 1, and moves c over it. A depth of
// 0 is that of what will be JSON text.
func (w *walk) value(f *fork, tok chunk.Token, c *chunk.Cursor, depth int) {
	switch {
	case tok.Kind == chunk.Map && f.maps != nil:
		if depth >= w.m.opts.Limits.NestingLevels {
			depth = 0
		}
		w.pairs(f.maps, tok.Num, c, depth)
	case tok.Kind == chunk.Array && f.elements != nil:
		around := w.scope
		for n := tok.Num; n > 0; n-- {
			if tok = c.Next(); tok.Kind == chunk.Map {
				w.scope = w.base + c.Pos()
				w.pairs(f.elements, tok.Num, c, 0)
				continue
			}
			c.SkipElements(tok)
		}
		w.scope = around
	default:
		c.SkipElements(tok)
	}
}

// pairs looks at the pairs of a map whose key is depth levels deep.
func (w *walk) pairs(b *branch, n uint64, c *chunk.Cursor, depth int) {
	out := &w.m.event.out
	whole, all := *c, n
	signs := noSigns
	for ; n > 0; n-- {
		at := w.base + c.Pos()
		start := out.Size()
		t := b.find(out.Key(c))
		out.Undo(start) // the text of a key that is not a string
		tok := c.Next()
		switch {
		case t == nil:
			c.SkipElements(tok)
		case tok.Kind == chunk.Map || tok.Kind == chunk.Array:
			below := 0
			if depth > 0 {
				below = depth + 1
			}
			w.value(&t.fork, tok, c, below)
		case t.isUsed():
			w.isMet = true
			if t.levelRank != 0 && w.m.level.canName(t.levelRank, tok) {
				if signs == noSigns && source.Number(tok, mostLevel) >= 0 { // once for a map
					signs = w.m.roles.evidenceIn(all, whole, out)
				}
				w.m.level.considerBelow(&w.m.event, t.levelRank, w.top, tok, signs)
			}
			if w.base < metaAt { // the attributes of an OTLP record stay whole
				w.leaf(&t.leaf, at, tok, depth > 0)
			}
		}
	}
}

// leaf considers a scalar. isFlat reports that it becomes an attribute of its own.
func (w *walk) leaf(l *leaf, at int, tok chunk.Token, isFlat bool) {
	m := w.m
	isText := tok.Kind == chunk.String
	if l.contentRank != 0 && isText && isFlat &&
		m.content.considerBelow(&m.event, w.rec, l, w.top, at, tok.Data) {
		return
	}
	if isIDUse(l.use) && isText {
		at, top := at, w.top
		if !isFlat {
			at, top = inPlace, 0
		}
		m.trace.considerBelow(&m.event, l, w.scope, top, at, tok.Data, &m.late)
	}
}

// noSigns are signs that are not known yet.
const noSigns = ^source.Signs(0)

// evidenceIn returns what the fields of a map say about the numbers of levels in it. Its pairs
// follow c.
func (t *roleTable) evidenceIn(
	pairs uint64, c chunk.Cursor, out *record.Builder,
) (signs source.Signs) {
	for ; pairs > 0; pairs-- {
		start := out.Size()
		key := out.Key(&c)
		tok := c.Next()
		if r := t.find(key); r != nil {
			signs |= evidenceOf(r, key, tok)
		}
		out.Undo(start)
		c.SkipElements(tok)
	}
	return signs
}
