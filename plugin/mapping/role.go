package mapping

import (
	"slices"
	"strings"

	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// role is what the field of a top-level key may be used for. A field with a role is considered in
// each record: its use depends on the other fields, so the memo holds it only where a source
// allows that.
type role struct {
	key string
	// contentRank and levelRank are the key's ranks in ContentKeys and LevelKeys, from 1 on; 0
	// if it is not listed.
	contentRank, levelRank uint8
	// isWeak reports that the key seldom holds a message.
	isWeak bool
	// describesLine reports that a map under the key says something about the message.
	describesLine bool
	// mayExclude reports that exclude matches the key, in some case.
	mayExclude bool
	// some is how the key names the level in the records of some kinds, or nil.
	some *someLevel
	// evidence returns what the field says about the numbers of levels. It may be nil.
	evidence func(key []byte, tok chunk.Token) source.Signs
	// fork has the content, level and trace keys that begin with key and a dot: a map under it
	// can hold their fields.
	fork
	// onlyLeads reports that this is all that the key does.
	onlyLeads bool

	// What a source does with the field.
	use   source.Use
	slot  uint8
	rank  uint8
	field *source.TableField
	as    []byte
	// accept and signs are those of the field, near at hand.
	accept func(tok chunk.Token, c chunk.Cursor) bool
	signs  func(key []byte, tok chunk.Token) source.Signs
	hash   uint32 // of as
	// slotBit is the slot as a bit, 0 if there is none. asBit is as among the names that fields
	// are given, as a bit of a context. in are the contexts in which the source uses the field:
	// in those that have one of the bits, or in all if it is 0.
	slotBit   uint32
	asBit, in context
	// spellings are the bits of the context on which it depends whether the source uses a key in
	// its spelling.
	spellings context
}

// isPlain reports whether nothing but a source uses the field.
func (r *role) isPlain() bool {
	return r.contentRank == 0 && r.levelRank == 0 && r.some == nil && r.fork.isEmpty()
}

// onlyTells reports whether the field is an ordinary attribute that says something about the
// others.
func (r *role) onlyTells() bool {
	return r.evidence != nil && r.use == source.None && r.isPlain()
}

// mostKeys bounds the keys of a list, so that their ranks fit.
const mostKeys = 127

// roleRows is a power of two.
const roleRows = 512

// roleTable finds the role of a key.
type roleTable struct {
	// rows are the roles by the length and the ends of their keys, which tell most apart.
	rows [roleRows][]role
	// wild are the roles of fields whose keys have a first character and a form.
	wild []role
	// given are the names that fields are given unless the record has a field of that name.
	given []givenName
}

func newRoleTable(o *Options, table *source.Table) (t roleTable) {
	for i, key := range o.ContentKeys[:min(len(o.ContentKeys), mostKeys)] {
		if r := t.add(key); r.contentRank == 0 {
			r.contentRank = uint8(i + 1)
			r.isWeak = !o.OwnContentKeys && isWeak(key)
			r.describesLine = !o.OwnContentKeys && strings.EqualFold(key, "log")
		}
		t.addBelow(key, &leaf{contentRank: uint8(i + 1)}, &o.Exclude)
	}
	for i, key := range o.LevelKeys[:min(len(o.LevelKeys), mostKeys)] {
		if r := t.add(key); r.levelRank == 0 {
			r.levelRank = uint8(i + 1)
		}
		t.addBelow(key, &leaf{levelRank: uint8(i + 1)}, &o.Exclude)
	}
	for _, key := range record.LevelFields() {
		t.add(key)
	}
	fields := table.Fields()
	for i := range fields {
		f := &fields[i]
		switch {
		case f.Matches != nil:
			t.wild = append(t.wild, role{key: f.Key})
			t.wild[len(t.wild)-1].set(f, t.bitOf(f))
		default:
			if !strings.Contains(f.Key, inArray) {
				if r := t.add(f.Key); r.use == source.None {
					r.set(f, t.bitOf(f))
				}
			}
			if isIDUse(f.Use) {
				t.addBelow(f.Key, &leaf{use: f.Use, rank: f.Rank}, &o.Exclude)
			}
		}
	}
	if o.Sources.Has(source.Severity) {
		t.addLevels()
	}
	t.excludeRoles(&o.Exclude)
	for _, row := range &t.rows {
		for i := range row {
			r := &row[i]
			r.onlyLeads = !r.fork.isEmpty() && r.contentRank|r.levelRank == 0 && r.some == nil &&
				r.use == source.None && record.Reserved([]byte(r.key)) == record.NotReserved
		}
	}
	return t
}

// addLevels adds the keys that name the level in the records of some kinds, and those that say
// which kind a record is of.
func (t *roleTable) addLevels() {
	for i := range someLevels {
		if r := t.add(someLevels[i].key); r.levelRank == 0 {
			r.some = &someLevels[i]
		}
	}
	for _, f := range source.EvidenceFields() {
		t.add(f.Key).evidence = f.Signs
	}
}

// set gives a role the field of a source.
func (r *role) set(f *source.TableField, asBit context) {
	r.use, r.slot, r.rank, r.field = f.Use, f.Number, f.Rank, f
	r.accept, r.signs = f.Accept, f.Signs
	r.as = []byte(f.As)
	r.hash = record.HashOf(r.as)
	r.asBit, r.in = asBit, context(f.Shapes)
	if f.Spelled != nil {
		r.spellings = context(source.Spellings)
	}
	if f.Slot != "" {
		r.slotBit = 1 << f.Number
	}
}

// isIn reports whether a source uses the field in a context.
func (r *role) isIn(in context) bool { return r.in == 0 || in&r.in != 0 }

// isSpelled reports whether a key is spelled as in the records of a context.
func (r *role) isSpelled(key []byte, in context) bool {
	return r.spellings == 0 || r.field.Spelled(key, source.Shape(in&shapes))
}

// bitOf returns the bit of the name that a field is given, 0 if it is given none.
func (t *roleTable) bitOf(f *source.TableField) context {
	if f.Use != source.Rename && f.Use != source.HoldPerRecord {
		return 0
	}
	i := slices.IndexFunc(t.given, func(g givenName) bool { return string(g.key) == f.As })
	if i < 0 {
		i = len(t.given)
		key := []byte(f.As)
		t.given = append(t.given, givenName{key: key, hash: record.HashOf(key)})
	}
	if i >= mostGiven {
		panic("mapping: the sources give fields too many names")
	}
	return 1 << (shapeBits + i)
}

// addBelow notes a key with dots for the maps that can hold its field, unless exclude leaves it
// out.
func (t *roleTable) addBelow(dotted string, l *leaf, exclude *record.Patterns) {
	if exclude.Any() && excludesPath(exclude, strings.ReplaceAll(dotted, inArray, "")) {
		return
	}
	forks(dotted, func(key string, isArray bool, rest string) { t.add(key).add(isArray, rest, l) })
}

// row returns where the role of a key is, in whatever case it is written.
func (t *roleTable) row(key []byte) *[]role {
	n := len(key)
	if n == 0 {
		return &t.rows[0]
	}
	first, last := uint(key[0]|0x20), uint(key[n-1]|0x20)
	return &t.rows[(uint(n)*37+first*9+last)%roleRows]
}

// add returns the role of key, a new one if it has none yet. The pointer is valid until the next
// add.
func (t *roleTable) add(key string) *role {
	row := t.row([]byte(key))
	i := slices.IndexFunc(*row, func(r role) bool { return ascii.EqualFold([]byte(key), r.key) })
	if i < 0 {
		i = len(*row)
		*row = append(*row, role{key: key})
	}
	return &(*row)[i]
}

// find returns the role of key, or nil. It ignores case, as the server does with its special keys.
func (t *roleTable) find(key []byte) *role {
	row := *t.row(key)
	for i := range row {
		if row[i].key == string(key) || ascii.EqualFold(key, row[i].key) {
			return &row[i]
		}
	}
	return nil
}

// findWild returns the role of a key that has none of its own, or nil.
func (t *roleTable) findWild(key []byte) *role {
	for i := range t.wild {
		r := &t.wild[i]
		if len(key) > 1 && key[0] == r.key[0] && r.field.Matches(key) {
			return r
		}
	}
	return nil
}
