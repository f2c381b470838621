package mapping

import (
	"github.com/cespare/xxhash/v2"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// held holds the fields of the current record that are mapped at its end, because their mapping
// depends on the record's other fields.
type held struct {
	source.Held
	at [source.MaxSlots]int // the positions of the fields in the body
	// hashes are the hashes of Held.Raw; 0 marks a field that is too long to be cached.
	hashes [source.MaxSlots]uint64
}

func (h *held) hold(slot uint8, hash uint64, at int, raw []byte) {
	h.Mask |= 1 << slot
	h.hashes[slot], h.Raw[slot], h.at[slot] = hash, raw, at
}

// perRecord holds the attribute names, by slot, of the held fields whose value differs from record
// to record (source.HoldPerRecord). They are not part of the key under which compositions are
// cached.
type perRecord struct {
	mask  uint32
	names [source.MaxSlots]struct {
		key  []byte
		hash uint32
	}
}

// newPerRecord returns the names for the fields of a table.
func newPerRecord(table *source.Table) (p perRecord) {
	for _, f := range table.Fields() {
		if f.Use == source.HoldPerRecord {
			p.mask |= 1 << f.Number
			name := &p.names[f.Number]
			name.key = []byte(f.As)
			name.hash = record.HashOf(name.key)
		}
	}
	return p
}

// lateField is a field that is mapped at the end of its record.
type lateField struct {
	at   int
	top  int // as in candidate
	size int // of the field in the chunk
	role *role
}

// mostLate bounds the number of fields of a record that are mapped at its end.
const mostLate = 64

// lateFields are the fields of a record that are mapped at its end.
type lateFields []lateField

func (l lateFields) isFull() bool { return len(l) >= mostLate }

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
