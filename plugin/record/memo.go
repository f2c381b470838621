package record

import (
	"encoding/binary"

	"github.com/cespare/xxhash/v2"

	"out_dynatrace/plugin/chunk"
)

// The records of a chunk repeat most of their fields byte for byte: the pod, the container, the task. The memo keeps the
// attributes that came of a top-level field and finds them again by comparing the field's encoded bytes, which is several
// times cheaper than to read it. It forgets everything at the end of the flush, since it points into the chunk.
type memo struct {
	slots [memoPositions]memoSlot
	// scratch and elements are the parts of the Mapper's scratch memory that the memo uses.
	scratch, elements int
	lastID            uint64
}

const (
	// memoPositions bounds the positions of fields in an event that the memo looks at.
	memoPositions = 32
	// memoWays bounds the different fields kept for one position: as many pods may take turns in a chunk.
	memoWays = 32
	// memoPatience is how many fields of a position may be new in a row before it is given up for this chunk: it holds
	// something that never repeats, such as a time.
	memoPatience = 2 * memoWays
	// memoScratch bounds the scratch memory that the memo may use, in bytes.
	memoScratch = 256 << 10
	// memoElements bounds the elements of arrays that the memo may use, beside those of a group.
	memoElements = 4 << 10
	// memoLeast is the shortest field that is kept: the bytes of a head.
	memoLeast = 8
	// memoField is the longest field that is kept, in bytes.
	memoField = 64 << 10
	// memoSpare is the room for attributes that an entry holds on to between flushes.
	memoSpare = 64
)

// memoSlot is what is known of the fields at one position.
type memoSlot struct {
	ways   []memoEntry
	next   int // the way to replace next, once all are used
	last   int // the way that was found last
	misses int // in a row
}

// memoEntry is a field and what came of it.
type memoEntry struct {
	head       uint64 // the first bytes of raw, which tell most entries apart
	raw        []byte // key and value as they are encoded, in the chunk
	attributes []Attribute
	hashes     []uint32
	cut        bool // cuts is not all zero
	cuts       Cuts
	id         uint64
	signs      signs
	isHeld     bool // a field for a slot, without attributes
	slot       slot
	hash       uint64 // of raw, if it is held
	late       *role  // of a field that is decided about at the end of its record
}

// at returns the slot of a position, or nil where there is none or it is of no use.
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
			if cap(e.attributes) > memoSpare {
				*e = memoEntry{}
				continue
			}
			clear(e.attributes[:cap(e.attributes)])
			*e = memoEntry{attributes: e.attributes[:0], hashes: e.hashes[:0]}
		}
		*s = memoSlot{ways: s.ways[:0]}
	}
	m.scratch, m.elements = 0, 0
}

// find returns the entry whose field is the next in b.
func (s *memoSlot) find(b []byte) *memoEntry {
	if len(s.ways) == 0 || len(b) < memoLeast {
		return nil
	}
	head := binary.LittleEndian.Uint64(b)
	if e := &s.ways[s.last]; e.head == head && e.leads(b) {
		return e
	}
	for i := range s.ways {
		if e := &s.ways[i]; e.head == head && e.leads(b) {
			s.last = i
			return e
		}
	}
	return nil
}

// leads tells whether b begins with the entry's field. Encoded values do not overlap: bytes that begin with a whole key and
// a whole value hold just that key and that value next.
func (e *memoEntry) leads(b []byte) bool {
	return len(b) >= len(e.raw) && string(b[:len(e.raw)]) == string(e.raw)
}

// recall adds the next field from memory, and moves c over it. It reports false when the field is not known, or does not
// lead to the same attributes this time.
func (m *Mapper) recall(rec *Record, s *memoSlot, c *chunk.Cursor) bool {
	e := s.find(c.Rest())
	if e == nil || m.count+len(e.attributes) > m.opts.Limits.Attributes {
		return false
	}
	switch {
	case e.isHeld:
		if m.held.has(e.slot) {
			return false
		}
		m.hold(e.slot, e.hash, c.Pos(), e.raw)
	case e.late != nil:
		if len(m.late) == mostLate {
			return false
		}
		m.late = append(m.late, lateField{at: c.Pos(), size: len(e.raw), role: e.late})
	}
	s.misses = 0
	c.Advance(len(e.raw))
	m.signs |= e.signs
	if e.cut || len(e.attributes) > 0 {
		m.addEntry(rec, e)
	}
	return true
}

