package record

import "out_dynatrace/plugin/chunk"

// fields takes the pairs of the event's top-level map.
func (m *Mapper) fields(rec *Record, c *chunk.Cursor, pairs uint64) {
	for position := 0; pairs > 0; pairs-- {
		known := m.memo.at(position)
		position++
		if known != nil && m.recall(rec, known, c) {
			continue
		}
		at := c.Pos()
		key := m.key(c)
		tok := c.Next()
		r := m.roles.find(key)
		if r == nil {
			switch {
			case len(key) > 1 && key[0] == '_' && m.opts.Sources&Journald != 0 && isTrusted(key):
				skipElements(tok, c)
				m.leaveOut(known, at, c, journaldSign)
			case known == nil:
				m.topLevel(rec, key, tok, c)
			default:
				m.learn(rec, known, at, key, tok, c)
			}
			continue
		}
		if m.consider(rec, r, at, tok, c) || r.use != useNone && m.use(rec, known, r, at, key, tok, c) {
			continue
		}
		// What a field with a role becomes depends on the rest of its record: it is not for the memo.
		m.topLevel(rec, key, tok, c)
	}
}

// consider keeps a field that may become the content or the level, and lets the one that it displaces become an ordinary
// attribute. The field's key is at the position at. It reports whether it took the field.
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
				m.displace(rec, &m.content)
				m.content.rank, m.content.at = rank, at
				rec.Content = text
				return true
			}
		}
	}
	if r.level != 0 && (m.level.rank == 0 || uint16(r.level) < m.level.rank) {
		if name := m.levelOf(tok, r.words); name != "" {
			m.displace(rec, &m.level)
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
func (m *Mapper) displace(rec *Record, old *candidate) {
	if old.rank != 0 && old.at != inPlace {
		key, tok := m.field(old.at)
		m.topLevel(rec, key, tok, nil)
	}
}

// field reads the field at a position once more. It is a scalar.
func (m *Mapper) field(at int) (key []byte, tok chunk.Token) {
	c := &m.body
	if at >= parsedAt {
		c, at = &m.parsed, at-parsedAt
	}
	again := c.From(at)
	key = m.key(&again)
	return key, again.Next()
}

// use lets a mapping have a field, as far as its value is what the mapping expects. It reports whether it took the field: an
// unknown shape stays an ordinary attribute.
func (m *Mapper) use(rec *Record, known *memoSlot, r *role, at int, key []byte, tok chunk.Token, c *chunk.Cursor) bool {
	switch r.use {
	case useHold:
		if m.held.mask&(1<<r.slot) == 0 && accepts(r.slot, tok, c) {
			skipElements(tok, c)
			var sign signs
			if isTrusted(key) {
				sign = journaldSign
			}
			m.signs |= sign
			m.hold(r.slot, m.learnHeld(known, r.slot, sign, at, c), c.Since(at))
			return true
		}
	case useRename:
		if tok.Kind == chunk.String && len(tok.Data) > 0 {
			m.rename(rec, known, at, r.to, tok, c)
			return true
		}
	case useStream:
		if tok.Kind == chunk.String && (string(tok.Data) == "stdout" || string(tok.Data) == "stderr") {
			m.signs |= streamSign
			m.learning = streamSign
			m.rename(rec, known, at, ioStreamKey, tok, c)
			m.learning = 0
			return true
		}
	case useFlag:
		if tok.Kind == chunk.String && len(tok.Data) == 1 && (tok.Data[0] == 'F' || tok.Data[0] == 'P') {
			m.leaveOut(known, at, c, streamSign)
			return true
		}
	case useTrace, useSpan, useParent:
		if tok.Kind == chunk.String && m.considerID(r.use, r.rank, at, tok.Data) {
			return true
		}
		return r.rank == namedRank && m.later(r, at, tok) // a valid id of another field may need the name
	case useTrusted:
		if key[0] == '_' && isTrusted(key) {
			skipElements(tok, c)
			m.leaveOut(known, at, c, journaldSign)
			return true
		}
		if tok.Kind == chunk.String && isID(tok.Data, traceDigits) && (equalFold(key, "boot_id") || equalFold(key, "_boot_id")) {
			m.signs |= journaldSign // lowercase or strip_underscores is on
		}
		return m.later(r, at, tok)
	case usePri:
		if number(tok, 191) >= 0 {
			m.signs |= priSign
		}
		return m.later(r, at, tok)
	case useTime, usePartial, usePriority:
		return m.later(r, at, tok)
	}
	return false
}

// mostLate bounds the fields of a record that are decided about at its end.
const mostLate = 64

// later puts off what becomes of a scalar.
func (m *Mapper) later(r *role, at int, tok chunk.Token) bool {
	if tok.Kind == chunk.Array || tok.Kind == chunk.Map || len(m.late) == mostLate {
		return false
	}
	m.late = append(m.late, lateField{at: at, role: r})
	return true
}

// rename adds a field under another key.
func (m *Mapper) rename(rec *Record, known *memoSlot, at int, key []byte, tok chunk.Token, c *chunk.Cursor) {
	if known == nil {
		m.topLevel(rec, key, tok, c)
		return
	}
	m.learn(rec, known, at, key, tok, c)
}

// settleLate decides about the fields that were put off.
func (m *Mapper) settleLate(rec *Record) {
	shape := m.shape()
	for _, f := range m.late {
		key, tok := m.field(f.at)
		gone := false
		switch f.role.use {
		case useTime:
			gone = shape&(containerLog|syslogLine) != 0 && tok.Kind == chunk.String && saysTime(tok.Data, rec.Time)
		case usePartial:
			gone = shape&dockerLog != 0
		case useTrusted:
			gone = shape&journal != 0
		case usePriority:
			if shape&journal != 0 || string(key) == "PRIORITY" {
				m.lateLevel(&f, syslogLevel(number(tok, 7)))
			}
		case usePri:
			if n := number(tok, 191); shape&syslogLine != 0 && n >= 0 {
				m.lateLevel(&f, syslogLevel(n&7))
			}
		}
		switch {
		case m.level.rank != 0 && m.level.at == f.at:
		case gone:
			m.cuts[LeftOut] += uint64(len(key) + len(tok.Data))
		default:
			m.topLevel(rec, key, tok, nil)
		}
	}
}

// lastRank is that of a level that any other is better than.
const lastRank = 1 << 9

// lateLevel makes a field the level where nothing else names one.
func (m *Mapper) lateLevel(f *lateField, name string) {
	if m.level.rank == 0 && name != "" {
		m.level = candidate{rank: lastRank, at: f.at, name: name}
	}
}
