package record

import (
	"slices"
	"unsafe"

	"out_dynatrace/plugin/chunk"
)

// GroupBytes bounds the keys and texts that a group adds to each of its members, in bytes. A group stands once in a chunk and
// its attributes in every record, at the latest at the server: without a bound a chunk of two megabytes could become gigabytes.
const GroupBytes = 16 << 10

// arrayElement is what an element of an array counts for beside its text: a short number and its comma.
const arrayElement = 4

// groupElements bounds the elements of arrays that a group can have within GroupBytes.
const groupElements = GroupBytes / arrayElement

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

	// texts are the name and the version of the scope, the zero Value where there is none.
	texts [2]Value
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
	m.scratch, g.scratch = g.scratch[:0], m.scratch
	m.elements, g.elements = g.elements[:0], m.elements
	signs := m.signs
	m.signs = 0
	if m.opts.InHeader {
		m.enriched.takeHeader(&m.keys)
	}
	split := m.mapGroup(&rec, body)
	m.scratch, g.scratch = g.scratch, m.scratch
	m.elements, g.elements = g.elements, m.elements

	split, unnamedSplit := m.keepGroup(rec.Attributes, split)
	g.signs, m.signs = m.signs, signs
	for cut := range cuts {
		g.entry.cuts[cut] = m.cuts[cut] - cuts[cut]
		g.entry.cut = g.entry.cut || g.entry.cuts[cut] != 0
	}
	g.body, g.entry.id, g.unnamedID = body, m.memo.lastID+1, m.memo.lastID+2
	m.memo.lastID += 2
	if m.opts.GroupsApart {
		m.learnApart(body, split, unnamedSplit)
	}
	m.cuts = cuts // they count once for each member
	m.sources = m.sources[:0]
	m.keys.reset()
	m.count = 0
}

// keepGroup keeps those of a group's attributes that are within the bound, and moves the elements of their arrays to the group's part.
// The first split of them are the resource's: it returns how many of those are kept, in all and of the ones that are no level.
func (m *Mapper) keepGroup(attributes []Attribute, split int) (kept, unnamed int) {
	g := &m.group
	g.entry = memoEntry{attributes: attributes[:0], hashes: g.entry.hashes[:0]}
	g.sources, g.unnamed = g.sources[:0], g.unnamed[:0]
	k := keeping{mapped: Record{Elements: g.elements}, at: g.part}
	for i, a := range attributes[:split] {
		m.keepInGroup(&k, a, slices.Contains(m.sources, i))
	}
	kept, unnamed = len(g.entry.attributes), len(g.unnamed)
	k.size = m.keepTexts(k.size)
	for i, a := range attributes[split:] {
		m.keepInGroup(&k, a, slices.Contains(m.sources, split+i))
	}
	for i, text := range g.texts {
		if text.Kind == String {
			m.noteKept(Attribute{Key: scopeFields[i].key, Value: text}, false)
		}
	}
	return kept, unnamed
}

// keeping is how far keepGroup is.
type keeping struct {
	mapped Record // with the elements as they were mapped
	at     int    // in the group's part of the elements
	size   int    // of what is kept
}

// keepInGroup keeps an attribute if it is within the bound.
func (m *Mapper) keepInGroup(k *keeping, a Attribute, isSource bool) {
	g := &m.group
	size := len(a.Key) + len(a.Value.Text)
	var elements []Value
	if a.Value.Kind == Array {
		elements = k.mapped.Array(a.Value)
		for j := range elements {
			size += arrayElement + len(elements[j].Text)
		}
	}
	if k.size+size > GroupBytes {
		m.cuts[CutGroup]++
		m.noteOrigin(a.Key, a.Value)
		return
	}
	k.size += size
	if a.Value.Kind == Array {
		if g.parts == 0 {
			g.part, g.parts = m.memo.elements, groupElements
			k.at = g.part
			m.memo.elements += groupElements
			m.elements = slices.Grow(m.elements, groupElements)[:m.memo.elements]
		}
		a.Value.Num = uint64(k.at)<<32 | uint64(len(elements))
		k.at += copy(m.elements[k.at:], elements)
	}
	m.noteKept(a, isSource)
}

