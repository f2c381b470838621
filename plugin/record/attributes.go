package record

import "out_dynatrace/plugin/ascii"

// attributeList is the list of the attributes of a record.
type attributeList struct {
	crowd
	lastID uint64
}

// NewID returns a number that no run and no group of this Builder has yet.
func (b *attributeList) NewID() uint64 {
	b.lastID++
	return b.lastID
}

// Occupy counts an attribute that is kept elsewhere. It reports false if the record has no room for
// it.
func (b *attributeList) Occupy() bool {
	if b.IsFull() && !b.makeRoom(OfValue) {
		b.rec.Cuts[CutAttributes]++
		return false
	}
	b.count++
	return true
}

// Get returns the value of a key among the attributes that the record has of its own.
func (b *attributeList) Get(key []byte) (Value, bool) { return Find(b.rec.Attributes, key) }

// append adds an attribute whose key and value are within the limits, if it is wanted, under a key
// that neither the server nor the record owns yet. isReserved reports that this is known to be
// another one.
func (b *attributeList) append(key []byte, v Value, isReserved bool) {
	isReserved = isReserved || serverOwned(key)
	switch {
	case !b.shapes:
	case isReserved && b.excludes(key):
		b.Count(LeftOut, len(key)+len(v.Text))
		return
	case !isReserved && !b.wanted(key, v):
		return
	}
	b.attach(key, v, isReserved)
}

// attach adds an attribute under a key that the record does not have yet, if that key is wanted.
func (b *attributeList) attach(key []byte, v Value, isReserved bool) {
	if b.IsFull() && !b.makeRoomFor(key, v, isReserved) {
		return
	}
	if key = b.unique(key, v, b.shapes, isReserved); key != nil {
		b.put(key, v)
	}
}

// put adds an attribute whose key is taken.
func (b *attributeList) put(key []byte, v Value) {
	b.count++
	b.rec.Attributes = append(b.rec.Attributes, Attribute{Key: key, Value: v})
	b.added()
}

// makeRoomFor makes room for an attribute in a full record, or counts that there is none, or that
// the attribute is not wanted.
func (b *attributeList) makeRoomFor(key []byte, v Value, isReserved bool) bool {
	getsOther := isReserved || b.isTaken(key)
	if getsOther && b.shapes && !b.wantsOther(key, v) {
		return false
	}
	w := OfNothing
	switch {
	case b.canBeLevel:
		w = OfIdentity
	case isEmpty(v):
	case getsOther:
		w = OfValue
	default:
		w = WorthOf(key)
	}
	if b.makeRoom(w) {
		return true
	}
	b.rec.Cuts[CutAttributes]++
	return false
}

// noteLevelLike notes those of the attributes from first on that the server would take for the
// level under the key that the event gave them. They come from a field that is reserved for r. The
// server ignores null, arrays and what is flattened.
func (b *attributeList) noteLevelLike(first int, r Reservation, flattened bool) {
	for i := first; i < len(b.rec.Attributes); i++ {
		a := &b.rec.Attributes[i]
		isLike := r != AboveSource
		if flattened {
			isLike = ascii.EqualFold(a.Key, syslogSeverity)
		}
		if isLike && a.Key != nil && a.Value.Kind != Null && a.Value.Kind != Array {
			b.own[b.worthAt(i)]--
			b.levelLike = append(b.levelLike, i)
			b.own[OfIdentity]++
		}
	}
}

// LevelLike returns the positions of the attributes that the server would take for the level.
func (b *attributeList) LevelLike() []int { return b.levelLike }

// SettleLevelLike ends the list of LevelLike. If no field names a level, these attributes get
// another name: the server would make up a level from the first letter, or none from a number, and
// the value would be lost.
func (b *attributeList) SettleLevelLike(hasLevel bool) {
	if !hasLevel {
		for _, i := range b.levelLike {
			a := &b.rec.Attributes[i]
			if a.Key == nil { // there was no room for it
				continue
			}
			var key []byte
			if !b.shapes || b.wanted(rawLevelKey, a.Value) {
				key = b.unique(rawLevelKey, a.Value, b.shapes, false)
			}
			if key == nil {
				b.evict(i)
				continue
			}
			a.Key = key
		}
		b.isCounted = false
	}
	b.levelLike = b.levelLike[:0]
}

// AddRawLevel adds a value that the server would have taken for the level, under another name.
func (b *attributeList) AddRawLevel(v Value) { b.append(rawLevelKey, v, false) }
