package mapping

import (
	"encoding/binary"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// memo remembers fields. The records of a chunk repeat most of their fields byte for byte: the pod,
// the container, the task. The memo keeps the attributes that came of a top-level field, and finds
// them again by comparing the encoded bytes of the field, which is several times cheaper than to
// read it. It forgets everything at the end of the chunk, because it points into it.
type memo struct {
	slots [memoPositions]memoSlot
}

const (
	// memoPositions bounds the positions of fields in an event that the memo covers.
	memoPositions = 32
	// memoWays bounds the different fields kept for one position: as many pods may take turns
	// in a chunk.
	memoWays = 32
	// memoPatience is how many fields of a position may be new in a row before the position is
	// given up for this chunk: it holds something that never repeats, such as a time.
	memoPatience = 2 * memoWays
	// memoScratch bounds the scratch memory that the memo may keep, in bytes.
	memoScratch = 256 << 10
	// memoElements bounds the elements of arrays that the memo may keep, in addition to those
	// of a group.
	memoElements = 4 << 10
	// memoLeast is the shortest field that is kept: the bytes of a head.
	memoLeast = 8
	// memoField is the longest field that is kept, in bytes.
	memoField = 64 << 10
	// memoSpare is the room for attributes that an entry retains between chunks.
	memoSpare = 64
)

// memoSlot is what is known about the fields at one position.
type memoSlot struct {
	ways   []memoEntry
	next   int // the way to replace next, once all are used
	last   int // the way that was found last
	misses int // in a row
}

// memoEntry is a field and what came of it.
type memoEntry struct {
	head  uint64 // the first bytes of raw, which distinguish most entries
	raw   []byte // key and value as they are encoded, in the chunk
	block record.Block
	signs source.Signs
	// The entry is of records whose context has, of the bits in, those that are in under.
	in, under context

	// Of a field that a source knows: its role, nil for others, and what the source does with
	// it, None if it is an ordinary attribute in this context.
	role  *role
	use   source.Use
	hash  uint64 // of raw, if the field is held
	level string // that the field names
	text  []byte // by which the source decides
	// isStrange is as in held.
	isStrange bool
}

// at returns the slot of a position, or nil if it has none or is of no use.
func (m *memo) at(position int) *memoSlot {
	if position >= memoPositions {
		return nil
	}
	if s := &m.slots[position]; s.misses < memoPatience {
		return s
	}
	return nil
}

func (m *memo) release() {
	for i := range m.slots {
		s := &m.slots[i]
		for j := range s.ways {
			e := &s.ways[j]
			e.block.Release(memoSpare)
			*e = memoEntry{block: e.block}
		}
		*s = memoSlot{ways: s.ways[:0]}
	}
}

// find returns the entry whose field is the next in b, in a context, or nil.
func (s *memoSlot) find(b []byte, in context) *memoEntry {
	if len(s.ways) == 0 || len(b) < memoLeast {
		return nil
	}
	head := binary.LittleEndian.Uint64(b)
	if e := &s.ways[s.last]; e.head == head && in&e.in == e.under && e.leads(b) {
		return e
	}
	for i := range s.ways {
		if e := &s.ways[i]; e.head == head && in&e.in == e.under && e.leads(b) {
			s.last = i
			return e
		}
	}
	return nil
}

// leads reports whether b begins with the entry's field. Encoded values do not overlap: bytes that
// begin with a whole key and a whole value hold exactly that key and that value next.
func (e *memoEntry) leads(b []byte) bool {
	return len(b) >= len(e.raw) && string(b[:len(e.raw)]) == string(e.raw)
}

// remember returns an entry for the field from position at to the current position of c, or nil if
// the field is not kept.
func (s *memoSlot) remember(at int, c *chunk.Cursor) *memoEntry {
	if s == nil {
		return nil
	}
	s.misses++
	raw := c.Since(at)
	if len(raw) < memoLeast || len(raw) > memoField {
		return nil
	}
	e := s.entry()
	e.block.Reset()
	*e = memoEntry{head: binary.LittleEndian.Uint64(raw), raw: raw, block: e.block}
	return e
}

// entry returns the way to fill next: a new one, or the oldest.
func (s *memoSlot) entry() *memoEntry {
	switch {
	case len(s.ways) == memoWays:
		e := &s.ways[s.next]
		s.next = (s.next + 1) % memoWays
		return e
	case len(s.ways) < cap(s.ways): // left by an earlier chunk, with room for attributes
		s.ways = s.ways[:len(s.ways)+1]
	default:
		s.ways = append(s.ways, memoEntry{})
	}
	return &s.ways[len(s.ways)-1]
}

// isUsed notes that the entry's field has a role, and what became of it in a context.
func (e *memoEntry) isUsed(r *role, use source.Use, in context) {
	e.role, e.use = r, use
	e.in = r.in | r.asBit | r.spellings
	e.under = in & e.in
}
