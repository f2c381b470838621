package record

// Mark is a state of a Builder, for Capture.
type Mark struct {
	attributes, scratch int
	cuts                Cuts
}

// Mark returns the present state.
func (b *attributeList) Mark() Mark {
	b.renamed = false
	return Mark{attributes: len(b.rec.Attributes), scratch: len(b.buf), cuts: b.rec.Cuts}
}

// Renamed reports whether an attribute was given another name since the last Mark, which makes the
// attributes depend on what the record had before.
func (b *attributeList) Renamed() bool { return b.renamed }

// Capture appends to k what was added and cut since a mark.
func (b *attributeList) Capture(m *Mark, k *Block) {
	for _, a := range b.rec.Attributes[m.attributes:] {
		if a.Key != nil {
			k.Append(a)
		}
	}
	for cut := range m.cuts {
		k.cuts[cut] = b.rec.Cuts[cut] - m.cuts[cut]
		k.isCut = k.isCut || k.cuts[cut] != 0
	}
}

// Single returns the attribute that was added since a mark, if nothing else has happened: no other
// attribute, no text, no cut and no new name.
func (b *attributeList) Single(m *Mark) (a Attribute, ok bool) {
	if b.renamed || len(b.buf) != m.scratch || len(b.rec.Attributes) != m.attributes+1 ||
		b.rec.Cuts != m.cuts {
		return Attribute{}, false
	}
	return b.rec.Attributes[m.attributes], true
}

// HasRoom reports whether the limit has room for a Block.
func (b *attributeList) HasRoom(k *Block) bool {
	return b.count+len(k.Attributes) <= b.rules.Limits.Attributes
}

// AddBlock adds a Block that the limit has room for. Those of its attributes whose keys the record
// has are renamed, as fields are.
func (b *attributeList) AddBlock(k *Block) {
	if k.isCut {
		b.rec.Cuts.Add(&k.cuts)
	}
	for i := range k.Attributes {
		if !b.keys.insert(k.Attributes[i].Key, k.hashes[i]) {
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
func (b *attributeList) addRenamed(k *Block, n int) {
	b.rec.Attributes = append(b.rec.Attributes, k.Attributes[:n]...)
	b.count += n
	b.isCounted = false
	for _, a := range k.Attributes[n:] {
		b.append(a.Key, a.Value, false)
	}
}

// AddCuts counts the cuts of a Block without adding its attributes.
func (b *attributeList) AddCuts(k *Block) {
	if k.isCut {
		b.rec.Cuts.Add(&k.cuts)
	}
}
