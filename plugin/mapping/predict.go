package mapping

import (
	"encoding/binary"

	"out_dynatrace/plugin/mapping/source"
)

// context is what the mapping of a field depends on besides the field: the shapes of its record,
// and which of the names that the sources give to fields a field of the record has by itself. Both
// are known only when the whole record was read. So a record is mapped in the context of the last
// one that began like it. If that turns out to be wrong, the record is mapped again: what comes of
// a record never depends on another one.
type context uint64

const (
	// shapeBits are the bits of a context that are a source.Shape. The others are names that
	// the record has.
	shapeBits = 16
	shapes    = context(1)<<shapeBits - 1
	// mostGiven bounds the names that the sources give to fields.
	mostGiven = 64 - shapeBits
	// mostTries bounds how often a record is mapped: in the predicted context, in that of its
	// shapes, and twice in that of its names.
	mostTries = 4
)

// givenName is a name that a source gives to a field, unless the record has a field of that name.
type givenName struct {
	key  []byte
	hash uint32
}

// predictions are contexts of records, by the number of their fields and the first of their keys.
// They outlive the chunk. Records that share a place are mapped more slowly, if they take turns.
type predictions [predictionPlaces]context

const (
	predictionBits   = 6
	predictionPlaces = 1 << predictionBits
)

// at returns the place of records with so many pairs, the first of which is next in b.
func (p *predictions) at(pairs uint64, b []byte) *context {
	sum := pairs
	if len(b) > 8 && b[0]^0xa0 <= 0x1f { // a string of less than 32 bytes
		n := b[0] ^ 0xa0
		head := binary.LittleEndian.Uint64(b[1:])
		head &= 1<<(8*min(n, 8)) - 1
		sum ^= head<<8 ^ head>>56 ^ uint64(n)<<56
	}
	return &p[sum*0x9e3779b97f4a7c15>>(64-predictionBits)]
}

// isInContext reports whether the fields that were read are of records with the shapes of the
// context. If not, it corrects the context.
func (m *Mapper) isInContext() bool {
	m.in.Signs = m.event.signs & source.Recognizing
	used := m.table.Recognize(&m.in)
	if m.context&shapes == context(m.in.Shape) {
		m.held.Mask &= used &^ m.held.strange
		return true
	}
	m.context = m.context&^shapes | context(m.in.Shape)
	return false
}

// hasItsNames reports whether the record, all fields of which were added, has the names of the
// context. If not, it corrects the context.
func (m *Mapper) hasItsNames() bool {
	out := &m.event.out
	if m.context&^shapes == 0 && !out.HasClash() {
		return true
	}
	names := context(0)
	for i := range m.roles.given {
		g := &m.roles.given[i]
		bit := context(1) << (shapeBits + i)
		if m.context&bit != 0 && out.Has(g.key, g.hash) ||
			m.context&bit == 0 && out.Clashed(g.key, g.hash) {
			names |= bit
		}
	}
	if m.context&^shapes == names {
		return true
	}
	m.context = m.context&shapes | names
	return false
}
