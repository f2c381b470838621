package mapping

import (
	"encoding/binary"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// The option exclude knows a field by the name that it has in the event, too: a key of the top
// level, or a path with dots. Such a field is no content, level or id, and no source reads its
// value, but it says what kind of record it is in.

// leaveOut leaves out a field that has a role if its own name is excluded. It reports whether it
// is.
func leaveOut(
	m *Mapper, known *memoSlot, r *role, at int, key []byte, tok chunk.Token, c *chunk.Cursor,
) bool {
	e := &m.event
	if !e.out.Excludes(key) {
		return false
	}
	isTold := (r.accept == nil || r.accept(tok, *c)) && m.held.Mask&r.slotBit == 0
	switch {
	case !isTold:
		e.out.LeaveOut(key, tok, c)
	case r.use == source.Hold && r.isIn(m.context): // it is hidden from the sources
		if !r.isPlain() {
			known = nil
		}
		if entry := m.held.take(e, known, r, at, tok, c, signsOf(r, key, tok)); entry != nil {
			entry.isUsed(r, source.Hold, m.context)
		}
	default:
		e.signs |= signsOf(r, key, tok)
		e.out.LeaveOut(key, tok, c)
	}
	if isTold && r.slotBit != 0 {
		m.held.Mask |= r.slotBit
		m.held.Raw[r.slot] = c.Since(at)
	}
	return true
}

// excludeRoles notes in the roles what exclude can leave out. It ignores case, as roles do.
func (t *roleTable) excludeRoles(exclude *record.Patterns) {
	if !exclude.Any() {
		return
	}
	for i := range t.rows {
		for j := range t.rows[i] {
			r := &t.rows[i][j]
			r.mayExclude = exclude.MatchFold(r.key)
		}
	}
	for i := range t.wild {
		t.wild[i].mayExclude = true
	}
}

// excludesPath reports whether exclude can leave out a field of that path, or a map that it is in.
func excludesPath(exclude *record.Patterns, path string) bool {
	for at := range len(path) {
		if path[at] == '.' && exclude.MatchFold(path[:at]) {
			return true
		}
	}
	return exclude.MatchFold(path)
}

// hiding hides from the sources what exclude leaves out of the held fields: they see a copy without
// it.
type hiding struct {
	out   *record.Builder
	whole [source.MaxSlots][]byte // the fields as they are
	path  []byte
	copy  []byte
	size  int // of what is left out of the copy
}

// hide hides what is excluded until show. out counts it if isFirst is set.
func (h *hiding) hide(held *source.Held, out *record.Builder, isFirst bool) {
	if !out.Rules().Exclude.Any() {
		return
	}
	h.out = out
	for rest := held.Mask; rest != 0; rest &= rest - 1 {
		i := source.LowestBit(rest)
		h.whole[i] = held.Raw[i]
		h.size = 0
		held.Raw[i] = h.without(held.Raw[i])
		if isFirst {
			out.Count(record.LeftOut, h.size)
		}
	}
}

// show ends hide.
func (h *hiding) show(held *source.Held) {
	if h.out == nil {
		return
	}
	for rest := held.Mask; rest != 0; rest &= rest - 1 {
		i := source.LowestBit(rest)
		held.Raw[i], h.whole[i] = h.whole[i], nil
	}
	h.out = nil
}

// without returns an encoded key and value without what is excluded, or nil if all of it is.
func (h *hiding) without(raw []byte) []byte {
	c := chunk.NewCursor(raw)
	key := h.out.Key(&c)
	if h.out.Excludes(key) {
		h.size = len(raw)
		return nil
	}
	h.path = append(h.path[:0], key...)
	h.copy = append(h.copy[:0], c.Since(0)...)
	h.value(&c, 1)
	if h.size == 0 {
		return raw
	}
	return h.out.Take(append(h.out.Spare(), h.copy...))
}

const (
	// deepestHeld bounds the nesting of a held field. What lies deeper is hidden: the recursion
	// must end, and no source reads it.
	deepestHeld = 100
	// longestHeldPath bounds a path that is compared with exclude, in bytes.
	longestHeldPath = 1 << 10

	mapHead, arrayHead = 0xdf, 0xdd // of msgpack, with a length of four bytes
)

// value copies the next value of c. The elements of an array have the path of the array.
func (h *hiding) value(c *chunk.Cursor, depth int) {
	at := c.Pos()
	tok := c.Next()
	if depth > deepestHeld && (tok.Kind == chunk.Map || tok.Kind == chunk.Array) {
		c.SkipElements(tok)
		h.size += c.Pos() - at
		h.copy = append(h.copy, 0xc0) // nil
		return
	}
	switch tok.Kind {
	case chunk.Map:
		head := len(h.copy)
		h.copy = append(h.copy, mapHead, 0, 0, 0, 0)
		kept := uint32(0)
		for range tok.Num {
			if h.pair(c, depth) {
				kept++
			}
		}
		binary.BigEndian.PutUint32(h.copy[head+1:], kept)
	case chunk.Array:
		h.copy = binary.BigEndian.AppendUint32(append(h.copy, arrayHead), uint32(tok.Num))
		for range tok.Num {
			h.value(c, depth+1)
		}
	default:
		h.copy = append(h.copy, c.Since(at)...)
	}
}

// pair copies a pair of a map, and reports whether it is not excluded.
func (h *hiding) pair(c *chunk.Cursor, depth int) bool {
	at, before := c.Pos(), len(h.path)
	key := h.out.Key(c)
	h.path = append(append(h.path[:min(before, longestHeldPath)], '.'), key...)
	isHidden := h.out.Excludes(h.path)
	if isHidden {
		_, _ = c.Skip(1)
		h.size += c.Pos() - at
	} else {
		h.copy = append(h.copy, c.Since(at)...)
		h.value(c, depth+1)
	}
	h.path = h.path[:min(before, len(h.path))]
	return !isHidden
}
