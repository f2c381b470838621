package record

import (
	"strconv"
	"unicode/utf8"
)

// Rules are what every record of a Builder keeps to.
type Rules struct {
	Limits Limits
	// Stringify turns numbers and booleans into text, LowercaseKeys keys into lower case.
	Stringify, LowercaseKeys bool
	// Include and Exclude select attributes by their keys as Dynatrace gets them, in lower case with
	// LowercaseKeys. An empty Include selects all.
	Include, Exclude Patterns
	// DropEmpty leaves out attributes without a value: null, "", [] and {}.
	DropEmpty bool
	// Header are attributes that travel in a header of the request. They win there: no attribute of
	// a record has a key of theirs.
	Header []Attribute
	// Watch, if not nil, is called for each field that the Builder reads under one of the Watched
	// keys, also if the field is then left out, cut off or renamed. isText reports whether the value
	// is text; null is not reported.
	Watch   func(key int, text []byte, isText bool)
	Watched []string
}

// Builder builds the attributes of one record at a time. It is not safe for concurrent use. Its
// memory is bounded by the largest record, and by what Keep keeps.
type Builder struct {
	Scratch
	rules   Rules
	shapes  bool     // include, exclude or drop_empty can leave out attributes
	watched uint64   // the lengths of the watched keys, as bits
	hashes  []uint32 // of the header's keys

	rec      *Record
	keys     keySet
	count    int     // of attributes
	elements []Value // of arrays
	renamed  bool    // a key was given another name since the last Mark
	// levelLike are the positions of attributes that the server would take for the level.
	levelLike []int
	// under are attributes of the record whose keys are not in keys: none of them clashes.
	under *Block

	// What Keep has kept: the start of the scratch memory and of the elements.
	keptScratch, keptElements int
	lastID                    uint64
}

const (
	// spareScratch is how much scratch memory a Builder retains between chunks, in bytes.
	spareScratch = 1 << 20
	// spareElements is the same for elements of arrays: as many as a record can have by the limits
	// of the API, 655 kB.
	spareElements = 16 << 10
)

// Init sets the rules. It must be called once, before anything else.
func (b *Builder) Init(rules Rules) {
	*b = Builder{Scratch: Scratch{keyBytes: rules.Limits.AttributeKeyBytes}, rules: rules}
	b.shapes = rules.DropEmpty || rules.Include.Any() || rules.Exclude.Any()
	for _, key := range rules.Watched {
		b.watched |= 1 << min(len(key), 63)
	}
	for i := range rules.Header {
		b.hashes = append(b.hashes, HashOf(rules.Header[i].Key))
	}
}

// Begin resets rec and starts to build it.
func (b *Builder) Begin(rec *Record) {
	rec.reset()
	b.rec, b.count, b.under = rec, 0, nil
	b.buf, b.elements = b.buf[:b.keptScratch], b.elements[:b.keptElements]
	b.levelLike = b.levelLike[:0]
	if b.keys.slots == nil { // a Builder that is never used takes no memory
		b.keys = newKeySet(2*b.rules.Limits.Attributes + len(b.rules.Header))
	}
	b.keys.reset()
	if len(b.rules.Header) > 0 {
		b.takeHeader()
	}
}

// takeHeader makes the keys in the header of the request known to the record.
func (b *Builder) takeHeader() {
	for i := range b.rules.Header {
		b.keys.insert(b.rules.Header[i].Key, b.hashes[i])
	}
}

// Finish completes the record.
func (b *Builder) Finish() { b.rec.Elements = b.elements }

// Keep keeps the scratch memory and the elements that are in use now until Forget.
func (b *Builder) Keep() { b.keptScratch, b.keptElements = len(b.buf), len(b.elements) }

// Kept returns the size of the scratch memory that is kept, in bytes.
func (b *Builder) Kept() int { return b.keptScratch }

// Forget releases what Keep has kept.
func (b *Builder) Forget() { b.keptScratch, b.keptElements = 0, 0 }

// Release ends a chunk. It drops everything that points into the chunk, and scratch memory that an
// unusually large event needed.
func (b *Builder) Release() {
	b.Forget()
	b.rec, b.under = nil, nil
	b.keys.release()
	if cap(b.elements) > spareElements {
		b.elements = nil
	}
	clear(b.elements[:cap(b.elements)])
	if cap(b.buf) > spareScratch {
		b.buf = nil
	}
}

// Memory returns the capacity of the scratch memory, in bytes, and of the elements.
func (b *Builder) Memory() (scratch, elements int) { return cap(b.buf), cap(b.elements) }

// NumElements returns the number of elements in use, those that are kept included.
func (b *Builder) NumElements() int { return len(b.elements) }

// NewID returns a number that no run and no group of this Builder has yet.
func (b *Builder) NewID() uint64 {
	b.lastID++
	return b.lastID
}

// Rules returns the rules.
func (b *Builder) Rules() *Rules { return &b.rules }

// Count adds n to a count of the record's cuts.
func (b *Builder) Count(cut Cut, n int) { b.rec.Cuts[cut] += uint64(n) }

// IsFull reports whether the record has as many attributes as it may have.
func (b *Builder) IsFull() bool { return b.count >= b.rules.Limits.Attributes }

