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
	used       int // slots of the current generation
	usual      int // slots before it grew
}

type keySlot struct {
	generation uint32
	hash       uint32
	// renamed is how many names overwritten<n>.<key> are known to be taken, from 1 on.
	renamed int32
	// isFree reports that no attribute has the key (any more).
	isFree bool
	// isPinned reports that an attribute of that name is given to the record, too.
	isPinned bool
	// isClashed reports that more than one attribute asked for the key.
	isClashed bool
	key       []byte
}

// newKeySet returns a set with room for limit keys, at most half full. It has a free slot even if
// each of them was given another name.
func newKeySet(limit int) keySet {
	size := uint32(1) << bits.Len32(uint32(2*max(limit, 8)))
	return keySet{slots: make([]keySlot, size), mask: size - 1, usual: int(size)}
}

func (s *keySet) reset() {
	s.generation++
	s.used = 0
	if s.generation == 0 {
		clear(s.slots)
		s.generation = 1
	}
}

// release drops the keys that the set still points to, and what it has grown.
func (s *keySet) release() {
	if len(s.slots) > s.usual {
		s.slots, s.mask = make([]keySlot, s.usual), uint32(s.usual-1)
	}
	clear(s.slots)
	s.generation, s.used = 0, 0
}

// HashOf returns the hash of a key.
func HashOf(key []byte) uint32 { return uint32(xxhash.Sum64(key)) }

// at returns the slot of key, whose hash is given, or the one to put it.
func (s *keySet) at(key []byte, hash uint32) (p *keySlot, found bool) {
	for i := hash & s.mask; ; i = (i + 1) & s.mask {
		p := &s.slots[i]
		if p.generation != s.generation {
			return p, false
		}
		if p.hash == hash && bytes.Equal(p.key, key) {
			return p, true
		}
	}
}

// insert adds key, whose hash is given, and reports whether it is new. The caller bounds the number
// of keys.
func (s *keySet) insert(key []byte, hash uint32) (isNew bool) {
	p, found := s.at(key, hash)
	if !found {
		*p = keySlot{generation: s.generation, hash: hash, key: key}
		s.used++
		return true
	}
	isNew, p.isFree = p.isFree, false
	return isNew
}

// has reports whether key, whose hash is given, is in the set.
func (s *keySet) has(key []byte, hash uint32) bool { return s.find(key, hash) != nil }

// find returns the slot of a key that is in the set, or nil. It is valid until the set grows.
func (s *keySet) find(key []byte, hash uint32) *keySlot {
	if p, found := s.at(key, hash); found && !p.isFree {
		return p
	}
	return nil
}

// free makes a key available again.
func (s *keySet) free(key []byte, hash uint32) {
	if p, found := s.at(key, hash); found {
		p.isFree = true
	}
}

// renames returns how many names overwritten<n>.<key> are known to be taken.
func (s *keySet) renames(key []byte, hash uint32) int {
	if p, found := s.at(key, hash); found {
		return int(p.renamed)
	}
	return 0
}

// setRenames notes how many of these names are taken, whether or not the set has the key itself.
func (s *keySet) setRenames(key []byte, hash uint32, n int) {
	p, found := s.at(key, hash)
	if !found {
		*p = keySlot{generation: s.generation, hash: hash, key: key, isFree: true}
		s.used++
	}
	p.renamed = int32(n)
}

// spare makes the set larger if it is three quarters full.
func (s *keySet) spare() {
	if s.used*4 < len(s.slots)*3 {
		return
	}
	old := s.slots
	s.slots = make([]keySlot, 2*len(old))
	s.mask = uint32(len(s.slots) - 1)
	for i := range old {
		if old[i].generation == s.generation {
			p, _ := s.at(old[i].key, old[i].hash)
			*p = old[i]
		}
	}
}
