package record

import (
	"bytes"
	"slices"
)

// crowd is the part of a Builder that keeps the number of attributes within the limit. Only a
// record that is full pays for it: its attributes are counted by their worth, once, and from then
// on each one that is worth more takes the place of the last of the worst. A record of n attributes
// with a limit of l takes time in proportion to n + l.
type crowd struct {
	names
	count int // of attributes
	// levelLike are the positions of attributes that the server would take for the level, and
	// boundary is a position that SetBoundary has set.
	levelLike []int
	boundary  int
	// canBeLevel reports that the attribute in the making will be among levelLike.
	canBeLevel bool
	// gone is the number of places in the record's list whose attribute was dropped: it has no
	// key any more. So positions stay what they are until compact.
	gone int
	// moved is the number of attributes that were in runs and are in the list now.
	moved int
	// given is the number of places at the end of the list whose attributes are OfGiven at
	// least.
	given int

	// isCounted reports that own and grouped count the record's own attributes, and those of
	// its group, by their worth.
	isCounted    bool
	own, grouped quotas
	// hasPins reports that some keys are pinned: they are OfGiven at least.
	hasPins bool
	// Beyond cursor there is no attribute of that worth.
	cursor      int
	cursorWorth Worth
}

func (b *crowd) begin() {
	b.count, b.boundary, b.gone, b.moved, b.given = 0, 0, 0, 0, 0
	b.levelLike, b.isCounted, b.hasPins = b.levelLike[:0], false, false
}

// IsFull reports whether the record has as many attributes as it may have.
func (b *crowd) IsFull() bool { return b.count >= b.rules.Limits.Attributes }

// makeRoom drops an attribute that is worth less than w. It reports false if a full record has
// none.
func (b *crowd) makeRoom(w Worth) bool {
	worst := b.worst()
	if worst <= w {
		return false
	}
	if b.own[worst] == 0 {
		b.inline()
	}
	b.renamed = true // what the record has depends on what it had before
	b.keys.spare()
	b.rec.Cuts[CutAttributes]++
	b.evict(b.last(worst))
	return true
}

// worst returns the least that an attribute of the record is worth.
func (b *crowd) worst() Worth {
	if !b.isCounted || len(b.rec.Runs) > 0 {
		b.tally()
	}
	w := numWorths - 1
	for w > 0 && b.own[w]+b.grouped[w] == 0 {
		w--
	}
	return w
}

// tally counts the attributes by their worth, and moves those of runs to the list: a run is shared
// with other records.
func (b *crowd) tally() {
	b.flattenRuns()
	b.own, b.grouped = quotas{}, quotas{}
	for i := range b.rec.Attributes {
		if b.rec.Attributes[i].Key != nil {
			b.own[b.worthAt(i)]++
		}
	}
	if g := b.rec.Group; g != nil {
		for i := range g.All {
			b.grouped[b.pinned(&g.All[i])]++
		}
	}
	b.isCounted, b.cursor, b.cursorWorth = true, len(b.rec.Attributes), numWorths
}

// flattenRuns moves the attributes of runs to the list, and the positions with them.
func (b *crowd) flattenRuns() {
	runs, next, shift := b.rec.Runs, 0, 0
	for i, at := range b.levelLike {
		for next < len(runs) && runs[next].At <= at {
			shift += len(runs[next].Attributes)
			next++
		}
		b.levelLike[i] = at + shift
	}
	before := len(b.rec.Attributes)
	b.rec.flatten()
	b.moved += len(b.rec.Attributes) - before
}

// inline moves the attributes of the record's group to the list.
func (b *crowd) inline() {
	b.rec.Inline()
	b.tally()
}

// worthAt returns the worth of the attribute at a position.
func (b *crowd) worthAt(i int) Worth {
	if i < b.rec.stamps {
		return ofStamp
	}
	if len(b.levelLike) > 0 {
		if _, is := slices.BinarySearch(b.levelLike, i); is {
			return OfIdentity
		}
	}
	w := b.pinned(&b.rec.Attributes[i])
	if w > OfGiven && i >= len(b.rec.Attributes)-b.given {
		return OfGiven
	}
	return w
}

