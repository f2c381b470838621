package mapping

import (
	"unsafe"

	"github.com/cespare/xxhash/v2"

	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// repeats remember fields that have a role. Their use is decided in each record, so the
// memo does not hold them. But once a field is an ordinary attribute, under its own key or another,
// that attribute is the same as the last time. The repeats keep such attributes and find them by
// the bytes of the field, whatever its position.
type repeats struct {
	slots  [repeatSlots]repeat
	misses int // in a row
	record uint64
}

const (
	repeatSlots = 128
	// repeatPatience is how many fields in a row may be new before the rest of the chunk is not
	// remembered: they hold what never repeats, such as a time.
	repeatPatience = 4 * repeatSlots
	// repeatField bounds the length of a field that is kept, in bytes: its hash is computed
	// each time.
	repeatField = 256
)

// repeat is a field and the attribute that it became.
type repeat struct {
	raw []byte // in the chunk
	as  []byte // the other key, or nil
	// record is the one that it was added to last: it is not replaced before the next.
	record uint64
	block  record.Block
	signs  source.Signs
}

func (r *repeats) release() {
	for i := range r.slots {
		if s := &r.slots[i]; s.raw != nil {
			s.block.Release(1)
			*s = repeat{block: s.block}
		}
	}
	r.misses, r.record = 0, 0
}

// slot returns where a field is kept, and whether it is there.
func (r *repeats) slot(raw, as []byte) (s *repeat, known bool) {
	s = &r.slots[xxhash.Sum64(raw)%repeatSlots]
	known = unsafe.SliceData(s.as) == unsafe.SliceData(as) && string(s.raw) == string(raw)
	return s, known
}

// isUseful reports whether fields still repeat.
func (r *repeats) isUseful() bool { return r.misses < repeatPatience }
