package record

// Builder builds the attributes of one record at a time. It is not safe for concurrent use. Its
// memory is bounded by the largest record, and by what Keep keeps.
type Builder struct {
	attributeList
	hidden
	watched uint64 // the lengths of the watched keys, as bits
	isMuted bool   // what is read is left out
}

// Init sets the rules. It must be called once, before anything else.
func (b *Builder) Init(rules Rules) {
	*b = Builder{}
	b.rules, b.keyBytes = rules, rules.Limits.AttributeKeyBytes
	b.shapes = rules.DropEmpty || rules.Include.Any() || rules.Exclude.Any()
	b.leaving.init(&b.rules)
	for _, key := range rules.Watched {
		b.watched |= 1 << min(len(key), 63)
	}
	for i := range rules.Header {
		b.hashes = append(b.hashes, HashOf(rules.Header[i].Key))
	}
}

// Begin resets rec and starts to build it.
func (b *Builder) Begin(rec *Record) {
	rec.reset()
	b.rec, b.under, b.clashed = rec, nil, false
	b.buf, b.elements = b.buf[:b.keptScratch], b.elements[:b.keptElements]
	b.crowd.begin()
	b.hidden.size = 0
	if b.keys.slots == nil { // a Builder that is never used takes no memory
		b.keys = newKeySet(2*b.rules.Limits.Attributes + len(b.rules.Header))
	}
	b.keys.reset()
	if len(b.rules.Header) > 0 {
		b.takeHeader()
	}
}

// Finish completes the record.
func (b *Builder) Finish() {
	b.compact()
	b.rec.Elements = b.elements
}

// Release ends a chunk. It drops everything that points into the chunk, and scratch memory that an
// unusually large event needed.
func (b *Builder) Release() {
	b.Forget()
	b.rec, b.under = nil, nil
	b.keys.release()
	b.hidden.release()
	if cap(b.elements) > spareElements {
		b.elements = nil
	}
	clear(b.elements[:cap(b.elements)])
	if cap(b.buf) > spareScratch {
		b.buf = nil
	}
}

// Complete adds to a mapped record what travels apart from it, in a header of the request or in its
// group, for a destination that gets the record alone.
func (b *Builder) Complete(rec *Record) {
	rec.Inline()
	rec.Attributes = append(rec.Attributes, b.rules.Header...)
}

// AttributesOf returns a list of attributes as records get them: within the limits, and with the
// case and the types that the rules ask for. The list is a copy.
func AttributesOf(list []Attribute, rules Rules) []Attribute {
	var b Builder
	var rec Record
	rules.Header = nil
	rules.Limits.Attributes = len(list)
	b.Init(rules)
	b.Begin(&rec)
	for i := range list {
		v := b.stringified(list[i].Value)
		key, _ := Trim(b.Lowered(list[i].Key), rules.Limits.AttributeKeyBytes)
		v.Text, _ = Trim(v.Text, rules.Limits.AttributeValueBytes)
		rec.Attributes = append(rec.Attributes, Attribute{Key: key, Value: v})
	}
	return rec.Attributes
}
