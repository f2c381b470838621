package record

// role is what the field of a top-level key may be used for: the key's ranks in ContentKeys and LevelKeys, from 1 on; 0 is not
// listed. A field with a role is considered in each record: what becomes of it depends on the others, so the memo never holds it.
type role struct {
	key            string
	content, level uint8
	// words says that a single letter is no level here: a status of "A" is seldom an alert.
	words bool
	// below are the level and trace keys that begin with key and a dot: a map under it can hold their fields.
	below []path

	// What a mapping does with the field, see sourceFields.
	use  use
	slot slot
	rank uint8
	to   []byte
	hash uint32 // of to
}

// path is what follows in a key behind a top-level key and a dot, and what a field there is used for.
type path struct {
	rest  string
	level uint8 // the rank of the whole as a level key, or 0
	use   use   // useTrace or useSpan, with its rank
	rank  uint8
}

// A content that is no text and one that is empty have this added to their rank: a text under any key is better than a
// number, and a number better than nothing.
const (
	otherContent = 1 << 8
	emptyContent = 2 << 8
)

// mostKeys bounds the keys of a list, so that their ranks fit.
const mostKeys = 127

// roleTable finds the role of a key, by its length first: most keys are told apart by that alone. Longer ones share a row.
type roleTable [32][]role

func newRoleTable(contentKeys, levelKeys []string) (t roleTable) {
	for i, key := range contentKeys[:min(len(contentKeys), mostKeys)] {
		if r := t.add(key); r.content == 0 {
			r.content = uint8(i + 1)
		}
	}
	for i, key := range levelKeys[:min(len(levelKeys), mostKeys)] {
		if r := t.add(key); r.level == 0 {
			r.level = uint8(i + 1)
		}
		t.addBelow(key, path{level: uint8(i + 1)})
	}
	for _, key := range levelFields {
		t.add(key)
	}
	return t
}

// addBelow notes a key with dots for the maps that can hold its field.
func (t *roleTable) addBelow(key string, p path) {
	for at := range len(key) {
		if key[at] == '.' {
			r := t.add(key[:at])
			p.rest = key[at+1:]
			r.below = append(r.below, p)
		}
	}
}

func (t *roleTable) row(length int) *[]role { return &t[min(length, len(t)-1)] }

// add returns the role of key, a new one if it has none yet. The pointer is good until the next add.
func (t *roleTable) add(key string) *role {
	if r := t.find([]byte(key)); r != nil {
		return r
	}
	row := t.row(len(key))
	*row = append(*row, role{key: key, words: reserved([]byte(key)) == serverField})
	return &(*row)[len(*row)-1]
}

// find returns the role of key, or nil. Case does not matter, as it does not to the server with its special keys.
func (t *roleTable) find(key []byte) *role {
	row := *t.row(len(key))
	for i := range row {
		if row[i].key == string(key) || equalFold(key, row[i].key) {
			return &row[i]
		}
	}
	return nil
}
