package record

import "slices"

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
// the record is too full, those of its attributes that are worth least are dropped.
func (b *Builder) Enrich(e *Enrichment) {
	k := &e.Block
	if k.isCut {
		b.rec.Cuts.Add(&k.cuts)
	}
	if len(k.Attributes) == 0 {
		return
	}
	clash, clashes := uint64(0), 0
	if b.count > 0 || len(b.rules.Header) > 0 {
		for i := range k.Attributes {
			if b.keys.has(k.Attributes[i].Key, k.hashes[i]) {
				clash |= 1 << min(i, maskBits-1)
				clashes++
			}
		}
	}
	over := b.count + len(k.Attributes) - clashes - b.rules.Limits.Attributes
	switch {
	case over > 0:
		b.enrichFull(k, over)
		return
	case clash != 0 && (k.ID == 0 || len(k.Attributes) >= maskBits):
		b.enrichSingly(k)
		return
	case clash != 0:
		k = b.withoutClash(e, clash)
	}
	b.under = &e.Block
	b.count += len(k.Attributes)
	b.given = len(k.Attributes)
	if k.ID == 0 {
		b.isCounted = false
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
func (b *attributeList) enrichSingly(k *Block) {
	before := len(b.rec.Attributes)
	for i, a := range k.Attributes {
		if b.keys.insert(a.Key, k.hashes[i]) {
			b.put(a.Key, a.Value)
		}
	}
	b.given = len(b.rec.Attributes) - before
	b.isCounted = false
}

// worthOfGiven returns the worth of an attribute that is not a field.
func worthOfGiven(a *Attribute) Worth { return min(worthOf(a), OfGiven) }

// enrichFull is Enrich for a record that has room for all but over of its own attributes and those
// of the Block. A field that stands in for one of the Block is worth as much.
func (b *attributeList) enrichFull(k *Block, over int) {
	b.rec.Cuts[CutAttributes] += uint64(over)
	var add, take, keep quotas
	for i := range k.Attributes {
		a := &k.Attributes[i]
		if p := b.keys.find(a.Key, k.hashes[i]); p != nil {
			p.isPinned, b.hasPins = true, true
			continue
		}
		add[worthOfGiven(a)]++
	}
	b.tally()
	room := b.rules.Limits.Attributes
	for w := range keep {
		keep[w] = min(room, b.own[w]+b.grouped[w])
		room -= keep[w]
		take[w] = min(room, add[w])
		room -= take[w]
	}
	b.shed(&keep)
	before := len(b.rec.Attributes)
	for i := range k.Attributes {
		a := &k.Attributes[i]
		if w := worthOfGiven(a); take[w] > 0 && b.keys.insert(a.Key, k.hashes[i]) {
			take[w]--
			b.put(a.Key, a.Value)
		}
	}
	b.given = len(b.rec.Attributes) - before
	b.isCounted, b.hasPins = false, false
}

// Lead puts the attributes of a group before those of a record that has all its own, or gives the
// record the group itself if g is not nil. Names were taken by TakeKeys before. If there is not
// room for all, those are dropped that are worth least. Where that does not decide, the group
// leaves half of the record to the record's own attributes.
func (b *Builder) Lead(list []Attribute, id uint64, g *Group) {
	if over := b.count + len(list) - b.rules.Limits.Attributes; over > 0 {
		b.rec.Cuts[CutAttributes] += uint64(over)
		if b.leadFull(list) {
			return
		}
	}
	b.isCounted = false
	b.count += len(list)
	switch {
	case g != nil:
		b.rec.Group = g
	case len(list) > 0:
		b.rec.Runs = slices.Insert(b.rec.Runs, 0, Run{Attributes: list, ID: id})
	}
}

// leadFull makes room for a group. If there is not room for all of it, leadFull adds the part that
// there is room for, and reports true.
func (b *attributeList) leadFull(list []Attribute) (isPart bool) {
	var add, take, keep quotas
	for i := range list {
		add[worthOf(&list[i])]++
	}
	b.tally()
	room := b.rules.Limits.Attributes
	share, n := room/2, 0
	for w := range keep {
		take[w] = min(add[w], room, max(0, share-n, room-b.own[w]))
		room -= take[w]
		n += take[w]
		keep[w] = min(b.own[w], room)
		room -= keep[w]
	}
	b.shed(&keep)
	if n == len(list) {
		return false
	}
	b.rec.Attributes = slices.Insert(b.rec.Attributes, 0, list[:n]...)
	to := 0
	for i := range list {
		if w := worthOf(&list[i]); take[w] > 0 {
			take[w]--
			b.rec.Attributes[to] = list[i]
			to++
			continue
		}
		b.forget(list[i].Key)
	}
	b.count += n
	b.isCounted = false
	return true
}

// Stamp adds an attribute of the plugin's own to a mapped record, before those of the event. If the
// record is full, the attribute that is worth least is dropped. text must have been stored with
// Take.
func (b *Builder) Stamp(key string, text []byte) {
	rec := b.rec
	if b.IsFull() {
		b.makeRoom(ofStamp)
	}
	stamp := Attribute{Value: Text(text)}
	stamp.Key = b.unique(View(key), stamp.Value, false, false)
	b.count++
	rec.Attributes = append(rec.Attributes, stamp)
	last := len(rec.Attributes) - 1
	copy(rec.Attributes[rec.stamps+1:], rec.Attributes[rec.stamps:last])
	rec.Attributes[rec.stamps] = stamp
	for i := range rec.Runs {
		rec.Runs[i].At++
	}
	rec.stamps++
	b.compact()
	b.isCounted = false
}
