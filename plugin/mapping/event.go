package mapping

import (
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// event is the current event. It turns fields into attributes of the record, by reading them or
// from the memo.
type event struct {
	out record.Builder
	rec *record.Record
	// metadata are those of OTLP, or nil.
	metadata []byte
	signs    source.Signs // of the fields read so far

	body   chunk.Cursor // over the event's body
	parsed chunk.Cursor // over what was JSON in its content
	meta   chunk.Cursor // over its metadata

	memo    memo
	repeats repeats
	// reserved are the elements that a group has, beyond those of the memo.
	reserved int
}

// Positions of fields.
const (
	// inPlace is the position of a value in a nested map. Its field stays an attribute like the
	// others.
	inPlace = -1
	// parsedAt is added to positions in what was JSON in the content.
	parsedAt = 1 << 40
	// metaAt is added to positions in the attributes of an OTLP record. They are added to the
	// record after all fields.
	metaAt = 1 << 41
)

// candidate is the best field so far for the content, the level or an id. It refers to the field by
// its position, which is cheaper than to keep what was read of it.
type candidate struct {
	rank uint16      // 0: none
	at   int         // of the key, in the body, or from parsedAt on in what was parsed, or inPlace
	top  int         // of the top-level key, if at is in a map below it; otherwise 0
	name string      // of a level
	text chunk.Token // of an id, and of what is in place
}

func (e *event) begin(rec *record.Record, metadata []byte) {
	e.out.Begin(rec)
	e.rec, e.metadata = rec, metadata
	e.repeats.record++
	e.signs = 0
}

func (e *event) release() {
	e.rec, e.metadata = nil, nil
	e.body, e.parsed, e.meta = chunk.Cursor{}, chunk.Cursor{}, chunk.Cursor{}
	e.memo.release()
	e.repeats.release()
	e.out.Release()
	e.reserved = 0
}

// reread reads the field at a position again. The cursor is positioned after its token.
func (e *event) reread(at int) (key []byte, tok chunk.Token, c chunk.Cursor) {
	from := &e.body
	switch {
	case at >= metaAt:
		from, at = &e.meta, at-metaAt
	case at >= parsedAt:
		from, at = &e.parsed, at-parsedAt
	}
	c = from.From(at)
	key = e.out.Key(&c)
	tok = c.Next()
	return key, tok, c
}

// scalar is reread for a field without elements.
func (e *event) scalar(at int) (key []byte, tok chunk.Token) {
	key, tok, _ = e.reread(at)
	return key, tok
}

// displace turns a candidate that a better one replaces into an ordinary attribute.
func (e *event) displace(old *candidate) {
	switch {
	case old.rank == 0 || old.at == inPlace || old.at >= metaAt:
	case old.top != 0:
		e.addHidden(old.top, old.at, nil)
	default:
		key, tok := e.scalar(old.at)
		e.out.AddField(key, tok, nil)
	}
}

// learn adds a field that begins at a position of c, under a key, and keeps what came of it and
// what it is a sign of. A field whose attributes depended on what the record had before is not
// kept. It returns what is kept, or nil.
func (e *event) learn(
	s *memoSlot, at int, key []byte, tok chunk.Token, c *chunk.Cursor, signs source.Signs,
) *memoEntry {
	if s == nil {
		e.signs |= signs
		e.out.AddField(key, tok, c)
		return nil
	}
	mark := e.out.Mark()
	before := e.signs
	e.signs = signs
	e.out.AddField(key, tok, c)
	signs, e.signs = e.signs, e.signs|before
	if e.out.Renamed() || e.out.IsFull() || e.out.Size() > memoScratch ||
		e.out.NumElements() > memoElements+e.reserved {
		s.misses++
		return nil
	}
	entry := s.remember(at, c)
	if entry == nil {
		return nil
	}
	e.out.Capture(&mark, &entry.block)
	entry.block.ID, entry.signs = e.out.NewID(), signs
	e.out.Keep()
	return entry
}

// leaveOut leaves out a field that began at a position of c, and records that in the memo. It
// returns what is kept, or nil.
func (e *event) leaveOut(
	s *memoSlot, at int, c *chunk.Cursor, signs source.Signs,
) *memoEntry {
	e.signs |= signs
	size := c.Pos() - at
	e.out.Count(record.LeftOut, size)
	entry := s.remember(at, c)
	if entry != nil {
		entry.signs = signs
		entry.block.Count(record.LeftOut, size)
	}
	return entry
}

// addAgain adds the field at a position as an ordinary attribute, under the key as if it is not
// nil.
func (e *event) addAgain(at int, as []byte) {
	key, tok, c := e.reread(at)
	if as != nil {
		key = as
	}
	e.addRead(at, key, as, tok, c)
}

// addRead is addAgain for a field that was read again: c is positioned after tok.
func (e *event) addRead(at int, key, as []byte, tok chunk.Token, c chunk.Cursor) {
	r := &e.repeats
	if at >= parsedAt || !r.isUseful() || tok.Kind == chunk.Array || tok.Kind == chunk.Map {
		e.out.AddField(key, tok, &c)
		return
	}
	raw := c.Since(at)
	if len(raw) > repeatField || e.out.IsFull() {
		e.out.AddField(key, tok, &c)
		return
	}
	slot, known := r.slot(raw, as)
	if known {
		r.misses, slot.record = 0, r.record
		e.signs |= slot.signs
		e.out.AddBlock(&slot.block)
		return
	}
	r.misses++
	mark := e.out.Mark()
	before := e.signs
	e.signs = 0
	e.out.AddField(key, tok, &c)
	signs := e.signs
	e.signs |= before
	single, ok := e.out.Single(&mark)
	if slot.record == r.record || !ok || len(e.out.LevelLike()) > 0 {
		return
	}
	slot.block.Reset()
	*slot = repeat{raw: raw, as: as, signs: signs, block: slot.block}
	slot.block.Append(single)
	slot.block.ID = e.out.NewID()
}

// addBack adds a field at a position, in a map below the top-level key at top if that is not 0, as
// an ordinary attribute.
func (e *event) addBack(top, at int) {
	if top != 0 {
		e.addHidden(top, at, nil)
		return
	}
	e.addAgain(at, nil)
}

// addHidden adds a hidden text at a position in a map below the top-level key at top, under the
// name that it would have got when the map was flattened. What it is now replaces it, unless that
// is nil.
func (e *event) addHidden(top, at int, now []byte) {
	name, tok, c := e.reread(top)
	at %= parsedAt
	for tok.Kind == chunk.Map {
		for pairs := tok.Num; ; pairs-- {
			if pairs == 0 {
				return
			}
			key := e.out.Key(&c)
			tok = c.Next()
			below := c
			c.SkipElements(tok)
			if at < c.Pos() {
				name, c = e.out.Joined(name, key), below
				break
			}
		}
	}
	if now != nil {
		tok.Data = now
	}
	e.out.Add(name, tok, nil, 1)
}
