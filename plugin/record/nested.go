package record

import "out_dynatrace/plugin/chunk"

// considerBelow looks for a level, a trace or a span in a nested map, whose pairs stand behind c, under the keys that lead into it.
// It does not move c: the map is flattened as any other.
func (m *Mapper) considerBelow(rec *Record, paths []path, pairs uint64, c *chunk.Cursor) {
	for i := range paths {
		p := &paths[i]
		if p.level != 0 {
			if rank := uint16(p.level); m.level.rank == 0 || rank < m.level.rank {
				again := *c
				if tok := m.below(p, p.rest, pairs, &again); tok.Kind != chunk.Invalid {
					m.displace(rec, &m.level)
					m.level = candidate{rank: rank, at: inPlace, name: m.levelOf(tok, false), text: tok}
				}
			}
			continue
		}
		again := *c
		if tok := m.below(p, p.rest, pairs, &again); tok.Kind == chunk.String {
			m.considerID(p.use, p.rank, inPlace, tok.Data)
		}
	}
}

// below returns the first text with the name rest, and if a level is looked for the first scalar that names one. A name with dots can
// stand for a field of that name as well as for one in maps below; recursion ends with its dots.
func (m *Mapper) below(p *path, rest string, pairs uint64, c *chunk.Cursor) (found chunk.Token) {
	start := len(m.scratch)
	for ; pairs > 0 && found.Kind == chunk.Invalid; pairs-- {
		key := m.key(c)
		tok := c.Next()
		switch tok.Kind {
		case chunk.Map:
			if len(key) < len(rest) && rest[len(key)] == '.' && equalFold(key, rest[:len(key)]) {
				found = m.below(p, rest[len(key)+1:], tok.Num, c)
				if found.Kind != chunk.Invalid {
					break
				}
				continue
			}
			skipElements(tok, c)
		case chunk.Array:
			skipElements(tok, c)
		default:
			if equalFold(key, rest) && (p.level == 0 && tok.Kind == chunk.String || p.level != 0 && m.levelOf(tok, false) != "") {
				found = tok
			}
		}
		m.scratch = m.scratch[:start] // the text of a key that is no string
	}
	return found
}
