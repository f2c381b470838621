package record

import (
	"bytes"
	"slices"
	"unsafe"

	"out_dynatrace/plugin/metadata"
)

// enrichment makes compositions and finds them again.
type enrichment struct {
	on      bool
	static  []Attribute
	machine string // its own name
	header  []Attribute
	hashes  []uint32 // of the header's keys

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
	hostname              string // of this machine by its facts, "" where they have none
	now                   int64  // the second in which the chunk was begun
}

func (n *enrichment) init(o *Options) {
	n.on = o.Sources != 0 || len(o.Static) > 0 || o.ClusterName != "" || o.ClusterUID != "" || o.ClusterEntity != "" || o.LogSource != ""
	list := o.StaticAttributes()
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

// StaticAttributes are the static ones as records get them: within the limits, in the case and as the type that others have.
func (o *Options) StaticAttributes() (list []Attribute) {
	for _, f := range o.Static {
		v, ok := factValue(f)
		if !ok {
			continue
		}
		key := []byte(f.Key)
		if o.LowercaseKeys {
			key = appendLower(nil, key, o.Limits.AttributeKeyBytes)
		}
		if o.Stringify {
			_, v = stringified(nil, v)
		}
		key, _ = cut(key, o.Limits.AttributeKeyBytes)
		v.Text, _ = cut(v.Text, o.Limits.AttributeValueBytes)
		list = append(list, Attribute{Key: key, Value: v})
	}
	return list
}

// factValue turns the value of a fact into that of an attribute.
func factValue(f metadata.Fact) (Value, bool) {
	switch v := f.Value.(type) {
	case string:
		return Value{Kind: String, Text: view(v)}, len(v) > 0
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

// view returns the bytes of a text without a copy; they are not to be written to.
func view(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// takeHeader makes the keys that stand in a header of the request known to the record.
func (n *enrichment) takeHeader(keys *keySet) {
	for i := range n.header {
		keys.insert(n.header[i].Key, n.hashes[i])
	}
}

// Complete adds to a mapped record what travels apart from it, in a header of the request or in its group, for where the record goes
// alone.
func (m *Mapper) Complete(rec *Record) {
	rec.Inline()
	rec.Attributes = append(rec.Attributes, m.enriched.header...)
}

// fireLens stands between the name of the container and the id of the task in the tags of FireLens.
var fireLens = []byte("-firelens-")

// begin takes what the tag says.
func (n *enrichment) begin(m *Mapper) {
	n.tagContainer, n.tagTask = nil, nil
	n.machine, n.hostname, n.now = m.opts.Machine, "", m.opts.Now().Unix()
	if f := m.flush.Facts; f != nil {
		for _, fact := range f.Host {
			if name, isText := fact.Value.(string); isText && fact.Key == "host.name" {
				n.hostname = name
			}
		}
	}
	if m.opts.Sources&ECS == 0 {
		return
	}
	if at := bytes.LastIndex(m.flush.Tag, fireLens); at > 0 && at+len(fireLens) < len(m.flush.Tag) { // a container may have such a name
		n.tagContainer, n.tagTask = m.flush.Tag[:at], m.flush.Tag[at+len(fireLens):]
	}
}

func (n *enrichment) release() {
	n.forget()
	if cap(n.list) > compositionsKept {
		n.list = nil
	}
	n.spare.clear()
	n.keys.release()
	n.tagContainer, n.tagTask, n.hostname = nil, nil, ""
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

// enrich adds what the mappings give to a record whose own fields are all there.
func (m *Mapper) enrich(rec *Record) {
	if m.held.has(slotPID) {
		m.addPID(rec)
	}
	c, place := m.enriched.find(&m.held, m.signs)
	if c == nil {
		c = m.compose(place)
	}
	m.addComposition(rec, c)
}

var (
	pidKey  = []byte("process.pid")
	pidHash = hashOf(pidKey)
)

// addPID adds the number of the process by itself: in a journal it differs from record to record, so that it is no part of a composition.
func (m *Mapper) addPID(rec *Record) {
	pid := said(m.heldText(slotPID))
	m.held.mask &^= 1 << slotPID
	if len(pid) > 0 && !m.keys.has(pidKey, pidHash) {
		m.addText(rec, pidKey, pid)
	}
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
	clash := uint64(0)
	if m.count > 0 || m.opts.InHeader {
		for i := range e.attributes {
			if m.keys.has(e.attributes[i].Key, e.hashes[i]) {
				clash |= 1 << min(i, bitsOfMask-1)
			}
		}
	}
	var other others
	if clash != 0 || m.namesItsOrigin(c) {
		other = m.othersOf(rec, c) // before anything is taken away
	}
	if over := m.count + len(e.attributes) - m.opts.Limits.Attributes; over > 0 {
		// What ties a record to its source is worth more than the last of its fields.
		m.cuts[CutAttributes] += uint64(over)
		m.truncate(rec, m.count-over)
		m.knowAgain(rec)
		if clash != 0 || other.host || other.pod {
			m.enrichAround(rec, c, other)
			return
		}
	}
	if clash != 0 || other.host || other.pod {
		if e.id == 0 || len(e.attributes) >= bitsOfMask || other.host || other.pod {
			m.enrichAround(rec, c, other)
			return
		}
		e = m.around(c, clash)
	}
	m.made = c
	m.count += len(e.attributes)
	if e.id == 0 {
		rec.Attributes = append(rec.Attributes, e.attributes...)
		return
	}
	rec.Runs = append(rec.Runs, Run{Attributes: e.attributes, At: len(rec.Attributes), ID: e.id})
}

// bitsOfMask is the number of attributes that a mask can tell apart.
const bitsOfMask = 64

// around returns a composition without the attributes that bits say, as an entry. Records of one kind mostly have the same keys of their
// own.
func (m *Mapper) around(c *composition, apart uint64) *memoEntry {
	e := &c.around
	if c.apart == apart {
		return e
	}
	c.apart, e.attributes = apart, e.attributes[:0]
	for i, a := range c.entry.attributes {
		if apart&(1<<i) == 0 {
			e.attributes = append(e.attributes, a)
		}
	}
	m.memo.lastID++
	e.id = m.memo.lastID
	return e
}

// truncate leaves out the last fields of a record until it has n attributes. Its group stays as it is, if there is room for it.
func (m *Mapper) truncate(rec *Record, n int) {
	m.count = n
	if g := rec.Group; g != nil && n >= len(g.all)+rec.stamps {
		n -= len(g.all)
	} else {
		rec.Inline()
	}
	rec.flatten()
	for _, a := range rec.Attributes[n:] {
		m.noteOrigin(a.Key, a.Value)
	}
	rec.Attributes = rec.Attributes[:n]
}

// knowAgain makes the keys of a record that has lost its last attributes known anew.
func (m *Mapper) knowAgain(rec *Record) {
	m.keys.reset()
	m.enriched.takeHeader(&m.keys)
	m.know(rec.Attributes)
	for i := range rec.Runs {
		m.know(rec.Runs[i].Attributes)
	}
	if rec.Group != nil {
		m.know(rec.Group.all)
	}
}

func (m *Mapper) know(attributes []Attribute) {
	for i := range attributes {
		m.keys.insert(attributes[i].Key, hashOf(attributes[i].Key))
	}
}

// enrichAround adds the attributes of a composition one by one, since the record has a key of theirs: its own field stays. Facts of this
// host or this pod go with their name: a record that names another one gets none of them, but the static attributes that they had
// displaced.
func (m *Mapper) enrichAround(rec *Record, c *composition, other others) {
	e := &c.entry
	for i, a := range e.attributes {
		if other.host && c.host.has(i) || other.pod && c.pod.has(i) || m.keys.has(a.Key, e.hashes[i]) {
			continue
		}
		m.attach(rec, a.Key, a.Value)
	}
	if !other.host && !other.pod {
		return
	}
	if f := m.flush.Facts; other.pod && !other.host && c.host.len() > 0 {
		for i := range f.Host {
			if v, ok := factValue(f.Host[i]); ok {
				m.attachFact(rec, f.Host[i].Key, v)
			}
		}
	}
	for _, a := range m.enriched.static {
		m.attachNew(rec, a.Key, a.Value)
	}
}

// attachFact adds a fact within the limits.
func (m *Mapper) attachFact(rec *Record, key string, v Value) {
	if m.opts.Stringify {
		m.scratch, v = stringified(m.scratch, v)
	}
	short, _ := cut(m.valid(m.lowered(view(key))), m.opts.Limits.AttributeKeyBytes)
	v.Text, _ = cut(v.Text, m.opts.Limits.AttributeValueBytes)
	m.attachNew(rec, short, v)
}

// attachNew adds an attribute that a fact of another place had displaced.
func (m *Mapper) attachNew(rec *Record, key []byte, v Value) {
	if m.mayAdd(key, v) && m.count < m.opts.Limits.Attributes && !m.keys.has(key, hashOf(key)) {
		m.attach(rec, key, v)
	}
}

func find(attributes []Attribute, key []byte) (Value, bool) {
	i := slices.IndexFunc(attributes, func(a Attribute) bool { return bytes.Equal(a.Key, key) })
	if i < 0 {
		return Value{}, false
	}
	return attributes[i].Value, true
}
