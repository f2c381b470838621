package record

import (
	"slices"
)

// Enrichment is a Block whose attributes are dropped if the record has fields of the same names.
type Enrichment struct {
	Block
	// around is what was added last of it to a record that had keys of its own: those in clash,
	// as bits. Records of one kind mostly have the same keys.
	around Block
	clash  uint64
}

// maskBits is the number of attributes that a mask can distinguish.
const maskBits = 64

// Reset empties an Enrichment and retains its memory.
func (e *Enrichment) Reset() {
	e.Block.Reset()
	e.around.Reset()
	e.clash = 0
}

// Release is Reset that also drops every reference, and the memory if it has room for more than
// spare attributes.
func (e *Enrichment) Release(spare int) {
	e.Block.Release(spare)
	e.around.Release(spare)
	e.clash = 0
}

// Enrich adds attributes that are not fields, after all fields. A field of the same name wins. If
// the record is too full, its last fields are dropped: what ties a record to its source is worth
// more.
func (b *Builder) Enrich(e *Enrichment) {
	k := &e.Block
	if k.isCut {
		b.rec.Cuts.Add(&k.cuts)
	}
	if len(k.Attributes) == 0 {
		return
	}
	clash := uint64(0)
	if b.count > 0 || len(b.rules.Header) > 0 {
		for i := range k.Attributes {
			if b.keys.has(k.Attributes[i].Key, k.hashes[i]) {
				clash |= 1 << min(i, maskBits-1)
			}
		}
	}
	if over := b.count + len(k.Attributes) - b.rules.Limits.Attributes; over > 0 {
		b.rec.Cuts[CutAttributes] += uint64(over)
		b.truncate(b.count - over)
		b.knowAgain()
		if clash != 0 {
			b.enrichSingly(k)
			return
		}
	}
	if clash != 0 {
		if k.ID == 0 || len(k.Attributes) >= maskBits {
			b.enrichSingly(k)
			return
		}
		k = b.withoutClash(e, clash)
	}
	b.under = &e.Block
	b.count += len(k.Attributes)
	if k.ID == 0 {
		b.rec.Attributes = append(b.rec.Attributes, k.Attributes...)
		return
	}
	b.rec.Runs = append(b.rec.Runs, Run{Attributes: k.Attributes, At: len(b.rec.Attributes), ID: k.ID})
}

// withoutClash returns the Block without the attributes whose bits are set.
func (b *Builder) withoutClash(e *Enrichment, clash uint64) *Block {
	k := &e.around
	if e.clash == clash {
		return k
	}
	e.clash, k.Attributes = clash, k.Attributes[:0]
	for i, a := range e.Attributes {
		if clash&(1<<i) == 0 {
			k.Attributes = append(k.Attributes, a)
		}
	}
	k.ID = b.NewID()
	return k
}

// enrichSingly adds the attributes of a Block one by one, except those whose keys the record has.
func (b *Builder) enrichSingly(k *Block) {
	for i, a := range k.Attributes {
		if !b.keys.has(a.Key, k.hashes[i]) {
			b.attach(a.Key, a.Value)
		}
	}
}

// Lead puts the attributes of a group before those of a record that has all its own, or gives the
// record the group itself if g is not nil. Names were taken by TakeKeys before. If there is not
// room for all, up to half of the record is the group's: what ties a record to its source is worth
// more than the last of its fields.
func (b *Builder) Lead(list []Attribute, id uint64, g *Group) {
	limit := b.rules.Limits.Attributes
	over := b.count + len(list) - limit
	if over > 0 {
		b.rec.Cuts[CutAttributes] += uint64(over)
		share := min(len(list), max(limit/2, limit-b.count))
		b.truncate(min(b.count, limit-share))
		if share < len(list) {
			b.rec.flatten()
			b.rec.Attributes = slices.Insert(b.rec.Attributes, 0, list[:share]...)
			b.count += share
			list = nil
		}
	}
	switch {
	case len(list) == 0 && over > 0:
	case g != nil:
		b.rec.Group = g
	case len(list) > 0:
		b.rec.Runs = slices.Insert(b.rec.Runs, 0, Run{Attributes: list, ID: id})
	}
	b.count += len(list)
}

// Stamp adds an attribute of the plugin's own to a mapped record, before those of the event, so
// that it stays when others have to be dropped. If the record is full, the last attribute of the
// event is dropped. text must have been stored with Take.
func (b *Builder) Stamp(key string, text []byte) {
	rec := b.rec
	if b.IsFull() && b.count > rec.stamps {
		rec.Cuts[CutAttributes]++
		b.truncate(b.count - 1)
	}
	stamp := Attribute{Value: Text(text)}
	stamp.Key = b.unique(View(key), stamp.Value, false)
	b.count++
	rec.Attributes = append(rec.Attributes, stamp)
	last := len(rec.Attributes) - 1
	copy(rec.Attributes[rec.stamps+1:], rec.Attributes[rec.stamps:last])
	rec.Attributes[rec.stamps] = stamp
	for i := range rec.Runs {
		rec.Runs[i].At++
	}
	rec.stamps++
}
