package record

import (
	"bytes"
	"slices"
	"unsafe"

	"out_dynatrace/plugin/metadata"
)

// What the mappings give to a record depends on few of its fields, which repeat from record to record. So it is put together once
// for each combination of these fields that a chunk has, as a list of attributes, and added to the other records as one run.

const (
	// mostCompositions bounds the combinations kept for a chunk.
	mostCompositions = 64
	// compositionScratch bounds the memory for their texts, in bytes, beside that of a single one.
	compositionScratch = 256 << 10
	// compositionSpare is the room for attributes that one holds on to between flushes.
	compositionSpare = 128
)

// composition is what the mappings gave for a combination of fields.
type composition struct {
	mask  uint32
	signs signs
	ids   [numSlots]uint64

	entry memoEntry
	// own is the number of attributes, the first ones, that are fields of the event which no mapping knew what to do with.
	own int
	// hostFrom and hostTo bound the attributes that are true of this machine only.
	hostFrom, hostTo int
}

// enrichment makes compositions and finds them again.
type enrichment struct {
	on     bool
	static []Attribute
	header []Attribute
	hashes []uint32 // of the header's keys

	list       []composition
	last, next int
	spare      composition // of a record whose combination is not kept

	// Of the composition in the making. The first kept bytes of scratch are those of the list.
	keys    keySet
	scratch []byte
	kept    int

	// Of the chunk.
	tagContainer, tagTask []byte
}

func (n *enrichment) init(o *Options) {
	n.on = o.Sources != 0 || len(o.Static) > 0 || o.ClusterName != "" || o.ClusterUID != "" || o.ClusterEntity != ""
	var list []Attribute
	for _, f := range o.Static {
		if v, ok := factValue(f); ok {
			list = append(list, Attribute{Key: []byte(f.Key), Value: v})
		}
	}
	if n.on {
		n.keys = newKeySet(o.Limits.Attributes + len(o.Static))
	}
	if !o.InHeader {
		n.static = list
		return
	}
	n.header = list
	for i := range list {
		n.hashes = append(n.hashes, hashOf(list[i].Key))
	}
}

// factValue turns the value of a fact into that of an attribute.
func factValue(f metadata.Fact) (Value, bool) {
	switch v := f.Value.(type) {
	case string:
		return Value{Kind: String, Text: unsafe.Slice(unsafe.StringData(v), len(v))}, len(v) > 0 // values are never written to
	case bool:
		if v {
			return Value{Kind: Bool, Num: 1}, true
		}
		return Value{Kind: Bool}, true
	case int64:
		if v >= 0 {
			return Value{Kind: Uint, Num: uint64(v)}, true
		}
		return Value{Kind: Int, Num: uint64(v)}, true
	case float64:
		return floatValue(v), true
	}
	return Value{}, false
}

// takeHeader makes the keys that stand in a header of the request known to the record.
func (n *enrichment) takeHeader(keys *keySet) {
	for i := range n.header {
		keys.insert(n.header[i].Key, n.hashes[i])
	}
}

// AddHeader adds to a mapped record what travels in a header of the request, for where the record goes without one.
func (m *Mapper) AddHeader(rec *Record) {
	rec.Attributes = append(rec.Attributes, m.enriched.header...)
}

// fireLens stands between the name of the container and the id of the task in the tags of FireLens.
var fireLens = []byte("-firelens-")

// begin takes what the tag says.
func (n *enrichment) begin(m *Mapper) {
	n.tagContainer, n.tagTask = nil, nil
	if m.opts.Sources&ECS == 0 {
		return
	}
	if container, task, ok := bytes.Cut(m.flush.Tag, fireLens); ok && len(container) > 0 && len(task) > 0 {
		n.tagContainer, n.tagTask = container, task
	}
}

func (n *enrichment) release() {
	for i := range n.list {
		n.list[i].clear()
	}
	n.spare.clear()
	n.list, n.last, n.next, n.kept = n.list[:0], 0, 0, 0
	n.keys.release()
	n.tagContainer, n.tagTask = nil, nil
	if cap(n.scratch) > compositionScratch {
		n.scratch = nil
	}
}

func (c *composition) clear() {
	e := &c.entry
	if cap(e.attributes) > compositionSpare {
		*c = composition{}
		return
	}
	clear(e.attributes[:cap(e.attributes)])
	*c = composition{entry: memoEntry{attributes: e.attributes[:0], hashes: e.hashes[:0]}}
}

// find returns the composition for the fields that are held, or nil.
func (n *enrichment) find(h *held, s signs) *composition {
	if n.last < len(n.list) && n.list[n.last].is(h, s) {
		return &n.list[n.last]
	}
	for i := range n.list {
		if n.list[i].is(h, s) {
			n.last = i
			return &n.list[i]
		}
	}
	return nil
}