// pinned returns the worth of an attribute under a key that may be pinned.
func (b *crowd) pinned(a *Attribute) Worth {
	w := worthOf(a)
	if w > OfGiven && b.hasPins {
		if p := b.keys.find(a.Key, HashOf(a.Key)); p != nil && p.isPinned {
			return OfGiven
		}
	}
	return w
}

// last returns the position of the last attribute of a worth, which must exist.
func (b *crowd) last(w Worth) int {
	if b.cursorWorth != w {
		b.cursorWorth, b.cursor = w, len(b.rec.Attributes)
	}
	for b.cursor--; b.rec.Attributes[b.cursor].Key == nil || b.worthAt(b.cursor) != w; {
		b.cursor--
	}
	return b.cursor
}

// added notes that an attribute was added to the list.
func (b *crowd) added() {
	if !b.isCounted {
		return
	}
	w := b.worthAt(len(b.rec.Attributes) - 1)
	b.own[w]++
	if w == b.cursorWorth {
		b.cursorWorth = numWorths
	}
}

// evict drops the attribute at a position. Its key is available again.
func (b *crowd) evict(at int) {
	b.own[b.worthAt(at)]-- // of no meaning unless isCounted
	b.forget(b.rec.Attributes[at].Key)
	b.rec.Attributes[at] = Attribute{}
	b.gone++
	b.count--
}

// forget makes a key available again. A name that was made for the loser of a clash is not given to
// another one.
func (b *crowd) forget(key []byte) {
	if !bytes.HasPrefix(key, overwrittenPrefix) {
		b.keys.free(key, HashOf(key))
	}
}

// shed drops attributes until the record has at most so many of each worth as keep says. The list
// must have been counted.
func (b *crowd) shed(keep *quotas) {
	var drop quotas
	n := 0
	for w := range drop {
		drop[w] = max(0, b.own[w]+b.grouped[w]-keep[w])
		if drop[w] > b.own[w] {
			b.inline()
		}
		n += drop[w]
	}
	for i := len(b.rec.Attributes) - 1; n > 0; i-- {
		if b.rec.Attributes[i].Key == nil {
			continue
		}
		if w := b.worthAt(i); drop[w] > 0 {
			drop[w]--
			n--
			b.evict(i)
		}
	}
}

// SetBoundary notes the present end of the list. Boundary returns its position after Finish.
func (b *crowd) SetBoundary() { b.boundary = len(b.rec.Attributes) }

// Boundary returns the number of attributes before SetBoundary that the record still has.
func (b *crowd) Boundary() int { return b.boundary }

// compact closes the places whose attribute was dropped.
func (b *crowd) compact() {
	if b.gone == 0 {
		return
	}
	list, runs, like := b.rec.Attributes, b.rec.Runs, b.levelLike[:0]
	to, nextRun, nextLike := 0, 0, 0
	boundary, given, givenFrom := b.boundary, 0, len(list)-b.given
	for i := 0; i <= len(list); i++ {
		if i == boundary {
			b.boundary = to
		}
		for ; nextRun < len(runs) && runs[nextRun].At == i; nextRun++ {
			runs[nextRun].At = to
		}
		isLike := nextLike < len(b.levelLike) && b.levelLike[nextLike] == i
		if isLike {
			nextLike++
		}
		if i == len(list) || list[i].Key == nil {
			continue
		}
		if isLike {
			like = append(like, to)
		}
		if i >= givenFrom {
			given++
		}
		list[to] = list[i]
		to++
	}
	clear(list[to:])
	b.rec.Attributes, b.levelLike = list[:to], like
	if len(runs) == 0 {
		b.given = given
	}
	b.gone, b.isCounted = 0, false
}
