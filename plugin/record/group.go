package record

import (
	"slices"
	"unsafe"

	"out_dynatrace/plugin/chunk"
)

// groupBytes bounds the keys and texts that a group adds to each of its members, in bytes. A group stands once in a chunk and
// its attributes in every record: without a bound a chunk of two megabytes could become gigabytes.
const groupBytes = 16 << 10

// arrayElement is what an element of an array counts for beside its text: a short number and its comma.
const arrayElement = 4

// groupElements bounds the elements of arrays that a group can have within groupBytes.
const groupElements = groupBytes / arrayElement

// groupMemo is the group that was met last, mapped once for all of its members.
type groupMemo struct {
	body  []byte // of the start marker, in the chunk
	entry memoEntry
	// signs are what a host.name that is not sent tells.
	signs signs
	// sources are the indexes of the attributes that the server would take for the level.
	sources []int
	// scratch holds the texts of the entry that do not stand in the chunk.
	scratch []byte
	// elements is where a group is mapped. What is kept of them stands in the group's part of the Mapper's elements, which is
	// made for the first group of a chunk that has arrays, and which each group takes over from the one before it.
	elements    []Value
	part, parts int // where the part begins and its size, 0 or groupElements
}

// is tells whether body is the group in the memo: the same bytes at the same place.
func (g *groupMemo) is(body []byte) bool {
	return len(g.body) == len(body) && unsafe.SliceData(g.body) == unsafe.SliceData(body)
}

func (g *groupMemo) release() {
	e := &g.entry
	clear(e.attributes[:cap(e.attributes)])
	*g = groupMemo{
		entry:    memoEntry{attributes: e.attributes[:0], hashes: e.hashes[:0]},
		sources:  g.sources[:0],
		scratch:  g.scratch[:0],
		elements: keepElements(g.elements),
	}
	if cap(g.scratch) > keptScratch {
		g.scratch = nil
	}
}

// learnGroup maps a group into the memo. It is called before anything of a record is mapped.
func (m *Mapper) learnGroup(body []byte) {
	g := &m.group
	cuts := m.cuts
	rec := Record{Attributes: g.entry.attributes[:0]}
	m.scratch, g.scratch = g.scratch[:0], m.scratch
	m.elements, g.elements = g.elements[:0], m.elements
	signs := m.signs
	m.signs = 0
	m.mapGroup(&rec, body)
	g.signs, m.signs = m.signs, signs
	m.scratch, g.scratch = g.scratch, m.scratch
	m.elements, g.elements = g.elements, m.elements

	g.entry = memoEntry{attributes: rec.Attributes[:m.keepGroup(rec.Attributes)], hashes: g.entry.hashes[:0]}
	for i := range g.entry.attributes {
		g.entry.hashes = append(g.entry.hashes, hashOf(g.entry.attributes[i].Key))
	}
	if left := len(rec.Attributes) - len(g.entry.attributes); left > 0 {
		m.cuts[CutAttributes] += uint64(left)
	}
	g.sources = g.sources[:0]
	for _, i := range m.sources {
		if i < len(g.entry.attributes) {
			g.sources = append(g.sources, i)
		}
	}
	m.memo.lastID++
	g.body, g.entry.id = body, m.memo.lastID
	for cut := range cuts {
		g.entry.cuts[cut] = m.cuts[cut] - cuts[cut]
		g.entry.cut = g.entry.cut || g.entry.cuts[cut] != 0
	}
	m.cuts = cuts // they count once for each member
	m.sources = m.sources[:0]
	m.keys.reset()
	m.count = 0
}

// keepGroup returns how many of a group's attributes are within the bound, and moves the elements of their arrays to the group's
// part.
func (m *Mapper) keepGroup(attributes []Attribute) (kept int) {
	g := &m.group
	all := Record{Elements: g.elements}
	size, at := 0, g.part
	for i := range attributes {
		a := &attributes[i]
		size += len(a.Key) + len(a.Value.Text)
		if a.Value.Kind != Array {
			if size > groupBytes {
				return i
			}
			continue
		}
		elements := all.Array(a.Value)
		for j := range elements {
			size += arrayElement + len(elements[j].Text)
		}
		if size > groupBytes {
			return i
		}
		if g.parts == 0 {
			g.part, g.parts = m.memo.elements, groupElements
			at = g.part
			m.memo.elements += groupElements
			m.elements = slices.Grow(m.elements, groupElements)[:m.memo.elements]
		}
		a.Value.Num = uint64(at)<<32 | uint64(len(elements))
		at += copy(m.elements[at:], elements)
	}
	return len(attributes)
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
