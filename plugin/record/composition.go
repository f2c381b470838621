package record

import "unsafe"

// What the mappings give to a record depends on few of its fields, which repeat from record to record. So it is put together once
// for each combination of these fields that a chunk has, as a list of attributes, and added to the other records as one run.

const (
	// mostCompositions bounds the combinations kept at a time, compositionAttributes their attributes in all, and compositionScratch the
	// memory for their texts, in bytes. When one of them is reached all are forgotten.
	mostCompositions      = 512
	compositionAttributes = 16 << 10
	compositionScratch    = 256 << 10
	// compositionTable is the number of places in the table that finds them.
	compositionTable = 2 * mostCompositions
	// compositionsKept is how many of them a Mapper holds on to the memory of between flushes.
	compositionsKept = 64
	// compositionSpare is the room for attributes that one holds on to between flushes.
	compositionSpare = 128
)

// composition is what the mappings gave for a combination of fields.
type composition struct {
	mask  uint32
	signs signs
	raw   [numSlots][]byte

	entry memoEntry
	// around is what was added last of it to a record that had keys of its own, those that apart says, as bits.
	around memoEntry
	apart  uint64
	// host and pod are the attributes that are true of this machine, and of the pod of this process, only.
	host, pod stretch
}

// stretch is a part of a list.
type stretch struct{ from, to int }

func (s stretch) len() int       { return s.to - s.from }
func (s stretch) has(i int) bool { return s.from <= i && i < s.to }

func (c *composition) clear() {
	e := &c.entry
	if cap(e.attributes) > compositionSpare {
		*c = composition{}
		return
	}
	clear(e.attributes[:cap(e.attributes)])
	clear(c.around.attributes[:cap(c.around.attributes)])
	*c = c.empty()
}

// empty returns a composition with the memory of c.
func (c *composition) empty() composition {
	return composition{
		entry:  memoEntry{attributes: c.entry.attributes[:0], hashes: c.entry.hashes[:0]},
		around: memoEntry{attributes: c.around.attributes[:0]},
	}
}

// find returns the composition for the fields that are held, or nil, and where it is, or would be, in the table.
func (n *enrichment) find(h *held, s signs) (c *composition, place int) {
	if n.last != nil && n.last.is(h, s) {
		return n.last, 0
	}
	sum := uint64(h.mask)<<8 | uint64(s)
	for rest := h.mask; rest != 0; rest &= rest - 1 {
		sum = (sum ^ h.hashes[lowestBit(rest)]) * 0x9e3779b97f4a7c15
	}
	place = int(sum >> 32 % compositionTable)
	for n.table[place] != 0 {
		if c := &n.list[n.table[place]-1]; c.is(h, s) {
			n.last = c
			return c, place
		}
		place = (place + 1) % compositionTable
	}
	return nil, place
}

func (c *composition) is(h *held, s signs) bool {
	if c.mask != h.mask || c.signs != s {
		return false
	}
	for rest := h.mask; rest != 0; rest &= rest - 1 {
		if i := lowestBit(rest); !same(c.raw[i], h.raw[i]) {
			return false
		}
	}
	return true
}

// same compares two fields in the chunk; mostly they are one.
func same(a, b []byte) bool {
	return len(a) == len(b) && (unsafe.SliceData(a) == unsafe.SliceData(b) || string(a) == string(b))
}

// put returns where to put a new composition: in the list, and at a place of the table, or the spare one, which lasts for a record.
func (n *enrichment) put(h *held, s signs, place int) (c *composition, lasts bool) {
	lasts = true
	for rest := h.mask; rest != 0; rest &= rest - 1 {
		lasts = lasts && h.hashes[lowestBit(rest)] != 0
	}
	if lasts && (len(n.list) == mostCompositions || n.attributes > compositionAttributes || n.kept > compositionScratch) {
		n.forget()
		_, place = n.find(h, s)
	}
	switch {
	case !lasts:
		c = &n.spare
	case len(n.list) < cap(n.list): // left by an earlier flush, with room for attributes
		n.list = n.list[:len(n.list)+1]
		c = &n.list[len(n.list)-1]
	default:
		n.list = append(n.list, composition{})
		c = &n.list[len(n.list)-1]
	}
	*c = c.empty()
	c.mask, c.signs = h.mask, s
	for rest := h.mask; rest != 0; rest &= rest - 1 {
		i := lowestBit(rest)
		c.raw[i] = h.raw[i]
	}
	if lasts {
		n.last, n.table[place] = c, uint16(len(n.list))
	}
	return c, lasts
}

// has tells whether the composition has an attribute of that key.
func (c *composition) has(key []byte) bool {
	_, ok := find(c.entry.attributes, key)
	return ok
}
