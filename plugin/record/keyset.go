package record

import (
	"bytes"
	"math/bits"

	"github.com/cespare/xxhash/v2"
)

// keySet finds equal keys among the attributes of one record. It neither allocates nor clears
// itself between records: a slot counts only if it has the current generation.
type keySet struct {
	slots      []keySlot
	mask       uint32
	generation uint32
}

type keySlot struct {
	generation uint32
	hash       uint32
	renamed    int // keys equal to this one that were given another name
	key        []byte
}

// newKeySet returns a set with room for limit keys, at most half full. It has a free slot even if
// each of them was given another name.
func newKeySet(limit int) keySet {
	size := uint32(1) << bits.Len32(uint32(2*max(limit, 8)))
	return keySet{slots: make([]keySlot, size), mask: size - 1}
}

func (s *keySet) reset() {
	s.generation++
	if s.generation == 0 {
		clear(s.slots)
		s.generation = 1
	}
}

// release drops the keys that the set still points to.
func (s *keySet) release() {
	clear(s.slots)
	s.generation = 0
}

// HashOf returns the hash of a key.
func HashOf(key []byte) uint32 { return uint32(xxhash.Sum64(key)) }

// insert adds key, whose hash is given, and returns its slot and whether it is new. The caller
// bounds the number of keys. The slot is valid until the next reset.
func (s *keySet) insert(key []byte, hash uint32) (p *keySlot, isNew bool) {
	for i := hash & s.mask; ; i = (i + 1) & s.mask {
		p := &s.slots[i]
		if p.generation != s.generation {
			*p = keySlot{generation: s.generation, hash: hash, key: key}
			return p, true
		}
		if p.hash == hash && bytes.Equal(p.key, key) {
			return p, false
		}
	}
}

// has reports whether key, whose hash is given, is in the set.
func (s *keySet) has(key []byte, hash uint32) bool {
	for i := hash & s.mask; ; i = (i + 1) & s.mask {
		p := &s.slots[i]
		if p.generation != s.generation {
			return false
		}
		if p.hash == hash && bytes.Equal(p.key, key) {
			return true
		}
	}
}
