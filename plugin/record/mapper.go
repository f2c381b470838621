package record

import (
	"time"

	"out_dynatrace/plugin/chunk"
)

// Options say how events become records. The zero value of a limit is no limit but zero: take the limits from a preset.
type Options struct {
	Limits Limits
	// ContentKeys are the top-level keys that may hold the log line, best first. Keys are compared without regard to
	// the case of ASCII letters.
	ContentKeys []string
	// LevelKeys are the keys that may hold the level, best first: top-level ones, and dotted ones of fields in nested maps.
	LevelKeys []string
	// Stringify turns numbers and booleans into strings.
	Stringify bool
	// Now is the time of an event that has none; time.Now where it is nil.
	Now func() time.Time
}

// Limits are the limits of the ingest API (page "Log ingest limits"), in UTF-8 bytes or in numbers.
type Limits struct {
	ContentBytes, AttributeValueBytes, AttributeKeyBytes int
	// Attributes is the number of attributes beside content, timestamp and loglevel.
	Attributes int
	// ArrayValues is the number of elements of an array.
	ArrayValues int
	// NestingLevels is how deep maps are flattened; what lies deeper becomes JSON text.
	NestingLevels int
}

// Cut is a way in which a record was made to fit the limits.
type Cut uint8

// The cuts, named after the values that Dynatrace writes into dt.ingest.warnings when it trims a record itself.
const (
	CutContent Cut = iota
	CutValue
	CutKey
	CutAttributes
	CutArray
	// CutNesting is no loss: a map deeper than NestingLevels became JSON text.
	CutNesting
	NumCuts
)

// Mapper maps events to records. It holds the scratch memory of one record at a time: use one per flush, it is not safe
// for concurrent use. Its memory is bounded by the largest event.
type Mapper struct {
	opts  Options
	roles roleTable

	// scratch holds texts and keys that do not stand in the chunk, elements those of arrays. What the memo holds lies at
	// their start and stays there from record to record.
	scratch  []byte
	elements []Value
	memo     memo
	group    groupMemo

	// The record in hand.
	keys    keySet
	count   int // of attributes
	stamps  int // of them, those that set has added: the first ones
	content candidate
	level   candidate
	sources []int // of the attributes, those that the server would take for the level
	renamed bool  // a key was given another name since this was last cleared

	cuts [NumCuts]uint64
}

// candidate is the best field so far for the content or the level. It names the field by its place, which is cheaper than
// to keep what was read of it.
type candidate struct {
	rank uint16 // 0: none
	at   int    // of the key, in the body, or inPlace
	name string // of a level
}

// inPlace is the place of a level that stands in a nested map: its field stays there, an attribute like the others.
const inPlace = -1

// NewMapper returns a mapper for opts. At most 127 keys of each list are taken.
func NewMapper(opts Options) *Mapper {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Mapper{opts: opts, roles: newRoleTable(opts.ContentKeys, opts.LevelKeys), keys: newKeySet(opts.Limits.Attributes)}
}

// TakeCuts returns how often each cut was made since the last call, and starts anew.
func (m *Mapper) TakeCuts() [NumCuts]uint64 {
	cuts := m.cuts
	m.cuts = [NumCuts]uint64{}
	return cuts
}

const (
	// keptScratch is how much scratch memory a Mapper holds on to between flushes, in bytes.
	keptScratch = 1 << 20
	// keptElements is the same for the elements of arrays: as many as a record can have by the limits of the API, 655 kB.
	keptElements = 16 << 10
)

// keepElements drops what elements point to, or all of them when they are unusually many.
func keepElements(elements []Value) []Value {
	if cap(elements) > keptElements {
		return nil
	}
	clear(elements[:cap(elements)])
	return elements[:0]
}

// Release ends a chunk: it drops everything that points into it, and scratch memory that an unusually large event needed. It
// must be called before the memory of the chunk is given back.
func (m *Mapper) Release() {
	m.content, m.level = candidate{}, candidate{}
	m.keys.release()
	m.memo.release()
	m.group.release()
	m.elements = keepElements(m.elements)
	if cap(m.scratch) > keptScratch {
		m.scratch = nil
	}
}

