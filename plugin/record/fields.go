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
			case len(key) > 1 && key[0] == '_' && m.opts.Sources&Journald != 0 && isTrusted(key) && m.later(known, &trusted, at, tok, c):
			case known == nil:
				m.topLevel(rec, key, tok, c)
			default:
				m.learn(rec, known, at, key, tok, c, 0)
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

// reread reads the field at a position once more. The cursor stands behind its token.
func (m *Mapper) reread(at int) (key []byte, tok chunk.Token, c chunk.Cursor) {
	from := &m.body
	if at >= parsedAt {
		from, at = &m.parsed, at-parsedAt
	}
	c = from.From(at)
	key = m.key(&c)
	tok = c.Next()
	return key, tok, c
}

// field is reread for scalars.
func (m *Mapper) field(at int) (key []byte, tok chunk.Token) {
	key, tok, _ = m.reread(at)
	return key, tok
}

// use lets a mapping have a field, as far as its value is what the mapping expects. It reports whether it took the field: an
// unknown shape stays an ordinary attribute.
func (m *Mapper) use(rec *Record, known *memoSlot, r *role, at int, key []byte, tok chunk.Token, c *chunk.Cursor) bool {
	switch r.use {
	case useHold:
		if m.held.has(r.slot) || !accepts(r.slot, tok, c) {
			return false
		}
		skipElements(tok, c)
		sign := m.signOf(r, key, tok)
		m.signs |= sign
		if r.below != nil || r.content != 0 || r.level != 0 { // it has to be looked at in each record
			known = nil
		}
		hash := uint64(0)
		if r.slot != slotPID { // it is no part of a composition
			hash = m.learnHeld(known, r.slot, sign, at, c)
		}
		m.hold(r.slot, hash, at, c.Since(at))
		return true
	case useRename:
		if tok.Kind == chunk.String && len(tok.Data) > 0 && len(m.renames) < mostLate {
			m.renames = append(m.renames, lateField{at: at, role: r})
			return true
		}
	case useStream:
		if tok.Kind == chunk.String && (string(tok.Data) == "stdout" || string(tok.Data) == "stderr") {
			m.signs |= streamSign
			if known == nil {
				m.topLevel(rec, ioStreamKey, tok, c)
				return true
			}
			m.learn(rec, known, at, ioStreamKey, tok, c, streamSign)
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
		return r.rank == namedRank && m.later(nil, r, at, tok, c) // a valid id of another field may need the name
	case usePri:
		if number(tok, 191) >= 0 {
			m.signs |= priSign
		}
		return m.later(nil, r, at, tok, c)
	case useTrusted:
		m.signs |= m.signOf(r, key, tok)
		return m.later(known, r, at, tok, c)
	case useTime, usePartial, usePriority:
		return m.later(nil, r, at, tok, c)
	}
	return false
}

// signOf tells whether a field is one that only journald writes: a unit or a host under their own names, or the id of a boot.
func (m *Mapper) signOf(r *role, key []byte, tok chunk.Token) signs {
	switch {
	case r.use == useHold && isTrusted(key) && (r.slot == slotUnit || r.slot == slotHostname),
		r.use == useTrusted && tok.Kind == chunk.String && isID(tok.Data, bootDigits) && (equalFold(key, "_boot_id") || equalFold(key, "boot_id")),
		r.use == useTrusted && tok.Kind == chunk.String && string(key) == "_TRANSPORT" && isTransport(tok.Data):
		return journaldSign
	}
	return 0
}

// bootDigits is the length of journald's 128-bit ids.
const bootDigits = 32

// isTransport knows the values of journald's _TRANSPORT.
func isTransport(text []byte) bool {
	switch string(text) {
	case "audit", "driver", "syslog", "journal", "stdout", "kernel":
		return true
	}
	return false
}

// mostLate bounds the fields of a record that are decided about at its end.
const mostLate = 64

// trusted is the role of fields with names as only journald has them.
var trusted = role{use: useTrusted}

// later puts off what becomes of a field, and moves c over it. known is where to remember it, or nil.
func (m *Mapper) later(known *memoSlot, r *role, at int, tok chunk.Token, c *chunk.Cursor) bool {
	if len(m.late) == mostLate {
		return false
	}
	skipElements(tok, c)
	m.late = append(m.late, lateField{at: at, size: c.Pos() - at%parsedAt, role: r})
	if e := m.remember(known, at, c); e != nil {
		e.late = r
		e.signs = m.signOf(r, m.keyOf(e.raw), tok)
	}
	return true
}

// keyOf returns the key that an encoded field begins with.
func (m *Mapper) keyOf(raw []byte) []byte {
	c := chunk.NewCursor(raw)
	return m.key(&c)
}

// settleRenames gives fields the name that Dynatrace has for them, unless the record has a field of that name.
func (m *Mapper) settleRenames(rec *Record) {
	for _, f := range m.renames {
		as := f.role.to
		if m.keys.has(as, f.role.hash) {
			as = nil
		}
		m.addField(rec, f.at, as)
	}
}

// settleLate decides about the fields that were put off.
func (m *Mapper) settleLate(rec *Record) {
	for i := range m.late {
		f := &m.late[i]
		if f.role.use == useTrusted && m.is&journal != 0 || f.role.use == usePartial && m.is&dockerLog != 0 {
			m.cuts[LeftOut] += uint64(f.size)
			continue
		}
		switch _, tok := m.field(f.at); f.role.use {
		case useTime:
			if m.is&(containerLog|syslogLine) != 0 && tok.Kind == chunk.String && saysTime(tok.Data, rec.Time) {
				m.cuts[LeftOut] += uint64(f.size)
				continue
			}
		case usePriority:
			if m.is&journal != 0 && m.lateLevel(f, syslogLevel(number(tok, 7))) {
				continue
			}
		case usePri:
			if n := number(tok, 191); m.is&syslogLine != 0 && n >= 0 && m.lateLevel(f, syslogLevel(n&7)) {
				continue
			}
		}
		m.addField(rec, f.at, nil)
	}
}

// lastRank is that of a level that any other is better than.
const lastRank = 1 << 9

// lateLevel makes a field the level where nothing else names one.
func (m *Mapper) lateLevel(f *lateField, name string) bool {
	if m.level.rank != 0 || name == "" {
		return false
	}
	m.level = candidate{rank: lastRank, at: f.at, name: name}
	return true
}