func (c *composition) is(h *held, s signs) bool {
	if c.mask != h.mask || c.signs != s {
		return false
	}
	for rest := h.mask; rest != 0; rest &= rest - 1 {
		if i := lowestBit(rest); c.ids[i] != h.ids[i] {
			return false
		}
	}
	return true
}

// place returns where to put a new composition: a place of the list, or the spare one, which lasts for a record.
func (n *enrichment) place(h *held, s signs) (c *composition, lasts bool) {
	lasts = n.kept <= compositionScratch
	for rest := h.mask; rest != 0; rest &= rest - 1 {
		lasts = lasts && h.ids[lowestBit(rest)] != 0
	}
	switch {
	case !lasts:
		c = &n.spare
	case len(n.list) == mostCompositions:
		n.last, n.next = n.next, (n.next+1)%mostCompositions
		c = &n.list[n.last]
	case len(n.list) < cap(n.list): // left by an earlier flush, with room for attributes
		n.last = len(n.list)
		n.list = n.list[:n.last+1]
		c = &n.list[n.last]
	default:
		n.last = len(n.list)
		n.list = append(n.list, composition{})
		c = &n.list[n.last]
	}
	e := c.entry
	*c = composition{mask: h.mask, signs: s, entry: memoEntry{attributes: e.attributes[:0], hashes: e.hashes[:0]}}
	for rest := h.mask; rest != 0; rest &= rest - 1 {
		i := lowestBit(rest)
		c.ids[i] = h.ids[i]
	}
	return c, lasts
}

// enrich adds what the mappings give to a record whose own fields are all there.
func (m *Mapper) enrich(rec *Record) {
	c := m.enriched.find(&m.held, m.signs)
	if c == nil {
		c = m.compose()
	}
	e := &c.entry
	if e.cut {
		m.addCuts(e)
	}
	if len(e.attributes) == 0 {
		return
	}
	if over := m.count + len(e.attributes) - m.opts.Limits.Attributes; over > 0 {
		// What ties a record to its source is worth more than the last of its fields.
		m.cuts[CutAttributes] += uint64(over)
		m.count -= over
		rec.Truncate(m.count)
	}
	if m.count > 0 || m.opts.InHeader {
		for i := range e.attributes {
			if m.keys.has(e.attributes[i].Key, e.hashes[i]) {
				m.enrichAround(rec, c)
				return
			}
		}
	}
	m.made = c
	m.count += len(e.attributes)
	if e.id == 0 {
		rec.Attributes = append(rec.Attributes, e.attributes...)
		return
	}
	rec.Runs = append(rec.Runs, Run{Attributes: e.attributes, At: len(rec.Attributes), ID: e.id})
}

// enrichAround adds the attributes of a composition one by one, since the record has a key of theirs: its own field stays. Fields of
// the event that were held get another name, as they would have without a mapping.
func (m *Mapper) enrichAround(rec *Record, c *composition) {
	e := &c.entry
	ofAnother := c.hostFrom < c.hostTo && !m.namesThisHost(rec, e.attributes)
	for i, a := range e.attributes {
		isHost := c.hostFrom <= i && i < c.hostTo
		if i < c.own || !m.keys.has(a.Key, e.hashes[i]) && !(isHost && ofAnother) {
			m.attach(rec, a.Key, a.Value)
		}
	}
	if !ofAnother {
		return
	}
	for _, a := range m.enriched.static { // those that a fact of this host had displaced
		if m.count < m.opts.Limits.Attributes && !m.keys.has(a.Key, hashOf(a.Key)) && m.wanted(a.Key, a.Value) {
			m.attach(rec, a.Key, a.Value)
		}
	}
}

// has tells whether the composition has an attribute of that key.
func (c *composition) has(key []byte) bool {
	_, ok := find(c.entry.attributes, key)
	return ok
}

var hostNameKey = []byte("host.name")

// namesThisHost tells whether a host.name among the record's own fields is the one that the mappings know, or there is none.
func (m *Mapper) namesThisHost(rec *Record, made []Attribute) bool {
	theirs, ok := find(rec.Attributes, hostNameKey)
	for i := 0; !ok && i < len(rec.Runs); i++ {
		theirs, ok = find(rec.Runs[i].Attributes, hostNameKey)
	}
	ours, known := find(made, hostNameKey)
	return !ok || !known || sameHost(theirs.Text, ours.Text)
}

func find(attributes []Attribute, key []byte) (Value, bool) {
	i := slices.IndexFunc(attributes, func(a Attribute) bool { return bytes.Equal(a.Key, key) })
	if i < 0 {
		return Value{}, false
	}
	return attributes[i].Value, true
}

// sameHost compares two names of hosts: with or without a domain, in any case.
func sameHost(a, b []byte) bool {
	a, _, _ = bytes.Cut(a, []byte("."))
	b, _, _ = bytes.Cut(b, []byte("."))
	return bytes.EqualFold(a, b)
}
