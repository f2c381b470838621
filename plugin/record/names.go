package record

import (
	"bytes"
	"strconv"
	"unicode/utf8"

	"out_dynatrace/plugin/ascii"
)

// names gives each key of a record once, in the form that the rules ask for.
type names struct {
	values
	keys    keySet
	hashes  []uint32 // of the header's keys
	shapes  bool     // include, exclude or drop_empty can leave out attributes
	renamed bool     // a key was given another name since the last Mark
	clashed bool     // more than one attribute asked for a key
	// under are attributes of the record whose keys are not in keys: none of them clashes.
	under *Block
}

// Lowered returns key in lower case if the rules ask for it, up to a little more than the limit of
// keys.
func (b *names) Lowered(key []byte) []byte {
	if !b.rules.LowercaseKeys || firstUpper(key) < 0 {
		return key
	}
	return b.Take(b.appendKey(b.buf, key))
}

// appendKey appends a key, or a part of one, in the case that the rules ask for.
func (b *names) appendKey(dst, key []byte) []byte {
	if !b.rules.LowercaseKeys {
		return append(dst, key...)
	}
	return appendLower(dst, key, b.rules.Limits.AttributeKeyBytes)
}

// valid returns key with U+FFFD in place of each invalid byte. An encoder would write it so anyway,
// but then keys that differ only in such bytes would be equal in the end.
func (b *names) valid(key []byte) []byte {
	if utf8.Valid(key) {
		return key
	}
	// What is far beyond the limit is cut off anyway.
	key = key[:min(len(key), b.rules.Limits.AttributeKeyBytes+utf8.UTFMax)]
	to := b.buf
	for len(key) > 0 {
		r, width := utf8.DecodeRune(key)
		to = utf8.AppendRune(to, r)
		key = key[width:]
	}
	return b.Take(to)
}

// trimKey cuts a key at its limit.
func (b *names) trimKey(key []byte) []byte {
	if limit := b.rules.Limits.AttributeKeyBytes; !fits(key, limit) {
		return b.trim(key, limit, CutKey)
	}
	return key
}

// Joined returns x.y, cut if it is longer than any key may be.
func (b *names) Joined(x, y []byte) []byte {
	return b.Take(b.appendPart(append(b.appendPart(b.buf, x), '.'), y))
}

// Prefixed returns a prefix followed by a part of a key, cut if it is longer than any key may be.
func (b *names) Prefixed(prefix string, part []byte) []byte {
	return b.Take(b.appendPart(append(b.buf, prefix...), part))
}

// appendPart appends a part of a key, cut if it is longer than any key may be.
func (b *names) appendPart(dst, part []byte) []byte {
	if limit := b.rules.Limits.AttributeKeyBytes + 1; !b.rules.LowercaseKeys {
		part = part[:min(len(part), limit)]
	}
	return b.appendKey(dst, part)
}

// Wants reports whether an attribute is to be sent, and counts it if it is not.
func (b *names) Wants(key []byte, v Value) bool { return !b.shapes || b.wanted(key, v) }

// Excludes reports whether exclude leaves out a field by the name that it has in the event: a key
// of the top level, or a path with dots.
func (b *names) Excludes(key []byte) bool {
	if !b.rules.Exclude.Any() {
		return false
	}
	start := len(b.buf)
	is := b.excludes(b.Lowered(key))
	b.Undo(start)
	return is
}

// excludes is Excludes for a key that has its case already.
func (b *names) excludes(key []byte) bool { return b.rules.Exclude.Match(key) }

// wanted reports whether an attribute is to be sent, and counts what is left out.
func (b *names) wanted(key []byte, v Value) bool {
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

// unique returns key, or the first of overwritten1.key, overwritten2.key, ... that the record does
// not have yet. The server gives these names to the later ones of equal keys, so that none is lost
// (page "Ingest JSON and TXT logs"). isReserved reports that the key itself cannot be had. With
// shapes it returns nil for another name that is not wanted: what is not added must not be known
// either.
func (b *names) unique(key []byte, v Value, shapes, isReserved bool) []byte {
	if !isReserved && b.claim(key) {
		return key
	}
	original := originalName(key)
	hash := HashOf(original)
	taken := b.keys.renames(original, hash)
	// Where nothing clashes, a reserved name becomes the same in each record.
	b.renamed = b.renamed || !isReserved || taken > 0
	for n := taken + 1; ; n++ { // a thousand equal keys must not try the same names again and again
		start := len(b.buf)
		other := b.overwritten(n, original)
		if shapes && !b.wanted(other, v) {
			b.Undo(start)
			return nil
		}
		if b.claim(other) {
			b.keys.setRenames(original, hash, n)
			return other
		}
		b.renamed = true
		b.Undo(start)
	}
}

// wantsOther reports whether the first of the other names that a key can get is wanted, and counts
// it if it is not.
func (b *names) wantsOther(key []byte, v Value) bool {
	start := len(b.buf)
	original := originalName(key)
	other := b.overwritten(b.keys.renames(original, HashOf(original))+1, original)
	defer b.Undo(start)
	return b.wanted(other, v)
}

// claim takes a key for an attribute. It reports false if the record has one of that name.
func (b *names) claim(key []byte) bool {
	hash := HashOf(key)
	if b.keys.insert(key, hash) {
		return b.under == nil || !b.under.has(key)
	}
	b.clashed = true
	p, _ := b.keys.at(key, hash)
	p.isClashed = true
	return false
}

// HasClash reports whether more than one attribute asked for the same key.
func (b *names) HasClash() bool { return b.clashed }

// Clashed reports whether more than one attribute asked for a key, whose hash is given.
func (b *names) Clashed(key []byte, hash uint32) bool {
	if !b.clashed {
		return false
	}
	p, found := b.keys.at(key, hash)
	return found && p.isClashed
}

// isTaken reports whether the record has an attribute of that name.
func (b *names) isTaken(key []byte) bool {
	return b.keys.has(key, HashOf(key)) || b.under != nil && b.under.has(key)
}

var overwrittenPrefix = []byte("overwritten")

// originalName returns the key that has become overwritten<n>.<key>, or a key that has not.
func originalName(key []byte) []byte {
	rest, ok := bytes.CutPrefix(key, overwrittenPrefix)
	if !ok {
		return key
	}
	number, original, _ := bytes.Cut(rest, []byte{'.'})
	if len(number) == 0 || len(original) == 0 || !ascii.AllDigits(number) {
		return key
	}
	return original
}

// overwritten returns overwritten<n>.key within the limit of keys.
func (b *names) overwritten(n int, key []byte) []byte {
	to := strconv.AppendInt(append(b.buf, overwrittenPrefix...), int64(n), 10)
	full := b.Take(append(append(to, '.'), key...))
	short, _ := Trim(full, b.rules.Limits.AttributeKeyBytes)
	return short
}

// takeHeader makes the keys in the header of the request known to the record.
func (b *names) takeHeader() {
	for i := range b.rules.Header {
		b.keys.insert(b.rules.Header[i].Key, b.hashes[i])
	}
}

// TakeKeys makes the keys of a Block known to the record, before anything else is added.
func (b *names) TakeKeys(k *Block) {
	for i := range k.Attributes {
		b.keys.insert(k.Attributes[i].Key, k.hashes[i])
	}
}

// Has reports whether the record has key, whose hash is given.
func (b *names) Has(key []byte, hash uint32) bool { return b.keys.has(key, hash) }

// Claim makes a key known to the record, for a value that is kept elsewhere. It reports false if
// the record has the key.
func (b *names) Claim(key []byte, hash uint32) bool { return b.keys.insert(key, hash) }
