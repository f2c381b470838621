package record

// Block is a list of attributes that were built once and are added to many records.
type Block struct {
	Attributes []Attribute
	hashes     []uint32 // of the keys
	cuts       Cuts     // that each record gets counted
	isCut      bool     // cuts is not all zero
	// ID identifies the attributes among all of a Builder; 0 if they do not last.
	ID uint64
}

// emptied returns an empty Block in the memory of k.
func (k *Block) emptied() Block { return Block{Attributes: k.Attributes[:0], hashes: k.hashes[:0]} }

// Reset empties a Block and retains its memory.
func (k *Block) Reset() { *k = k.emptied() }

// Release is Reset that also drops every reference, and the memory if it has room for more than
// spare attributes.
func (k *Block) Release(spare int) {
	if cap(k.Attributes) > spare {
		*k = Block{}
		return
	}
	clear(k.Attributes[:cap(k.Attributes)])
	k.Reset()
}

// Append adds an attribute to the Block.
func (k *Block) Append(a Attribute) {
	k.Attributes = append(k.Attributes, a)
	k.hashes = append(k.hashes, HashOf(a.Key))
}

// IsEmpty reports whether the Block changes nothing in a record.
func (k *Block) IsEmpty() bool { return !k.isCut && len(k.Attributes) == 0 }

// Count adds n to a count of the cuts.
func (k *Block) Count(cut Cut, n int) {
	k.cuts[cut] += uint64(n)
	k.isCut = k.isCut || n != 0
}

// SetCuts makes cuts the ones that each record gets counted.
func (k *Block) SetCuts(cuts *Cuts) { k.cuts, k.isCut = *cuts, *cuts != Cuts{} }

// has reports whether the Block has an attribute of that key.
func (k *Block) has(key []byte) bool {
	_, ok := Find(k.Attributes, key)
	return ok
}