// Map fills rec with the record of ev. What it holds is good until the next call. All events between two calls of Release
// are of one chunk.
func (m *Mapper) Map(ev *chunk.Event, rec *Record) {
	rec.reset()
	m.scratch, m.elements = m.scratch[:m.memo.scratch], m.elements[:m.memo.elements]
	m.keys.reset()
	m.count, m.stamps = 0, 0
	m.content.rank, m.level.rank = 0, 0

	if ev.Group != nil && !m.group.is(ev.Group) {
		m.learnGroup(ev.Group)
	}
	rec.Time = ev.Time
	if !rec.Time.Known {
		now := m.opts.Now()
		rec.Time = chunk.Time{Sec: now.Unix(), Nsec: uint32(now.Nanosecond()), Known: true}
	}
	c := chunk.NewCursor(ev.Body)
	root := c.Next()
	if root.Kind == chunk.Map {
		m.body(rec, &c, root.Num)
	} else if text, ok := m.text(root); ok {
		m.setContent(rec, text)
	}
	if len(m.sources) > 0 {
		m.settleSources(rec)
	}
	if ev.Group != nil {
		m.addGroup(rec)
	}
	if rec.Content == nil {
		m.setContent(rec, m.jsonText(ev.Body, m.opts.Limits.ContentBytes))
	}
	m.finishLevel(rec, &c)
	rec.Elements = m.elements
}

// body takes the pairs of the event's top-level map.
func (m *Mapper) body(rec *Record, c *chunk.Cursor, pairs uint64) {
	for position := 0; pairs > 0; pairs-- {
		slot := m.memo.at(position)
		position++
		if slot != nil && m.recall(rec, slot, c) {
			continue
		}
		at := c.Pos()
		key := m.key(c)
		tok := c.Next()
		r := m.roles.find(key)
		if r != nil && m.consider(rec, r, at, tok, c) {
			continue
		}
		// What a field with a role becomes depends on the rest of its record: it is not for the memo.
		if slot == nil || r != nil {
			m.topLevel(rec, key, tok, c)
			continue
		}
		m.learn(rec, slot, at, key, tok, c)
	}
	if m.content.rank != 0 {
		m.setContent(rec, rec.Content)
	}
}

// consider keeps a field that may become the content or the level, and lets the one that it displaces become an ordinary
// attribute. The field's key is at the position at of c. It reports whether it took the field.
func (m *Mapper) consider(rec *Record, r *role, at int, tok chunk.Token, c *chunk.Cursor) bool {
	if r.content != 0 {
		if text, ok := m.text(tok); ok {
			rank := uint16(r.content)
			switch {
			case len(text) == 0:
				rank += emptyContent
			case tok.Kind != chunk.String && !isText(tok): // isText alone would copy each token
				rank += otherContent
			}
			if m.content.rank == 0 || rank < m.content.rank {
				m.displace(rec, &m.content, c)
				m.content.rank, m.content.at = rank, at
				rec.Content = text
				return true
			}
		}
	}
	if r.level != 0 && tok.Kind == chunk.String && (len(tok.Data) > 1 || !r.words) {
		name := severity(tok.Data)
		if name != "" && (m.level.rank == 0 || uint16(r.level) < m.level.rank) {
			m.displace(rec, &m.level, c)
			m.level = candidate{rank: uint16(r.level), at: at, name: name}
			return true
		}
	}
	if r.below != nil && tok.Kind == chunk.Map {
		m.considerBelow(rec, r.below, tok.Num, c)
	}
	return false
}

// displace makes a candidate that a better one replaces an ordinary attribute.
func (m *Mapper) displace(rec *Record, old *candidate, c *chunk.Cursor) {
	if old.rank != 0 && old.at != inPlace {
		key, tok := m.field(old, c)
		m.topLevel(rec, key, tok, nil)
	}
}

// field reads a candidate once more. Candidates are scalars.
func (m *Mapper) field(old *candidate, c *chunk.Cursor) (key []byte, tok chunk.Token) {
	again := c.From(old.at)
	key = m.key(&again)
	return key, again.Next()
}

// setContent cuts text to the limit. A content is never nil, so that an empty one is told from none.
func (m *Mapper) setContent(rec *Record, text []byte) {
	text, wasCut := cut(text, m.opts.Limits.ContentBytes)
	if wasCut {
		m.cuts[CutContent]++
	}
	if text == nil {
		text = []byte{}
	}
	rec.Content = text
}

// finishLevel settles the level. A record in which no field names a level gets none, and the server finds none.
func (m *Mapper) finishLevel(rec *Record, c *chunk.Cursor) {
	best := &m.level
	if best.rank == 0 {
		return
	}
	rec.Level = best.name
	if best.at == inPlace {
		return
	}
	key, tok := m.field(best, c)
	switch reserved(key) {
	case ownField, ownLevel, serverField:
		if !equalFold(tok.Data, best.name) {
			m.add(rec, rawLevelKey, tok, nil, 1)
		}
	default:
		m.add(rec, key, tok, nil, 1)
	}
}
