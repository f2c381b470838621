package record

import (
	"unsafe"

	"github.com/cespare/xxhash/v2"

	"out_dynatrace/plugin/chunk"
)

// What becomes of a field that has a role is decided in each record, so the memo does not hold it. But once it is decided that it is an
// ordinary attribute, under its own key or another, that attribute is the same as the last time. The repeats keep such attributes: they
// are found by the field's bytes, wherever it stands.
type repeats struct {
	slots  [repeatSlots]repeat
	misses int // in a row
	record uint64
}

const (
	repeatSlots = 128
	// repeatPatience is how many fields in a row may be new before a chunk is left alone: they hold what never repeats, such as a time.
	repeatPatience = 4 * repeatSlots
	// repeatField bounds the length of a field that is kept, in bytes: its hash is taken each time.
	repeatField = 256
)

// repeat is a field and the attribute that it became.
type repeat struct {
	raw []byte // in the chunk
	as  []byte // the other key, or nil
	// record is the one that it was added to last: until the next it is not replaced.
	record uint64
	entry  memoEntry
	room   [1]Attribute
	hash   [1]uint32
}

func (r *repeats) release() { *r = repeats{} }

// addField adds the field at a position as an ordinary attribute, under the key as if it is not nil.
func (m *Mapper) addField(rec *Record, at int, as []byte) {
	key, tok, c := m.reread(at)
	if as != nil {
		key = as
	}
	r := &m.repeats
	if at >= parsedAt || r.misses >= repeatPatience || tok.Kind == chunk.Array || tok.Kind == chunk.Map {
		m.topLevel(rec, key, tok, &c)
		return
	}
	raw := c.Since(at)
	if len(raw) > repeatField || m.count >= m.opts.Limits.Attributes {
		m.topLevel(rec, key, tok, &c)
		return
	}
	slot := &r.slots[xxhash.Sum64(raw)%repeatSlots]
	if unsafe.SliceData(slot.as) == unsafe.SliceData(as) && string(slot.raw) == string(raw) {
		r.misses, slot.record = 0, r.record
		m.signs |= slot.entry.signs
		m.addEntry(rec, &slot.entry)
		return
	}
	r.misses++
	first, scratch, cuts, signs := len(rec.Attributes), len(m.scratch), m.cuts, m.signs
	m.renamed, m.signs = false, 0
	m.topLevel(rec, key, tok, &c)
	sign := m.signs
	m.signs |= signs
	if slot.record == r.record || m.renamed || len(m.scratch) != scratch || len(rec.Attributes) != first+1 || m.cuts != cuts || len(m.sources) > 0 {
		return
	}
	*slot = repeat{raw: raw, as: as}
	slot.room[0], slot.hash[0] = rec.Attributes[first], hashOf(rec.Attributes[first].Key)
	m.memo.lastID++
	slot.entry = memoEntry{attributes: slot.room[:], hashes: slot.hash[:], id: m.memo.lastID, signs: sign}
}
