package record

import (
	"unsafe"

	"out_dynatrace/plugin/chunk"
)

// groupBytes bounds the keys and texts that a group adds to each of its members, in bytes. A group stands once in a chunk and
// its attributes in every record: without a bound a chunk of two megabytes could become gigabytes.
const groupBytes = 16 << 10

// groupMemo is the group that was met last, mapped once for all of its members.
type groupMemo struct {
	body  []byte // of the start marker, in the chunk
	entry memoEntry
	// sources are the indexes of the attributes that the server would take for the level.
	sources []int
	// scratch holds the texts of the entry that do not stand in the chunk.
	scratch []byte
}

// is tells whether body is the group in the memo: the same bytes at the same place.
func (g *groupMemo) is(body []byte) bool {
	return len(g.body) == len(body) && unsafe.SliceData(g.body) == unsafe.SliceData(body)
}

func (g *groupMemo) release() {
	attributes := g.entry.attributes
	clear(attributes[:cap(attributes)])
	if cap(g.scratch) > keptScratch {
		g.scratch = nil
	}
	*g = groupMemo{entry: memoEntry{attributes: attributes[:0], hashes: g.entry.hashes[:0]}, sources: g.sources[:0], scratch: g.scratch[:0]}
}

// learnGroup maps a group into the memo. It is called before anything of a record is mapped.
func (m *Mapper) learnGroup(body []byte) {
	g := &m.group
	attributes, hashes := g.entry.attributes[:0], g.entry.hashes[:0]
	cuts := m.cuts
	m.scratch, g.scratch = g.scratch[:0], m.scratch
	rec := Record{Attributes: attributes}
	m.mapGroup(&rec, body)
	m.scratch, g.scratch = g.scratch, m.scratch

	size := 0
	for i, a := range rec.Attributes {
		if size += len(a.Key) + len(a.Value.Text); size > groupBytes {
			m.cuts[CutAttributes] += uint64(len(rec.Attributes) - i)
			rec.Attributes = rec.Attributes[:i]
			break
		}
		hashes = append(hashes, hashOf(a.Key))
	}
	g.sources = g.sources[:0]
	for _, i := range m.sources {
		if i < len(rec.Attributes) {
			g.sources = append(g.sources, i)
		}
	}
	m.sources = m.sources[:0]
	m.memo.lastID++
	g.body = body
	g.entry = memoEntry{attributes: rec.Attributes, hashes: hashes, id: m.memo.lastID}
	for cut := range cuts {
		g.entry.cuts[cut] = m.cuts[cut] - cuts[cut]
		g.entry.cut = g.entry.cut || g.entry.cuts[cut] != 0
	}
	m.cuts = cuts // they count once for each member
	m.memo.elements = len(m.elements)
	m.keys.reset()
	m.count = 0
}

// addGroup adds the attributes of the group in the memo to a member of it, as far as the limit of attributes allows. A level of
// the group names that of no record: where the member names none either, those fields get another name too.
func (m *Mapper) addGroup(rec *Record) {
	e, sources := &m.group.entry, m.group.sources
	if m.level.rank != 0 {
		sources = nil
	}
	room := m.opts.Limits.Attributes - m.count
	if len(e.attributes) <= room && len(sources) == 0 {
		m.addEntry(rec, e)
		return
	}
	m.addCuts(e)
	if over := len(e.attributes) - room; over > 0 {
		m.cuts[CutAttributes] += uint64(over)
	}
	for i, a := range e.attributes[:min(room, len(e.attributes))] {
		if len(sources) > 0 && sources[0] == i {
			a.Key, sources = rawLevelKey, sources[1:]
		}
		m.append(rec, a.Key, a.Value)
	}
}

// mapGroup adds the resource and scope attributes of an OTLP group (Fluent Bit's plugins/in_opentelemetry writes them once,
// in the group's start marker).
func (m *Mapper) mapGroup(rec *Record, body []byte) {
	c := chunk.NewCursor(body)
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		key := m.key(&c)
		tok := c.Next()
		if tok.Kind != chunk.Map {
			skipElements(tok, &c)
			continue
		}
		switch string(key) {
		case "resource":
			m.groupPart(rec, "", tok.Num, &c)
		case "scope":
			m.groupPart(rec, "otel.scope.", tok.Num, &c)
		default:
			skipElements(tok, &c)
		}
	}
}

// groupPart adds the attributes map of a resource or a scope at the top level, and the name and version of a scope under
// named, the names that OpenTelemetry gives them outside of OTLP.
func (m *Mapper) groupPart(rec *Record, named string, pairs uint64, c *chunk.Cursor) {
	for ; pairs > 0; pairs-- {
		key := m.key(c)
		tok := c.Next()
		switch {
		case tok.Kind == chunk.Map && string(key) == "attributes":
			for n := tok.Num; n > 0; n-- {
				k := m.key(c)
				m.topLevel(rec, k, c.Next(), c)
			}
		case named != "" && tok.Kind == chunk.String && len(tok.Data) > 0 && (string(key) == "name" || string(key) == "version"):
			start := len(m.scratch)
			m.scratch = append(append(m.scratch, named...), key...)
			m.add(rec, m.scratch[start:len(m.scratch):len(m.scratch)], tok, c, 1)
		default:
			skipElements(tok, c)
		}
	}
}
