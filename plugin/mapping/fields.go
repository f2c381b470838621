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
	entry := s.find(c.Rest())
	if entry == nil || !m.event.out.HasRoom(&entry.block) {
		return false
	}
	switch {
	case entry.isHeld:
		if m.held.Has(entry.slot) {
			return false
		}
		m.held.hold(entry.slot, entry.hash, c.Pos(), entry.raw)
	case entry.late != nil:
		if m.late.isFull() {
			return false
		}
		m.late = append(m.late, lateField{at: c.Pos(), size: len(entry.raw), role: entry.late})
	}
	s.misses = 0
	c.Advance(len(entry.raw))
	m.event.signs |= entry.signs
	if !entry.block.IsEmpty() {
		m.event.out.AddBlock(&entry.block)
	}
	return true
}

// consider keeps a field that may become the content or the level. The field's key is at the
// position at. It reports whether it took the field.
func (m *Mapper) consider(
	rec *record.Record, r *role, at int, tok chunk.Token, c *chunk.Cursor,
) bool {
	if !r.fork.isEmpty() {
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
		if tok.Kind == chunk.String && m.trace.consider(r.use, r.rank, at, tok.Data, &m.late) {
			return true
		}
		// A valid id of another field may need the name.
		return r.rank == source.NamedRank && m.putOff(nil, r, at, 0, tok, c)
	}
	if r.accept != nil && !r.accept(tok, *c) {
		return false
	}
	if !r.isPlain() { // it has to be considered in each record
		known = nil
	}
	switch r.use {
	case source.Hold, source.HoldPerRecord:
		return m.hold(known, r, at, key, tok, c)
	case source.Rename:
		if m.renames.isFull() {
			return false
		}
		m.renames = append(m.renames, lateField{at: at, role: r})
		return true
	case source.Convert:
		m.event.learn(known, at, r.as, tok, c, signsOf(r, key, tok))
		return true
	case source.Drop:
		m.event.leaveOut(known, at, c, signsOf(r, key, tok))
		return true
	}
	if r.use != source.DropIn || r.field.When != nil {
		known = nil // it does not repeat, or is read in each record
	}
	signs := signsOf(r, key, tok)
	m.event.signs |= signs
	return m.putOff(known, r, at, signs, tok, c)
}

// hold keeps a field for the sources.
func (m *Mapper) hold(
	known *memoSlot, r *role, at int, key []byte, tok chunk.Token, c *chunk.Cursor,
) bool {
	if m.held.Has(r.slot) {
		return false
	}
	c.SkipElements(tok)
	signs := signsOf(r, key, tok)
	m.event.signs |= signs
	raw := c.Since(at)
	hash := uint64(0)
	if r.use == source.Hold { // the others are not part of the cache key
		hash = hashOfHeld(raw)
		if hash != 0 {
			if e := known.remember(at, c); e != nil {
				e.isHeld, e.slot, e.signs, e.hash = true, r.slot, signs, hash
			}
		}
	}
	m.held.hold(r.slot, hash, at, raw)
	return true
}

// putOff postpones the mapping of a field to the end of the record, and moves c over it. known is
// where to remember it, or nil.
func (m *Mapper) putOff(
	known *memoSlot, r *role, at int, signs source.Signs, tok chunk.Token, c *chunk.Cursor,
) bool {
	if m.late.isFull() {
		return false
	}
	c.SkipElements(tok)
	m.late = append(m.late, lateField{at: at, size: c.Pos() - at%parsedAt, role: r})
	if e := known.remember(at, c); e != nil {
		e.late, e.signs = r, signs
	}
	return true
}

// settleLevel settles the fields that name the level only beside others.
func settleLevel(m *Mapper) {
	m.level.settle(&m.event, func(r *role, at int) {
		if at >= metaAt { // it is added with the other attributes
			return
		}
		isLevel := r.use == source.LevelIn && at < parsedAt && m.in.Is(r.field.In)
		if isLevel {
			_, tok := m.event.scalar(at)
			isLevel = m.level.takeLast(at, syslogLevel(r.field.Severity(tok)))
		}
		if !isLevel {
			m.event.addAgain(at, nil)
		}
	})
}

// settleLate settles the fields that were put off.
func (m *Mapper) settleLate(rec *record.Record) {
	for i := range m.late {
		f := &m.late[i]
		switch {
		case m.in.Is(f.role.dropIn):
			rec.Cuts[record.LeftOut] += uint64(f.size)
		case !m.settle(f, rec):
			m.event.addBack(f.top, f.at)
		}
	}
}

// settle reports whether a field that was put off is used. If not, it is an ordinary attribute.
func (m *Mapper) settle(f *lateField, rec *record.Record) bool {
	field := f.role.field
	if field == nil || !m.in.Is(field.In) {
		return false
	}
	switch field.Use {
	case source.DropIn:
		_, tok := m.event.scalar(f.at)
		if tok.Kind != chunk.String || !field.When(tok.Data, rec.Time) {
			return false
		}
		m.event.out.Count(record.LeftOut, f.size)
		return true
	case source.LevelIn:
		_, tok := m.event.scalar(f.at)
		return m.level.takeLast(f.at, syslogLevel(field.Severity(tok)))
	}
	return false
}

// passOn turns the held fields that no source takes into ordinary attributes.
func (m *Mapper) passOn(mask uint32) {
	m.held.Mask &^= mask
	for ; mask != 0; mask &= mask - 1 {
		m.event.addAgain(m.held.at[source.LowestBit(mask)], nil)
	}
}

// settleRenames gives fields the name that Dynatrace has for them, unless the record has a field of
// that name.
func (m *Mapper) settleRenames() {
	for _, f := range m.renames {
		as := f.role.as
		if m.event.out.Has(as, f.role.hash) {
			as = nil
		}
		m.event.addAgain(f.at, as)
	}
}

// addPerRecord adds the attributes of the held fields in mask, whose values differ from record to
// record.
func (m *Mapper) addPerRecord(mask uint32) {
	m.held.Mask &^= mask
	out := &m.event.out
	for ; mask != 0; mask &= mask - 1 {
		i := source.LowestBit(mask)
		key, tok := m.event.scalar(m.held.at[i])
		if out.Excludes(key) {
			out.Count(record.LeftOut, len(m.held.Raw[i]))
			continue
		}
		text, _ := out.Text(tok)
		text = source.Said(text)
		if name := &m.perRecord.names[i]; len(text) > 0 && !out.Has(name.key, name.hash) {
			out.AddText(name.key, text)
		}
	}
}
