package record

import "out_dynatrace/plugin/chunk"

// wanted tells whether an attribute is to be sent, and counts what is left out.
func (m *Mapper) wanted(key []byte, v Value) bool {
	o := &m.opts
	if o.DropEmpty && isEmpty(v) || o.Include.Any() && !o.Include.Match(key) || o.Exclude.Any() && o.Exclude.Match(key) {
		m.cuts[LeftOut] += uint64(len(key) + len(v.Text))
		return false
	}
	return true
}

// isEmpty tells whether a value says nothing. An empty map has become the text {}.
func isEmpty(v Value) bool {
	switch v.Kind {
	case Null:
		return true
	case String:
		return len(v.Text) == 0 || string(v.Text) == "{}"
	case Array:
		return uint32(v.Num) == 0
	}
	return false
}

// leaveOut leaves a field out, which began at a position of c, and lets the memo know.
func (m *Mapper) leaveOut(known *memoSlot, at int, c *chunk.Cursor, s signs) {
	m.signs |= s
	n := uint64(c.Pos() - at)
	m.cuts[LeftOut] += n
	if e := m.remember(known, at, c); e != nil {
		e.signs = s
		e.cut, e.cuts[LeftOut] = true, n
	}
}
