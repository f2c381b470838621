package record

import (
	"slices"

	"out_dynatrace/plugin/ascii"
)

// attributeList is the list of the attributes of a record.
type attributeList struct {
	names
	count  int // of attributes
	lastID uint64
	// levelLike are the positions of attributes that the server would take for the level.
	levelLike []int
}

// NewID returns a number that no run and no group of this Builder has yet.
func (b *attributeList) NewID() uint64 {
	b.lastID++
	return b.lastID
}

// IsFull reports whether the record has as many attributes as it may have.
func (b *attributeList) IsFull() bool { return b.count >= b.rules.Limits.Attributes }

// Occupy counts an attribute that is kept elsewhere.
func (b *attributeList) Occupy() { b.count++ }

// Get returns the value of a key among the attributes that the record has of its own.
func (b *attributeList) Get(key []byte) (Value, bool) { return Find(b.rec.Attributes, key) }

// append adds an attribute whose key and value are within the limits, if it is wanted, under a key
// that neither the server nor the record owns yet.
func (b *attributeList) append(key []byte, v Value) {
	if b.shapes && !b.wanted(key, v) {
		return
	}
	if serverOwned(key) {
		if key = b.overwritten(1, key); b.shapes && !b.wanted(key, v) {
			return
		}
	}
	b.attach(key, v)
}

// attach adds an attribute under a key that the record does not have yet, if that key is wanted.
func (b *attributeList) attach(key []byte, v Value) {
	if key = b.unique(key, v, b.shapes); key != nil {
		b.count++
		b.rec.Attributes = append(b.rec.Attributes, Attribute{Key: key, Value: v})
	}
}

// drop removes an attribute.
func (b *attributeList) drop(at int) {
	b.rec.Attributes = slices.Delete(b.rec.Attributes, at, at+1)
	b.count--
	for r := range b.rec.Runs {
		if b.rec.Runs[r].At > at {
			b.rec.Runs[r].At--
		}
	}
}

// truncate removes the last attributes of a record until n are left. Its group stays as it is if
// there is room for it.
func (b *attributeList) truncate(n int) {
	b.count = n
	if g := b.rec.Group; g != nil && n >= len(g.All)+b.rec.stamps {
		n -= len(g.All)
	} else {
		b.rec.Inline()
	}
	b.rec.flatten()
	b.rec.Attributes = b.rec.Attributes[:n]
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
		if isLike && a.Value.Kind != Null && a.Value.Kind != Array {
			b.levelLike = append(b.levelLike, i)
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
		gone := 0
		for _, i := range b.levelLike {
			a := &b.rec.Attributes[i-gone]
			if b.shapes && !b.wanted(rawLevelKey, a.Value) {
				b.drop(i - gone)
				gone++
				continue
			}
			if a.Key = b.unique(rawLevelKey, a.Value, b.shapes); a.Key == nil {
				b.drop(i - gone)
				gone++
			}
		}
	}
	b.levelLike = b.levelLike[:0]
}

// AddRawLevel adds a value that the server would have taken for the level, under another name.
func (b *attributeList) AddRawLevel(v Value) {
	if b.IsFull() {
		b.rec.Cuts[CutAttributes]++
		return
	}
	b.append(rawLevelKey, v)
}