// Has reports whether the record has key, whose hash is given.
func (b *Builder) Has(key []byte, hash uint32) bool { return b.keys.has(key, hash) }

// Lowered returns key in lower case if the rules ask for it, up to a little more than the limit of
// keys.
func (b *Builder) Lowered(key []byte) []byte {
	if !b.rules.LowercaseKeys || firstUpper(key) < 0 {
		return key
	}
	return b.Take(b.appendKey(b.buf, key))
}

// appendKey appends a key, or a part of one, in the case that the rules ask for.
func (b *Builder) appendKey(dst, key []byte) []byte {
	if !b.rules.LowercaseKeys {
		return append(dst, key...)
	}
	return appendLower(dst, key, b.rules.Limits.AttributeKeyBytes)
}

// valid returns key with U+FFFD in place of each invalid byte. An encoder would write it so anyway,
// but then keys that differ only in such bytes would be equal in the end.
func (b *Builder) valid(key []byte) []byte {
	if utf8.Valid(key) {
		return key
	}
	// What lies far behind the limit is cut off anyway.
	key = key[:min(len(key), b.rules.Limits.AttributeKeyBytes+utf8.UTFMax)]
	to := b.buf
	for len(key) > 0 {
		r, width := utf8.DecodeRune(key)
		to = utf8.AppendRune(to, r)
		key = key[width:]
	}
	return b.Take(to)
}

// stringified returns a number or a boolean as text if the rules ask for it, and other values as
// they are.
func (b *Builder) stringified(v Value) Value {
	if !b.rules.Stringify || v.Kind == Null || v.Kind >= String {
		return v
	}
	return Text(b.Take(appendNumber(b.buf, v)))
}

// wanted reports whether an attribute is to be sent, and counts what is left out.
func (b *Builder) wanted(key []byte, v Value) bool {
	r := &b.rules
	if r.DropEmpty && isEmpty(v) || r.Include.Any() && !r.Include.Match(key) ||
		r.Exclude.Any() && r.Exclude.Match(key) {
		b.Count(LeftOut, len(key)+len(v.Text))
		return false
	}
	return true
}

// isEmpty reports whether a value holds nothing. An empty map has become the text {}.
func isEmpty(v Value) bool {
	switch v.Kind {
	case Null:
		return true
	case String:
		return len(v.Text) == 0 || string(v.Text) == "{}"
	case Array:
		return uint32(v.Num) == 0
	}
	return false
}

// Wants reports whether an attribute is to be sent, and counts it if it is not.
func (b *Builder) Wants(key []byte, v Value) bool { return !b.shapes || b.wanted(key, v) }

// append adds an attribute whose key and value are within the limits, if it is wanted, under a key
// that neither the server nor the record owns yet.
func (b *Builder) append(key []byte, v Value) {
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
func (b *Builder) attach(key []byte, v Value) {
	if key = b.unique(key, v, b.shapes); key != nil {
		b.count++
		b.rec.Attributes = append(b.rec.Attributes, Attribute{Key: key, Value: v})
	}
}

// unique returns key, or the first of overwritten1.key, overwritten2.key, ... that the record does
// not have yet. The server gives these names to the later ones of equal keys, so that none is lost
// (page "Ingest JSON and TXT logs"). With shapes it returns nil for another name that is not wanted:
// what is not added must not be known either.
func (b *Builder) unique(key []byte, v Value, shapes bool) []byte {
	first, isNew := b.keys.insert(key, HashOf(key))
	if isNew && (b.under == nil || !b.under.has(key)) {
		return key
	}
	b.renamed = true
	for {
		start := len(b.buf)
		first.renamed++ // a thousand equal keys must not try the same names again and again
		other := b.overwritten(first.renamed, key)
		if shapes && !b.wanted(other, v) {
			b.Undo(start)
			return nil
		}
		_, isNew := b.keys.insert(other, HashOf(other))
		if isNew && (b.under == nil || !b.under.has(other)) {
			return other
		}
		b.Undo(start)
	}
}

// overwritten returns overwritten<n>.key within the limit of keys.
func (b *Builder) overwritten(n int, key []byte) []byte {
	to := append(b.buf, "overwritten"...)
	to = strconv.AppendInt(to, int64(n), 10)
	full := b.Take(append(append(to, '.'), key...))
	short, _ := Trim(full, b.rules.Limits.AttributeKeyBytes)
	return short
}

// trimKey cuts a key at its limit.
func (b *Builder) trimKey(key []byte) []byte {
	short, wasCut := Trim(key, b.rules.Limits.AttributeKeyBytes)
	if wasCut {
		b.rec.Cuts[CutKey]++
	}
	return short
}

// trimText cuts the text of a value at its limit.
func (b *Builder) trimText(text []byte) []byte {
	short, wasCut := Trim(text, b.rules.Limits.AttributeValueBytes)
	if wasCut {
		b.rec.Cuts[CutValue]++
	}
	return short
}

// Content cuts text at the limit of contents and makes it the content. A content is never nil, so
// that an empty one differs from none.
func (b *Builder) Content(text []byte) {
	text, wasCut := Trim(text, b.rules.Limits.ContentBytes)
	if wasCut {
		b.rec.Cuts[CutContent]++
	}
	if text == nil {
		text = []byte{}
	}
	b.rec.Content = text
}
