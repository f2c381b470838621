package record

import (
	"bytes"
	"slices"
	"unsafe"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/metadata"
)

// What the mappings give to a record depends on few of its fields, which repeat from record to record. So it is put together once
// for each combination of these fields that a chunk has, as a list of attributes, and added to the other records as one run.

const (
	// mostCompositions bounds the combinations kept at a time, compositionAttributes their attributes in all, and compositionScratch the
	// memory for their texts, in bytes. When one of them is reached all are forgotten.
	mostCompositions      = 512
	compositionAttributes = 16 << 10
	compositionScratch    = 256 << 10
	// compositionTable is the number of places in the table that finds them.
	compositionTable = 2 * mostCompositions
	// compositionsKept is how many of them a Mapper holds on to the memory of between flushes.
	compositionsKept = 64
	// compositionSpare is the room for attributes that one holds on to between flushes.
	compositionSpare = 128
)

// composition is what the mappings gave for a combination of fields.
type composition struct {
	mask  uint32
	signs signs
	raw   [numSlots][]byte

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
	attributes int // of the list, in all
	last       *composition
	spare      composition              // of a record whose combination is not kept
	table      [compositionTable]uint16 // by hash: the place in the list, from 1 on

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
	n.forget()
	if cap(n.list) > compositionsKept {
		n.list = nil
	}
	n.spare.clear()
	n.keys.release()
	n.tagContainer, n.tagTask = nil, nil
	if cap(n.scratch) > compositionScratch {
		n.scratch = nil
	}
}

// forget forgets the list.
func (n *enrichment) forget() {
	if len(n.list) == 0 {
		return
	}
	for i := range n.list {
		n.list[i].clear()
	}
	n.table = [compositionTable]uint16{}
	n.list, n.last, n.attributes, n.kept = n.list[:0], nil, 0, 0
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

// find returns the composition for the fields that are held, or nil, and where it is, or would be, in the table.
func (n *enrichment) find(h *held, s signs) (c *composition, place int) {
	if n.last != nil && n.last.is(h, s) {
		return n.last, 0
	}
	sum := uint64(h.mask)<<8 | uint64(s)
	for rest := h.mask; rest != 0; rest &= rest - 1 {
		sum = (sum ^ h.hashes[lowestBit(rest)]) * 0x9e3779b97f4a7c15
	}
	place = int(sum >> 32 % compositionTable)
	for n.table[place] != 0 {
		if c := &n.list[n.table[place]-1]; c.is(h, s) {
			n.last = c
			return c, place
		}
		place = (place + 1) % compositionTable
	}
	return nil, place
}

func (c *composition) is(h *held, s signs) bool {
	if c.mask != h.mask || c.signs != s {
		return false
	}
	for rest := h.mask; rest != 0; rest &= rest - 1 {
		if i := lowestBit(rest); !same(c.raw[i], h.raw[i]) {
			return false
		}
	}
	return true
}

// same compares two fields in the chunk; mostly they are one.
func same(a, b []byte) bool {
	return len(a) == len(b) && (unsafe.SliceData(a) == unsafe.SliceData(b) || string(a) == string(b))
}

// put returns where to put a new composition: in the list, and at a place of the table, or the spare one, which lasts for a record.
func (n *enrichment) put(h *held, s signs, place int) (c *composition, lasts bool) {
	lasts = true
	for rest := h.mask; rest != 0; rest &= rest - 1 {
		lasts = lasts && h.hashes[lowestBit(rest)] != 0
	}
	if lasts && (len(n.list) == mostCompositions || n.attributes > compositionAttributes || n.kept > compositionScratch) {
		n.forget()
		_, place = n.find(h, s)
	}
	switch {
	case !lasts:
		c = &n.spare
	case len(n.list) < cap(n.list): // left by an earlier flush, with room for attributes
		n.list = n.list[:len(n.list)+1]
		c = &n.list[len(n.list)-1]
	default:
		n.list = append(n.list, composition{})
		c = &n.list[len(n.list)-1]
	}
	e := c.entry
	*c = composition{mask: h.mask, signs: s, entry: memoEntry{attributes: e.attributes[:0], hashes: e.hashes[:0]}}
	for rest := h.mask; rest != 0; rest &= rest - 1 {
		i := lowestBit(rest)
		c.raw[i] = h.raw[i]
	}
	if lasts {
		n.last, n.table[place] = c, uint16(len(n.list))
	}
	return c, lasts
}

// enrich adds what the mappings give to a record whose own fields are all there.
func (m *Mapper) enrich(rec *Record) {
	pid := m.takePID(rec)
	c, place := m.enriched.find(&m.held, m.signs)
	if c == nil {
		c = m.compose(place)
	}
	m.addComposition(rec, c)
	if pid != nil && m.count < m.opts.Limits.Attributes && !m.keys.has(pidKey, hashOf(pidKey)) && !c.has(pidKey) {
		m.append(rec, pidKey, Value{Kind: String, Text: pid})
	}
}

var pidKey = []byte("process.pid")

// takePID takes the number of the process out of the fields that are held: in a journal it differs from record to record, so that it is
// no part of a composition. Where no mapping uses it, it becomes an ordinary attribute.
func (m *Mapper) takePID(rec *Record) []byte {
	if !m.held.has(slotPID) {
		return nil
	}
	m.held.mask &^= 1 << slotPID
	c := chunk.NewCursor(m.held.raw[slotPID])
	key := m.key(&c)
	tok := c.Next()
	if m.shape()&(journal|syslogLine) == 0 {
		m.topLevel(rec, key, tok, &c)
		return nil
	}
	text, _ := m.text(tok)
	text, _ = cut(said(text), m.opts.Limits.AttributeValueBytes)
	return text
}

// addComposition adds the attributes of a composition.
func (m *Mapper) addComposition(rec *Record, c *composition) {
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
