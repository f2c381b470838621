package record

import (
	"bytes"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/jsonread"
)

// parseContent takes a content that is a JSON object apart. Its fields count as those of the event do; a field of it that can be
// the content takes the place of the whole.
func (m *Mapper) parseContent(rec *Record) {
	line := rec.Content
	start := len(m.scratch)
	out, ok := jsonread.Append(m.scratch, line)
	if !ok {
		return
	}
	m.scratch = out
	m.parsed = chunk.NewCursor(m.scratch[start:len(m.scratch):len(m.scratch)])
	m.content = candidate{}
	c := m.parsed
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		at := parsedAt + c.Pos()
		key := m.key(&c)
		tok := c.Next()
		if r := m.roles.find(key); r != nil {
			if m.consider(rec, r, at, tok, &c) {
				continue
			}
			switch r.use {
			case useTrace, useSpan, useParent:
				if tok.Kind == chunk.String && m.considerID(r.use, r.rank, at, tok.Data) || r.rank == namedRank && m.later(nil, r, at, tok, &c) {
					continue
				}
			case useRename:
				if tok.Kind == chunk.String && len(tok.Data) > 0 && len(m.renames) < mostLate {
					m.renames = append(m.renames, lateField{at: at, role: r})
					continue
				}
			}
		}
		m.topLevel(rec, key, tok, &c)
	}
	if m.content.rank == 0 || m.content.rank > emptyContent {
		m.displace(rec, &m.content)
		m.content.rank, rec.Content = 1, line
	}
}

// finishContent makes the content of the field that won.
func (m *Mapper) finishContent(rec *Record) {
	if m.content.rank == 0 {
		return
	}
	text := rec.Content
	if m.signs&streamSign != 0 || m.held.mask&(1<<slotKubernetes|1<<slotContainerID) != 0 {
		// Docker keeps the end of a line in its value; the CRI does not.
		if n := len(text) - 1; n >= 0 && text[n] == '\n' {
			text = text[:n]
		}
	}
	if m.opts.Sources&DTSection != 0 {
		text = m.takeSections(text)
	}
	if m.opts.StripANSI {
		text = m.stripANSI(text)
	}
	m.setContent(rec, text)
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

const escape = 0x1b

// stripANSI returns text without the control sequences of terminals (ECMA-48: ESC [ ... up to a byte from @ to ~, ESC ] ... up to BEL or
// ESC \, and ESC with one byte behind intermediate ones). A sequence that does not end stays.
func (m *Mapper) stripANSI(text []byte) []byte {
	at := bytes.IndexByte(text, escape)
	if at < 0 {
		return text
	}
	start := len(m.scratch)
	for at >= 0 {
		n := sequence(text[at:])
		m.scratch = append(m.scratch, text[:at]...)
		if n == 0 {
			m.scratch, n = append(m.scratch, escape), 1
		}
		text = text[at+n:]
		at = bytes.IndexByte(text, escape)
	}
	m.scratch = append(m.scratch, text...)
	return m.scratch[start:len(m.scratch):len(m.scratch)]
}

// longestSequence bounds what counts as a control sequence, in bytes.
const longestSequence = 256

// sequence returns the length of the control sequence that s begins with, or 0.
func sequence(s []byte) int {
	s = s[:min(len(s), longestSequence)]
	if len(s) < 2 {
		return 0
	}
	switch kind := s[1]; {
	case kind == '[':
		for i := 2; i < len(s); i++ {
			switch c := s[i]; {
			case 0x40 <= c && c <= 0x7e:
				return i + 1
			case c < 0x20 || c > 0x7e:
				return 0
			}
		}
	case kind == ']':
		for i := 2; i < len(s); i++ {
			switch {
			case s[i] == 0x07:
				return i + 1
			case s[i] == escape && i+1 < len(s) && s[i+1] == '\\':
				return i + 2
			case s[i] == escape:
				return 0
			}
		}
	default:
		i := 1
		for i < len(s) && 0x20 <= s[i] && s[i] <= 0x2f {
			i++
		}
		if i < len(s) && 0x30 <= s[i] && s[i] <= 0x7e {
			return i + 1
		}
	}
	return 0
}

// mostSections bounds the sections that are looked for in a line.
const mostSections = 16

var sectionStart = []byte("[!dt ")

// takeSections makes attributes of the sections [!dt key=value, key2=value2] that OneAgent writes into the lines of applications,
// and returns the line without them.
func (m *Mapper) takeSections(line []byte) []byte {
	if !bytes.Contains(line, sectionStart) {
		return line
	}
	start := len(m.scratch)
	rest := line
	for n := 0; n < mostSections; n++ {
		before, _, behind, ok := cutSection(rest)
		if !ok {
			break
		}
		m.scratch = append(m.scratch, bytes.TrimRight(before, " ")...)
		if rest = behind; len(m.scratch) == start {
			rest = bytes.TrimLeft(rest, " ")
		}
	}
	m.scratch = append(m.scratch, rest...)
	m.beside.line = line
	m.eachSectionPair(func(key, value []byte) {
		if r := m.roles.find(key); r != nil && (r.use == useTrace || r.use == useSpan) {
			m.considerID(r.use, max(r.rank, keptRank), inPlace, value)
		}
	})
	return m.scratch[start:len(m.scratch):len(m.scratch)]
}

// addSections adds the pairs of the sections.
func (m *Mapper) addSections(rec *Record) {
	m.eachSectionPair(func(key, value []byte) {
		if !m.isTaken(m.roles.find(key), value) {
			m.topLevel(rec, key, chunk.Token{Kind: chunk.String, Data: value}, nil)
		}
	})
}

// eachSectionPair calls do for the pairs of the sections of a line.
func (m *Mapper) eachSectionPair(do func(key, value []byte)) {
	line := m.beside.line
	for n := 0; n < mostSections; n++ {
		_, pairs, behind, ok := cutSection(line)
		if !ok {
			return
		}
		line = behind
		for len(pairs) > 0 {
			var pair []byte
			pair, pairs, _ = bytes.Cut(pairs, []byte(","))
			key, value, ok := bytes.Cut(bytes.TrimSpace(pair), []byte("="))
			if ok && len(key) > 0 {
				do(key, value)
			}
		}
	}
}

// cutSection returns what stands before, in and behind the first section.
func cutSection(s []byte) (before, section, behind []byte, ok bool) {
	before, rest, ok := bytes.Cut(s, sectionStart)
	if !ok {
		return s, nil, nil, false
	}
	section, behind, ok = bytes.Cut(rest, []byte("]"))
	return before, section, behind, ok
}
