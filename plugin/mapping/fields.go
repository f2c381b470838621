package mapping

import (
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// fields maps the pairs of the event's top-level map.
func (m *Mapper) fields(rec *record.Record, c *chunk.Cursor, pairs uint64) {
	e := &m.event
	for position := 0; pairs > 0; pairs-- {
		known := e.memo.at(position)
		position++
		if known != nil && m.recall(known, c) {
			continue
		}
		at := c.Pos()
		key := e.out.Key(c)
		tok := c.Next()
		r := m.roles.find(key)
		if r == nil {
			if m.roles.wild != nil {
				r = m.roles.findWild(key)
			}
			switch {
			case r != nil && r.mayExclude && leaveOut(m, known, r, at, key, tok, c):
			case r != nil && m.use(known, r, at, key, tok, c):
			case known == nil:
				e.out.AddField(key, tok, c)
			default:
				e.learn(known, at, key, tok, c, 0)
			}
			continue
		}
		e.signs |= evidenceOf(r, key, tok)
		if r.mayExclude && leaveOut(m, known, r, at, key, tok, c) {
			continue
		}
		if r.onlyTells() {
			e.learn(known, at, key, tok, c, evidenceOf(r, key, tok))
			continue
		}
		if r.onlyLeads {
			if m.considerBelow(rec, &r.fork, at, tok, c) {
				known = nil
			}
			e.learn(known, at, key, tok, c, evidenceOf(r, key, tok))
			continue
		}
		if m.consider(rec, r, at, tok, c) ||
			r.use != source.None && m.use(known, r, at, key, tok, c) {
			continue
		}
		// The mapping of a field with a role depends on the rest of its record, so it
		// cannot be cached.
		e.out.AddField(key, tok, c)
	}
}

// recall takes the next field from the memo and moves c over it. It reports false if the field is
// not known, or cannot become the same as before.
func (m *Mapper) recall(s *memoSlot, c *chunk.Cursor) bool {
	entry := s.find(c.Rest(), m.context)
	if entry == nil || !m.event.out.HasRoom(&entry.block) ||
		entry.role != nil && !m.recallUsed(entry, c.Pos()) {
		return false
	}
	s.misses = 0
	c.Advance(len(entry.raw))
	m.event.signs |= entry.signs
	if !entry.block.IsEmpty() {
		m.event.out.AddBlock(&entry.block)
	}
	return true
}

// recallUsed gives a known field at a position to the source that reads it. It reports false if
// that depends on the rest of the record.
func (m *Mapper) recallUsed(entry *memoEntry, at int) bool {
	r := entry.role
	if m.held.isTaken(r.slotBit) {
		return false
	}
	switch entry.use {
	case source.Hold:
		m.held.hashes[r.slot] = entry.hash
	case source.Rename, source.HoldPerRecord:
		if m.event.out.Has(r.as, r.hash) {
			return false
		}
	case source.DropIn:
		if !r.field.When(entry.text, m.event.time()) {
			return false
		}
		m.event.out.Count(record.LeftOut, len(entry.raw))
	case source.LevelIn:
		if !m.level.takeLast(at, entry.level) {
			return false
		}
	}
	if r.slotBit != 0 {
		m.held.put(r, entry.raw, entry.isStrange)
	}
	return true
}

// consider keeps a field that may become the content or the level. The field's key is at the
// position at. It reports whether it took the field.
func (m *Mapper) consider(
	rec *record.Record, r *role, at int, tok chunk.Token, c *chunk.Cursor,
) bool {
	if (tok.Kind == chunk.Map || tok.Kind == chunk.Array) && !r.fork.isEmpty() {
		m.considerBelow(rec, &r.fork, at, tok, c)
	}
	if r.contentRank != 0 && m.content.consider(&m.event, rec, r, at, tok, c) {
		return true
	}
	return (r.levelRank != 0 || r.some != nil) && m.level.consider(&m.event, r, at, tok)
}

// use gives a field to a source if its value has the form that the source expects. It reports
// whether the source took the field: an unknown form stays an ordinary attribute.
func (m *Mapper) use(
	known *memoSlot, r *role, at int, key []byte, tok chunk.Token, c *chunk.Cursor,
) bool {
	if r.use >= source.TraceID {
		if tok.Kind == chunk.String &&
			m.trace.consider(r.use, r.rank, topScope(at), at, tok.Data, &m.late) {
			return true
		}
		// A valid id of another field may need the name.
		return r.rank == source.NamedRank && m.late.putOff(r, at, tok, c)
	}
	if r.accept != nil && !r.accept(tok, *c) || m.held.isTaken(r.slotBit) ||
		r.field.Exact && string(key) != r.field.Key {
		return false
	}
	if !r.isPlain() { // it has to be considered in each record
		known = nil
	}
	signs := source.Signs(0)
	switch {
	case known != nil: // the memo keeps what the field says about the level, too
		signs = signsOf(r, key, tok)
	case r.signs != nil:
		signs = r.signs(key, tok)
	}
	isStrange := !r.isSpelled(key, m.context)
	entry, use := m.useAs(known, r, at, key, tok, c, signs)
	if entry != nil {
		entry.isUsed(r, use, m.context)
		entry.isStrange = isStrange
	}
	if r.slotBit != 0 {
		m.held.put(r, c.Since(at), isStrange)
	}
	return true
}

// useAs gives a field to a source, or makes it an ordinary attribute if the source does not use it
// in this record. It returns what the memo keeps, or nil, and what became of the field.
func (m *Mapper) useAs(
	known *memoSlot, r *role, at int, key []byte, tok chunk.Token, c *chunk.Cursor,
	signs source.Signs,
) (*memoEntry, source.Use) {
	e := &m.event
	if r.isIn(m.context) && r.isSpelled(key, m.context) {
		switch r.use {
		case source.Hold:
			return m.held.take(e, known, r, at, tok, c, signs), source.Hold
		case source.HoldPerRecord:
			text, _ := e.out.Text(tok)
			if text = source.Said(text); len(text) == 0 {
				e.signs |= signs
				return nil, source.Drop
			}
			if m.context&r.asBit == 0 && !e.out.Has(r.as, r.hash) {
				tok = chunk.Token{Kind: chunk.String, Data: text}
				return e.learn(known, at, r.as, tok, c, signs), r.use
			}
		case source.Rename:
			if m.context&r.asBit == 0 && !e.out.Has(r.as, r.hash) {
				return e.learn(known, at, r.as, tok, c, signs), r.use
			}
		case source.Convert:
			return e.learn(known, at, r.as, tok, c, signs), source.Convert
		case source.Drop:
			return e.leaveOut(known, at, c, signs), source.Drop
		case source.DropIn:
			if r.field.When == nil {
				c.SkipElements(tok)
				return e.leaveOut(known, at, c, signs), source.Drop
			}
			if tok.Kind == chunk.String && r.field.When(tok.Data, m.event.time()) {
				e.leaveOut(nil, at, c, signs)
				entry := known.remember(at, c)
				if entry != nil {
					entry.signs, entry.text = signs, tok.Data
				}
				return entry, source.DropIn
			}
			known = nil // that depends on the time of the record
		case source.LevelIn:
			name := syslogLevel(r.field.Severity(tok))
			if m.level.takeLast(at, name) {
				e.signs |= signs
				entry := known.remember(at, c)
				if entry != nil {
					entry.signs, entry.level = signs, name
				}
				return entry, source.LevelIn
			}
			known = nil // another field names the level
		}
		if r.asBit != 0 && m.context&r.asBit == 0 {
			known = nil // another field has the name
		}
	}
	return e.learn(known, at, key, tok, c, signs), source.None
}

// settleLevel settles the fields that name the level only beside others.
func settleLevel(m *Mapper) {
	m.level.settle(&m.event, func(r *role, at int) {
		if at >= metaAt { // it is added with the other attributes
			return
		}
		isLevel := r.use == source.LevelIn && at < parsedAt && m.in.Is(r.field.In)
		if isLevel {
			key, tok := m.event.scalar(at)
			isLevel = r.isSpelled(key, context(m.in.Shape)) &&
				m.level.takeLast(at, syslogLevel(r.field.Severity(tok)))
		}
		if !isLevel {
			m.event.addAgain(at, nil)
		}
	})
}
