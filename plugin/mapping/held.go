package mapping

import (
	"github.com/cespare/xxhash/v2"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
)

// held holds the fields of the current record that the sources map. Until the record is recognized,
// Mask has the slots of all fields that can have one, also of those that are ordinary attributes in
// the predicted context.
type held struct {
	source.Held
	// hashes are the hashes of Held.Raw; 0 marks a field that is too long to be cached.
	hashes [source.MaxSlots]uint64
	// strange are the slots of Mask that have a field in a spelling that its record does not
	// have: it is an ordinary attribute, and a field in the right spelling can take the slot.
	strange uint32
}

// take moves c over a field for the sources that began at a position of it, and returns what the
// memo keeps, or nil.
func (h *held) take(
	e *event, known *memoSlot, r *role, at int, tok chunk.Token, c *chunk.Cursor,
	signs source.Signs,
) (entry *memoEntry) {
	c.SkipElements(tok)
	e.signs |= signs
	hash := hashOfHeld(c.Since(at))
	if hash != 0 {
		if entry = known.remember(at, c); entry != nil {
			entry.signs, entry.hash = signs, hash
		}
	}
	h.hashes[r.slot] = hash
	return entry
}

// isTaken reports whether a slot has its field.
func (h *held) isTaken(slotBit uint32) bool { return h.Mask&^h.strange&slotBit != 0 }

// put puts a field into a slot. One in a strange spelling leaves the field that is there.
func (h *held) put(r *role, raw []byte, isStrange bool) {
	switch {
	case isStrange && h.Mask&r.slotBit != 0:
		return
	case isStrange:
		h.strange |= r.slotBit
	default:
		h.strange &^= r.slotBit
	}
	h.Mask |= r.slotBit
	h.Raw[r.slot] = raw
}

// lateField is a field that is mapped at the end of its record: a better one may need its name.
type lateField struct {
	at   int
	top  int // as in candidate
	role *role
}

// mostLate bounds the number of fields of a record that are mapped at its end.
const mostLate = 64

// lateFields are the fields of a record that are mapped at its end.
type lateFields []lateField

func (l lateFields) isFull() bool { return len(l) >= mostLate }

// putOff postpones the mapping of a field to the end of the record, and moves c over it.
func (l *lateFields) putOff(r *role, at int, tok chunk.Token, c *chunk.Cursor) bool {
	if l.isFull() {
		return false
	}
	c.SkipElements(tok)
	*l = append(*l, lateField{at: at, role: r})
	return true
}

// settle makes ordinary attributes of the fields that were put off.
func (l lateFields) settle(e *event) {
	for i := range l {
		e.addBack(l[i].top, l[i].at)
	}
}

// hashOfHeld returns the hash of a held field, or 0 if it is too long to be cached.
func hashOfHeld(raw []byte) uint64 {
	if len(raw) > memoField {
		return 0
	}
	return xxhash.Sum64(raw) | 1
}

// signsOf returns the signs that a field gives about its record.
func signsOf(r *role, key []byte, tok chunk.Token) source.Signs {
	var s source.Signs
	if r.signs != nil {
		s = r.signs(key, tok)
	}
	return s | evidenceOf(r, key, tok)
}

// evidenceOf returns what a field says about the numbers of levels.
func evidenceOf(r *role, key []byte, tok chunk.Token) source.Signs {
	if r.evidence == nil {
		return 0
	}
	return r.evidence(key, tok)
}
