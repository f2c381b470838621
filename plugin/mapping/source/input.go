package source

import (
	"math/bits"
	"slices"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
)

// Held are the held fields of one record.
type Held struct {
	Mask uint32
	Raw  [MaxSlots][]byte // key and value as they are encoded, in the chunk
}

// Has reports whether the slot of a number is taken.
func (h *Held) Has(number uint8) bool { return h.Mask&(1<<number) != 0 }

// LowestBit returns the number of the lowest slot in a mask that is not 0.
func LowestBit(mask uint32) int { return bits.TrailingZeros32(mask) }

// Input is what a source can read of a record and of its surroundings.
type Input struct {
	Held  *Held
	Signs Signs
	Shape Shape

	// Of the chunk: its tag, and the names that the tag has if it is FireLens's: nil if not.
	Tag, TagContainer, TagTask []byte
	// Facts are known about the place where this process runs; nil if nothing is known.
	Facts *metadata.Facts
	// Missing is called if Facts lack a container of their own task; it may be nil.
	Missing func()
	// Now is the second in which the chunk was begun.
	Now int64
	// Options are the options of the Mapper.
	Options *Options

	// Node is the node that a pod runs on, nil if unknown. First sets it.
	Node []byte
	pod  pod
	// hasLogSource reports that the record has a log.source, even if the options leave it out.
	hasLogSource bool

	slots []Slot   // by number
	on    []string // names
}

// On reports whether a source or an extra is on.
func (in *Input) On(name string) bool { return slices.Contains(in.on, name) }

// Has reports whether the record has a field in a slot.
func (in *Input) Has(s Slot) bool { return in.raw(s) != nil }

// raw returns the encoded key and value in a slot, or nil.
func (in *Input) raw(s Slot) []byte {
	i := slices.Index(in.slots, s)
	if i < 0 || !in.Held.Has(uint8(i)) {
		return nil
	}
	return in.Held.Raw[i]
}

// Text returns the text in a slot, or nil.
func (in *Input) Text(s Slot) []byte {
	c := chunk.NewCursor(in.raw(s))
	_, _ = c.Skip(1)
	return c.Next().Data
}

// putLogSource adds the first non-empty log.source of a record. Further ones are ignored, so that
// an attribute that include or exclude leaves out is counted once.
func (in *Input) putLogSource(text []byte, out *record.Builder) {
	if !in.hasLogSource && len(text) > 0 {
		in.hasLogSource = true
		out.Put("log.source", text)
	}
}

// HasAny reports whether the record has a field in one of some slots.
func (in *Input) HasAny(slots ...Slot) bool { return slices.ContainsFunc(slots, in.Has) }

// Is reports whether the record has one of some shapes.
func (in *Input) Is(s Shape) bool { return in.Shape&s != 0 }
