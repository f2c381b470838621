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
	// sources are those of the attributes that the server would take for the level, and unnamed are the others: for a member that names
	// no level.
	sources   []Value
	unnamed   []Attribute
	unnamedID uint64
	// scratch holds the texts of the entry that do not stand in the chunk.
	scratch []byte
	// elements is where a group is mapped. What is kept of them stands in the group's part of the Mapper's elements, which is
	// made for the first group of a chunk that has arrays, and which each group takes over from the one before it.
	elements    []Value
	part, parts int // where the part begins and its size, 0 or groupElements

	// split is how many of the attributes are the resource's.
	split int
	apart groupApart
}

// is tells whether body is the group in the memo: the same bytes at the same place.
func (g *groupMemo) is(body []byte) bool {
	return len(g.body) == len(body) && unsafe.SliceData(g.body) == unsafe.SliceData(body)
}

func (g *groupMemo) release() {
	e := &g.entry
	clear(e.attributes[:cap(e.attributes)])
	clear(g.unnamed[:cap(g.unnamed)])
	clear(g.sources[:cap(g.sources)])
	*g = groupMemo{
		unnamed:  g.unnamed[:0],
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
	if m.opts.GroupsApart {
		m.most -= m.most / 4 // so that there is room for the record's own
	}
	m.scratch, g.scratch = g.scratch[:0], m.scratch
	m.elements, g.elements = g.elements[:0], m.elements
	signs := m.signs
	m.signs = 0
	if m.opts.InHeader {
		m.enriched.takeHeader(&m.keys)
	}
	m.mapGroup(&rec, body)
	g.signs, m.signs = m.signs, signs
	m.scratch, g.scratch = g.scratch, m.scratch
	m.elements, g.elements = g.elements, m.elements

	kept := m.keepGroup(rec.Attributes)
	g.entry = memoEntry{attributes: rec.Attributes[:kept], hashes: g.entry.hashes[:0]}
	for i := range g.entry.attributes {
		g.entry.hashes = append(g.entry.hashes, hashOf(g.entry.attributes[i].Key))
	}
	m.cuts[CutAttributes] += uint64(len(rec.Attributes) - kept)
	for cut := range cuts {
		g.entry.cuts[cut] = m.cuts[cut] - cuts[cut]
		g.entry.cut = g.entry.cut || g.entry.cuts[cut] != 0
	}
	g.split = min(g.split, kept)
	unnamedSplit := m.takeSources()
	g.body, g.entry.id, g.unnamedID = body, m.memo.lastID+1, m.memo.lastID+2
	m.memo.lastID += 2
	if m.opts.GroupsApart {
		m.learnApart(body, unnamedSplit)
	}
	m.cuts = cuts // they count once for each member
	m.keys.reset()
	m.count, m.most = 0, m.opts.Limits.Attributes
}

// takeSources sorts out those of the attributes that the server would take for the level. It returns how many of the others are the
// resource's.
func (m *Mapper) takeSources() (split int) {
	g := &m.group
	g.sources, g.unnamed = g.sources[:0], g.unnamed[:0]
	for i, a := range g.entry.attributes {
		if slices.Contains(m.sources, i) {
			g.sources = append(g.sources, a.Value)
			continue
		}
		g.unnamed = append(g.unnamed, a)
		if i < g.split {
			split++
		}
	}
	m.sources = m.sources[:0]
	return split
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

// takeGroup lets the group in the memo have its names, before anything else of a member is mapped: of equal keys the resource's keeps
// the name, then the scope's, as at the server's own endpoint for OTLP (page "OpenTelemetry logs").
func (m *Mapper) takeGroup(rec *Record) {
	g := &m.group
	g.takeKeys(&m.keys)
	if m.opts.GroupsApart {
		rec.Group = &g.apart.groups[0]
		m.most -= len(g.entry.attributes)
	}
}

// takeKeys makes the keys of the group known to a member of it.
func (g *groupMemo) takeKeys(keys *keySet) {
	for i := range g.entry.attributes {
		keys.insert(g.entry.attributes[i].Key, g.entry.hashes[i])
	}
	g.apart.takeKeys(keys)
}

// finishGroup adds the attributes of the group to a member whose own are all there, as far as the limit of attributes allows, unless the
// group is kept apart. A level of the group names that of no record: where the member names none either, those fields get another name,
// as fields of its own do.
func (m *Mapper) finishGroup(rec *Record) {
	g := &m.group
	if g.entry.cut {
		m.addCuts(&g.entry)
	}
	list, id, sources := g.entry.attributes, g.entry.id, g.sources
	if m.level.rank == 0 && len(sources) > 0 {
		list, id = g.unnamed, g.unnamedID
	} else {
		sources = nil
	}
	switch room := m.most - m.count; {
	case m.opts.GroupsApart:
		if sources != nil {
			rec.Group = &g.apart.groups[1]
			m.most += len(sources)
		}
	case len(list) > room:
		m.cuts[CutAttributes] += uint64(len(list) - room)
		rec.Attributes = append(rec.Attributes, list[:room]...)
		m.count += room
	case len(list) > 0:
		rec.Runs = append(rec.Runs, Run{Attributes: list, At: len(rec.Attributes), ID: id})
		m.count += len(list)
	}
	for _, v := range sources {
		if m.count >= m.most {
			m.cuts[CutAttributes]++
			continue
		}
		m.append(rec, rawLevelKey, v)
	}
}

// mapGroup adds the resource and scope attributes of an OTLP group (Fluent Bit's src/opentelemetry/flb_opentelemetry_logs.c writes them
// once, in the group's start marker; the schema of a resource stands beside it).
func (m *Mapper) mapGroup(rec *Record, body []byte) {
	a := &m.group.apart
	a.name, a.version, a.of = nil, nil, [2]partApart{}
	if schema, c, found := inGroupBody(body, "schema_url"); found {
		m.partDetail(resourcePart, schemaKey, schema, &c)
	}
	m.groupPart(rec, body, "resource", resourcePart)
	m.group.split = len(rec.Attributes)
	m.groupPart(rec, body, "scope", scopePart)
}

var schemaKey = []byte("schema_url")

// scopePrefix begins the names that OpenTelemetry gives to the name and the version of a scope outside of OTLP.
const scopePrefix = "otel.scope."

// groupPart adds the attributes map of a resource or a scope at the top level, and the name and version of a scope under their names
// outside of OTLP.
func (m *Mapper) groupPart(rec *Record, body []byte, name string, part int) {
	whole, c, _ := inGroupBody(body, name)
	if whole.Kind != chunk.Map {
		return
	}
	for pairs := whole.Num; pairs > 0; pairs-- {
		key := m.key(&c)
		tok := c.Next()
		switch {
		case tok.Kind == chunk.Map && string(key) == "attributes":
			for n := tok.Num; n > 0; n-- {
				k := m.key(&c)
				m.topLevel(rec, k, c.Next(), &c)
			}
		case part == scopePart && tok.Kind == chunk.String && len(tok.Data) > 0 && (string(key) == "name" || string(key) == "version"):
			if m.opts.GroupsApart && m.scopeText(string(key) == "name", m.scalar(tok, &c, false)) {
				continue
			}
			start := len(m.scratch)
			m.scratch = append(append(m.scratch, scopePrefix...), key...)
			m.add(rec, m.scratch[start:len(m.scratch):len(m.scratch)], tok, &c, 1)
		default:
			m.partDetail(part, key, tok, &c)
		}
	}
}

// inGroupBody finds a field of a group's start marker: its token, and a cursor behind it.
func inGroupBody(body []byte, field string) (tok chunk.Token, c chunk.Cursor, found bool) {
	c = chunk.NewCursor(body)
	for all := c.Next().Num; all > 0; all-- {
		name := c.Next()
		skipElements(name, &c)
		tok = c.Next()
		if name.Kind == chunk.String && string(name.Data) == field {
			return tok, c, true
		}
		skipElements(tok, &c)
	}
	return chunk.Token{}, c, false
}
