package mapping

import (
	"github.com/cespare/xxhash/v2"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// held are the fields of the record in hand that wait for its end: what becomes of them depends on
// what else is there.
type held struct {
	source.Held
	at [source.MaxSlots]int // their positions in the body
	// hashes are those of Held.Raw; 0 is a field that is too long to be remembered.
	hashes [source.MaxSlots]uint64
}

func (h *held) hold(slot uint8, hash uint64, at int, raw []byte) {
	h.Mask |= 1 << slot
	h.hashes[slot], h.Raw[slot], h.at[slot] = hash, raw, at
}

// aside are the names, by slot, of held fields that differ from record to record: they are part of
// no combination.
type aside struct {
	mask  uint32
	names [source.MaxSlots]struct {
		key  []byte
		hash uint32
	}
}

func newAside(table *source.Table) (a aside) {
	for _, f := range table.Fields() {
		if f.Use == source.HoldAside {
			a.mask |= 1 << f.Number
			name := &a.names[f.Number]
			name.key = []byte(f.As)
			name.hash = record.HashOf(name.key)
		}
	}
	return a
}

// lateField is a field that is settled at the end of the record.
type lateField struct {
	at   int
	size int // of the field in the chunk
	role *role
}

// mostLate bounds the fields of a record that are settled at its end.
const mostLate = 64

// lateFields are settled at the end of the record.
type lateFields []lateField

func (l lateFields) isFull() bool { return len(l) >= mostLate }

// hashOfHeld returns the hash of a held field, or 0 if it is too long to be remembered.
func hashOfHeld(raw []byte) uint64 {
	if len(raw) > memoField {
		return 0
	}
	return xxhash.Sum64(raw) | 1
}

// signsOf returns what a field says about its record.
func signsOf(r *role, key []byte, tok chunk.Token) source.Signs {
	if r.signs == nil {
		return 0
	}
	return r.signs(key, tok)
}
