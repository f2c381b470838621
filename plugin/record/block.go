package record

import "slices"

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

// HasCuts reports whether the Block counts a cut.
func (k *Block) HasCuts() bool { return k.isCut }

// Count adds n to a count of the cuts.
func (k *Block) Count(cut Cut, n int) {
	k.cuts[cut] += uint64(n)
	k.isCut = k.isCut || n != 0
}

// has reports whether the Block has an attribute of that key.
func (k *Block) has(key []byte) bool {
	_, ok := Find(k.Attributes, key)
	return ok
}

// Mark is a state of a Builder, for Capture.
type Mark struct {
	attributes, scratch int
	cuts                Cuts
}

// Mark returns the present state.
func (b *Builder) Mark() Mark {
	b.renamed = false
	return Mark{attributes: len(b.rec.Attributes), scratch: len(b.buf), cuts: b.rec.Cuts}
}

// Renamed reports whether an attribute was given another name since the last Mark, which makes the
// attributes depend on what the record had before.
func (b *Builder) Renamed() bool { return b.renamed }

// Capture appends to k what was added and cut since a mark.
func (b *Builder) Capture(m *Mark, k *Block) {
	k.Attributes = append(k.Attributes, b.rec.Attributes[m.attributes:]...)
	for i := range k.Attributes {
		k.hashes = append(k.hashes, HashOf(k.Attributes[i].Key))
	}
	for cut := range m.cuts {
		k.cuts[cut] = b.rec.Cuts[cut] - m.cuts[cut]
		k.isCut = k.isCut || k.cuts[cut] != 0
	}
}

// SetCuts makes cuts the ones that each record gets counted.
func (k *Block) SetCuts(cuts *Cuts) { k.cuts, k.isCut = *cuts, *cuts != Cuts{} }

// Single returns the attribute that was added since a mark, if nothing else has happened: no other
// attribute, no text, no cut and no new name.
func (b *Builder) Single(m *Mark) (a Attribute, ok bool) {
	if b.renamed || len(b.buf) != m.scratch || len(b.rec.Attributes) != m.attributes+1 ||
		b.rec.Cuts != m.cuts {
		return Attribute{}, false
	}
	return b.rec.Attributes[m.attributes], true
}

// HasRoom reports whether the limit has room for a Block.
func (b *Builder) HasRoom(k *Block) bool {
	return b.count+len(k.Attributes) <= b.rules.Limits.Attributes
}

// AddBlock adds a Block that the limit has room for. Those of its attributes whose keys the record
// has are renamed, as fields are.
func (b *Builder) AddBlock(k *Block) {
	if k.isCut {
		b.rec.Cuts.Add(&k.cuts)
	}
	for i := range k.Attributes {
		if _, isNew := b.keys.insert(k.Attributes[i].Key, k.hashes[i]); !isNew {
			b.addRenamed(k, i)
			return
		}
	}
	if len(k.Attributes) == 0 {
		return
	}
	b.count += len(k.Attributes)
	b.rec.Runs = append(b.rec.Runs, Run{Attributes: k.Attributes, At: len(b.rec.Attributes), ID: k.ID})
}

// addRenamed adds the attributes of k one by one, because the record has a key of theirs. The first
// n of their keys are in the set.
func (b *Builder) addRenamed(k *Block, n int) {
	b.rec.Attributes = append(b.rec.Attributes, k.Attributes[:n]...)
	b.count += n
	for _, a := range k.Attributes[n:] {
		b.append(a.Key, a.Value)
	}
}

// TakeKeys makes the keys of a Block known to the record, before anything else is added.
func (b *Builder) TakeKeys(k *Block) {
	for i := range k.Attributes {
		b.keys.insert(k.Attributes[i].Key, k.hashes[i])
	}
}

// Claim makes a key known to the record, for a value that is kept elsewhere. It reports false if the
// record has the key.
func (b *Builder) Claim(key []byte, hash uint32) bool {
	_, isNew := b.keys.insert(key, hash)
	return isNew
}

// Occupy counts an attribute that is kept elsewhere.
func (b *Builder) Occupy() { b.count++ }

// Reserve makes room for n elements that are kept until Forget, and returns where it begins. It must
// be called before the record has elements of its own.
func (b *Builder) Reserve(n int) (at int) {
	at = b.keptElements
	b.keptElements += n
	b.elements = slices.Grow(b.elements, n)[:b.keptElements]
	return at
}

// CopyElements copies elements into room that was reserved, and returns how many.
func (b *Builder) CopyElements(at int, elements []Value) int { return copy(b.elements[at:], elements) }
