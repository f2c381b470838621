package encode

// runCache keeps the encoded bytes of recent runs, so that a run is encoded once and copied
// afterwards. It owns its memory. The zero cache is ready to use.
type runCache struct {
	slots [runSlots]runSlot
	arena []byte
}

type runSlot struct {
	id         uint64
	start, end int
}

const (
	// runSlots is the number of runs kept. IDs are assigned in the order in which runs first appear,
	// so their low bits spread them over the slots.
	runSlots = 512
	// runArena is the maximum size in bytes of all runs together. A full cache is emptied.
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
