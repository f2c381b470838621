package mapping

import (
	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// considerBelow looks for a level, a trace or a span in a nested map, whose pairs follow c,
// under the keys that lead into it. It does not move c: the map is flattened like any other.
func (m *Mapper) considerBelow(paths []path, pairs uint64, c *chunk.Cursor) {
	for i := range paths {
		p := &paths[i]
		again := *c
		if p.levelRank == 0 {
			if tok := m.findBelow(p, p.rest, pairs, &again); tok.Kind == chunk.String {
				m.trace.consider(p.use, p.rank, inPlace, tok.Data, &m.late)
			}
			continue
		}
		if m.level.isBetter(uint16(p.levelRank)) {
			if tok := m.findBelow(p, p.rest, pairs, &again); tok.Kind != chunk.Invalid {
				m.level.considerBelow(&m.event, p.levelRank, tok, m.roles.evidenceIn(pairs, *c, &m.event.out))
			}
		}
	}
}

// findBelow returns the first text with the name rest or, if a level is looked for, the first
// scalar that names one. A name with dots can stand for a field of that name as well as for one in
// maps below. The recursion ends with the dots of the name.
func (m *Mapper) findBelow(
	p *path, rest string, pairs uint64, c *chunk.Cursor,
) (found chunk.Token) {
	out := &m.event.out
	start := out.Size()
	for ; pairs > 0 && found.Kind == chunk.Invalid; pairs-- {
		key := out.Key(c)
		tok := c.Next()
		switch tok.Kind {
		case chunk.Map:
			if len(key) < len(rest) && rest[len(key)] == '.' && ascii.EqualFold(key, rest[:len(key)]) {
				found = m.findBelow(p, rest[len(key)+1:], tok.Num, c)
				if found.Kind != chunk.Invalid {
					break
				}
				continue
			}
			c.SkipElements(tok)
		case chunk.Array:
			c.SkipElements(tok)
		default:
			isWanted := tok.Kind == chunk.String
			if p.levelRank != 0 {
				isWanted = m.level.canName(p.levelRank, tok)
			}
			if isWanted && ascii.EqualFold(key, rest) {
				found = tok
			}
		}
		out.Undo(start) // the text of a key that is not a string
	}
	return found
}

// evidenceIn returns what the fields of a map say about the numbers of levels in it. Its pairs follow
// c.
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