// addEntry adds the attributes of an entry, which the limit has room for.
func (m *Mapper) addEntry(rec *Record, e *memoEntry) {
	if e.cut {
		m.addCuts(e)
	}
	for i := range e.attributes {
		if _, isNew := m.keys.insert(e.attributes[i].Key, e.hashes[i]); !isNew {
			m.addRenamed(rec, e, i)
			return
		}
	}
	if len(e.attributes) == 0 {
		return
	}
	m.count += len(e.attributes)
	rec.Runs = append(rec.Runs, Run{Attributes: e.attributes, At: len(rec.Attributes), ID: e.id})
}

// addCuts counts the cuts of an entry once more.
func (m *Mapper) addCuts(e *memoEntry) {
	for cut, n := range e.cuts {
		m.cuts[cut] += n
	}
}

// addRenamed adds the attributes of e one by one, since the record has a key of theirs already. The first n of their
// keys are in the set.
func (m *Mapper) addRenamed(rec *Record, e *memoEntry, n int) {
	rec.Attributes = append(rec.Attributes, e.attributes[:n]...)
	m.count += n
	for _, a := range e.attributes[n:] {
		m.append(rec, a.Key, a.Value)
	}
}

// learn adds a field that begins at the position before of c, and keeps what came of it and what it is a sign of. A field whose attributes depended
// on what the record had before it is not kept.
func (m *Mapper) learn(rec *Record, s *memoSlot, before int, key []byte, tok chunk.Token, c *chunk.Cursor, sign signs) {
	first, cuts, signs := len(rec.Attributes), m.cuts, m.signs
	m.renamed, m.signs = false, sign
	m.topLevel(rec, key, tok, c)
	sign, m.signs = m.signs, m.signs|signs
	if m.renamed || m.count >= m.opts.Limits.Attributes || len(m.scratch) > memoScratch || len(m.elements) > memoElements+m.group.parts {
		s.misses++
		return
	}
	e := m.remember(s, before, c)
	if e == nil {
		return
	}
	e.attributes, e.signs = append(e.attributes, rec.Attributes[first:]...), sign
	for i := range e.attributes {
		e.hashes = append(e.hashes, hashOf(e.attributes[i].Key))
	}
	for cut := range cuts {
		e.cuts[cut] = m.cuts[cut] - cuts[cut]
		e.cut = e.cut || e.cuts[cut] != 0
	}
	m.memo.scratch, m.memo.elements = len(m.scratch), len(m.elements)
}

// remember makes an entry for the field that begins at a position of c and ends where c stands, or returns nil.
func (m *Mapper) remember(s *memoSlot, at int, c *chunk.Cursor) *memoEntry {
	if s == nil {
		return nil
	}
	s.misses++
	raw := c.Since(at)
	if len(raw) < memoLeast || len(raw) > memoField {
		return nil
	}
	e := s.entry()
	m.memo.lastID++
	*e = memoEntry{head: binary.LittleEndian.Uint64(raw), raw: raw, attributes: e.attributes[:0], hashes: e.hashes[:0], id: m.memo.lastID}
	return e
}

// learnHeld keeps a field for a slot, and returns its hash, 0 where it is too long for that.
func (m *Mapper) learnHeld(s *memoSlot, of slot, sign signs, at int, c *chunk.Cursor) uint64 {
	raw := c.Since(at)
	if len(raw) > memoField {
		return 0
	}
	hash := xxhash.Sum64(raw) | 1
	if e := m.remember(s, at, c); e != nil {
		e.isHeld, e.slot, e.signs, e.hash = true, of, sign, hash
	}
	return hash
}

// entry returns the way to fill next: a new one, or the oldest.
func (s *memoSlot) entry() *memoEntry {
	switch {
	case len(s.ways) == memoWays:
		e := &s.ways[s.next]
		s.next = (s.next + 1) % memoWays
		return e
	case len(s.ways) < cap(s.ways): // left by an earlier flush, with room for attributes
		s.ways = s.ways[:len(s.ways)+1]
	default:
		s.ways = append(s.ways, memoEntry{})
	}
	return &s.ways[len(s.ways)-1]
}
