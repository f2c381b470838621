package record

import "out_dynatrace/plugin/chunk"

// considerBelow looks for a level in a nested map, whose pairs stand behind c, under the level keys that lead into it. It does
// not move c: the map is flattened as any other.
func (m *Mapper) considerBelow(rec *Record, paths []path, pairs uint64, c *chunk.Cursor) {
	for i := range paths {
		p := &paths[i]
		if rank := uint16(p.level); m.level.rank == 0 || rank < m.level.rank {
			again := *c
			if name := m.levelBelow(p.rest, pairs, &again); name != "" {
				m.displace(rec, &m.level, c)
				m.level = candidate{rank: rank, at: inPlace, name: name}
			}
		}
	}
}

// levelBelow returns the level that the first field with the name rest names, or "". A name with dots can stand for a field of
// that name as well as for one in maps below; recursion ends with its dots.
func (m *Mapper) levelBelow(rest string, pairs uint64, c *chunk.Cursor) (name string) {
	start := len(m.scratch)
	for ; pairs > 0 && name == ""; pairs-- {
		key := m.key(c)
		tok := c.Next()
		switch {
		case tok.Kind == chunk.String:
			if equalFold(key, rest) {
				name = severity(tok.Data)
			}
		case tok.Kind == chunk.Map && len(key) < len(rest) && rest[len(key)] == '.' && equalFold(key, rest[:len(key)]):
			name = m.levelBelow(rest[len(key)+1:], tok.Num, c)
		default:
			skipElements(tok, c)
		}
		m.scratch = m.scratch[:start] // the text of a key that is no string
	}
	return name
}
