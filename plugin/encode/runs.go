package encode

// runCache keeps the encoded bytes of the runs met last, so that a run is encoded once and copied
// from then on. It owns its memory; the zero cache is ready.
type runCache struct {
	slots [runSlots]runSlot
	arena []byte
}

type runSlot struct {
	id         uint64
	start, end int
}

const (
	// runSlots is the number of runs kept. IDs are given in the order of first sight, so their low
	// bits spread them.
	runSlots = 512
	// runArena bounds the bytes of all of them; when it is full the cache starts anew.
	runArena = 512 << 10
)

// find returns the bytes of a run, or nil.
func (c *runCache) find(id uint64) []byte {
	s := &c.slots[id%runSlots]
	if s.id != id {
		return nil
	}
	return c.arena[s.start:s.end]
}

// keep copies the bytes of a run.
func (c *runCache) keep(id uint64, encoded []byte) {
	if len(encoded) > runArena {
		return
	}
	if len(c.arena)+len(encoded) > runArena {
		c.arena, c.slots = c.arena[:0], [runSlots]runSlot{}
	}
	start := len(c.arena)
	c.arena = append(c.arena, encoded...)
	c.slots[id%runSlots] = runSlot{id: id, start: start, end: len(c.arena)}
}