// keepTexts keeps the name and the version of the scope, if they are within the bound. What is kept of a resource does not depend on them.
func (m *Mapper) keepTexts(size int) int {
	for i := range m.group.texts {
		text := &m.group.texts[i]
		if size+len(text.Text) > GroupBytes {
			m.cuts[CutGroup]++
			*text = Value{}
		}
		size += len(text.Text)
	}
	return size
}

// noteKept adds an attribute to what is kept.
func (m *Mapper) noteKept(a Attribute, isSource bool) {
	g := &m.group
	g.entry.attributes = append(g.entry.attributes, a)
	g.entry.hashes = append(g.entry.hashes, hashOf(a.Key))
	if isSource {
		g.sources = append(g.sources, a.Value)
	} else {
		g.unnamed = append(g.unnamed, a)
	}
}

// takeGroup lets the group in the memo have its names, before anything else of a member is mapped: of equal keys the resource's keeps
// the name, then the scope's, as at the server's own endpoint for OTLP (page "OpenTelemetry logs").
func (m *Mapper) takeGroup() {
	e := &m.group.entry
	for i := range e.attributes {
		m.keys.insert(e.attributes[i].Key, e.hashes[i])
	}
}

// finishGroup puts the attributes of the group before those of a member whose own are all there, or gives it the group itself. Where there
// is no room for all, up to half of it is the group's: what ties a record to its source is worth more than the last of its fields. A level
// of the group names that of no record: where the member names none either, those fields get another name, as fields of its own do.
func (m *Mapper) finishGroup(rec *Record) {
	g := &m.group
	if g.entry.cut {
		m.addCuts(&g.entry)
	}
	list, id, sources := g.entry.attributes, g.entry.id, g.sources
	apart := &g.apart.groups[0]
	if m.level.rank == 0 && len(sources) > 0 {
		list, id, apart = g.unnamed, g.unnamedID, &g.apart.groups[1]
	} else {
		sources = nil
	}
	over := m.count + len(list) - m.opts.Limits.Attributes
	if over > 0 {
		m.cuts[CutAttributes] += uint64(over)
		share := min(len(list), max(m.opts.Limits.Attributes/2, m.opts.Limits.Attributes-m.count))
		m.truncate(rec, min(m.count, m.opts.Limits.Attributes-share))
		for _, a := range list[share:] {
			m.noteOrigin(a.Key, a.Value)
		}
		if share < len(list) {
			rec.flatten()
			rec.Attributes = slices.Insert(rec.Attributes, 0, list[:share]...)
			m.count += share
			list = nil
		}
	}
	switch {
	case len(list) == 0 && over > 0:
	case m.opts.GroupsApart:
		rec.Group = apart
	case len(list) > 0:
		rec.Runs = slices.Insert(rec.Runs, 0, Run{Attributes: list, ID: id})
	}
	m.count += len(list)
	for _, v := range sources {
		if m.count >= m.opts.Limits.Attributes {
			m.cuts[CutAttributes]++
			continue
		}
		m.append(rec, rawLevelKey, v)
	}
}

// mapGroup adds the resource and scope attributes of an OTLP group (Fluent Bit's src/opentelemetry/flb_opentelemetry_logs.c writes them
// once, in the group's start marker), and returns how many of them are the resource's.
func (m *Mapper) mapGroup(rec *Record, body []byte) (split int) {
	m.group.texts, m.group.apart.of = [2]Value{}, [2]partApart{}
	m.groupPart(rec, body, "resource", resourcePart)
	split = len(rec.Attributes)
	m.groupPart(rec, body, "scope", scopePart)
	return split
}

// The parts of a group.
const (
	resourcePart = iota
	scopePart
)

// groupPart adds the attributes map of a resource or a scope at the top level, and takes the name and version of a scope.
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
		case part == scopePart && tok.Kind == chunk.String && len(tok.Data) > 0 && m.scopeText(rec, key, tok, &c):
		case m.opts.GroupsApart:
			m.partDetail(part, key, tok, &c)
		default:
			skipElements(tok, &c)
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
