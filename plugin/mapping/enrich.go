package mapping

import (
	"unsafe"

	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// enrichment adds what the sources, the facts and the static attributes give to a record. That
// depends on few of its fields, which repeat from record to record. So it is composed once for each
// combination of these fields that a chunk has, and added to the other records as one run.
type enrichment struct {
	isOn      bool
	static    []record.Attribute // that do not travel in a header
	logSource string
	hostname  string // for records that have no host.name
	origin    origin
	table     *source.Table

	out      record.Builder // of the composition in the making
	composed record.Record
	hiding   hiding

	list       []composition
	attributes int // of the list, in all
	last       *composition
	spare      composition               // of a record whose combination is not kept
	places     [compositionPlaces]uint16 // by hash: the position in the list, from 1 on
}

const (
	// mostCompositions bounds the combinations kept at a time, compositionAttributes their
	// attributes in all, and compositionScratch the memory for their texts, in bytes. When one
	// of them is reached, all are forgotten.
	mostCompositions      = 512
	compositionAttributes = 16 << 10
	compositionScratch    = 256 << 10
	// compositionPlaces is the number of places in the table that finds them.
	compositionPlaces = 2 * mostCompositions
	// compositionsKept is how many of them retain their memory between chunks.
	compositionsKept = 64
	// compositionSpare is the room for attributes that one retains between chunks.
	compositionSpare = 128
)

// composition is what a combination of fields gives.
type composition struct {
	mask  uint32
	signs source.Signs
	raw   [source.MaxSlots][]byte
	added record.Enrichment
}

func (c *composition) release() {
	c.added.Release(compositionSpare)
	*c = composition{added: c.added}
}

func (n *enrichment) init(o *Options, table *source.Table, header []record.Attribute) {
	n.isOn = o.Sources != 0 || len(o.Static) > 0 || o.HasCluster() || o.LogSource != ""
	n.logSource, n.hostname, n.table = o.LogSource, o.Hostname, table
	n.origin.machine = o.Machine
	if header == nil {
		n.static = o.StaticAttributes()
	}
	rules := o.rules()
	rules.Header = header
	// What is composed takes at most half of the attributes that a record may have.
	rules.Limits.Attributes = max(1, rules.Limits.Attributes/2)
	n.out.Init(rules)
}

func (n *enrichment) release() {
	n.forget()
	if cap(n.list) > compositionsKept {
		n.list = nil
	}
	n.spare.release()
	n.out.Release()
	n.composed.Release()
	n.origin.begin(nil)
}

// forget forgets the list.
func (n *enrichment) forget() {
	if len(n.list) == 0 {
		return
	}
	for i := range n.list {
		n.list[i].release()
	}
	n.places = [compositionPlaces]uint16{}
	n.list, n.last, n.attributes = n.list[:0], nil, 0
	n.out.Forget()
}

// find returns the composition for the fields that are held, or nil, and where it is, or would be,
// in the table.
func (n *enrichment) find(h *held, s source.Signs) (c *composition, place int) {
	if n.last != nil && n.last.is(h, s) {
		return n.last, 0
	}
	sum := uint64(h.Mask)<<32 ^ uint64(s)
	for rest := h.Mask; rest != 0; rest &= rest - 1 {
		sum = (sum ^ h.hashes[source.LowestBit(rest)]) * 0x9e3779b97f4a7c15
	}
	place = int(sum >> 32 % compositionPlaces)
	for n.places[place] != 0 {
		if c := &n.list[n.places[place]-1]; c.is(h, s) {
			n.last = c
			return c, place
		}
		place = (place + 1) % compositionPlaces
	}
	return nil, place
}

func (c *composition) is(h *held, s source.Signs) bool {
	if c.mask != h.Mask || c.signs != s {
		return false
	}
	for rest := h.Mask; rest != 0; rest &= rest - 1 {
		if i := source.LowestBit(rest); !same(c.raw[i], h.Raw[i]) {
			return false
		}
	}
	return true
}

// same compares two fields in the chunk. Mostly they are one.
func same(a, b []byte) bool {
	return len(a) == len(b) && (unsafe.SliceData(a) == unsafe.SliceData(b) || string(a) == string(b))
}

// put returns where to put a new composition: in the list, and at a place of the table, or the
// spare one, which lasts for one record.
func (n *enrichment) put(h *held, s source.Signs, place int) (c *composition, lasts bool) {
	lasts = true
	for rest := h.Mask; rest != 0; rest &= rest - 1 {
		lasts = lasts && h.hashes[source.LowestBit(rest)] != 0
	}
	if lasts && (len(n.list) == mostCompositions || n.attributes > compositionAttributes ||
		n.out.Kept() > compositionScratch) {
		n.forget()
		_, place = n.find(h, s)
	}
	switch {
	case !lasts:
		c = &n.spare
	case len(n.list) < cap(n.list): // left by an earlier chunk, with room for attributes
		n.list = n.list[:len(n.list)+1]
		c = &n.list[len(n.list)-1]
	default:
		n.list = append(n.list, composition{})
		c = &n.list[len(n.list)-1]
	}
	c.added.Reset()
	*c = composition{mask: h.Mask, signs: s, added: c.added}
	for rest := h.Mask; rest != 0; rest &= rest - 1 {
		i := source.LowestBit(rest)
		c.raw[i] = h.Raw[i]
	}
	if lasts {
		n.last, n.places[place] = c, uint16(len(n.list))
	}
	return c, lasts
}

// enrich adds the enrichment of a record whose own fields have all been added.
func (n *enrichment) enrich(in *source.Input, h *held, out *record.Builder) {
	c, place := n.find(h, in.Signs)
	if c == nil {
		c = n.compose(in, h, place, out)
	}
	out.Enrich(&c.added)
}

// compose builds the enrichment of the current record, in the order of precedence: of two
// attributes with one key the first stays. The record's own fields are above all of them.
//
//  1. annotations metadata.dynatrace.com/<key> of the pod, the JSON annotation
//     metadata.dynatrace.com, those of the namespace
//  2. the attributes that the sources derive from the fields, the tag and the ECS task
//  3. the metadata files
//  4. the static attributes
//  5. the name of this host
//
// Labels and annotations on request have names of their own and come after all others.
func (n *enrichment) compose(
	in *source.Input, h *held, place int, main *record.Builder,
) *composition {
	c, lasts := n.put(h, in.Signs, place)
	out := &n.out
	out.Begin(&n.composed)
	mark := out.Mark()
	n.hiding.hide(&h.Held, out, true)
	n.table.Map(in, out, n.logSource)
	n.hiding.show(&h.Held)
	if f := in.Facts; f != nil && in.Options.Sources != 0 {
		if isOfThisPod(in) {
			putFacts(f.Pod, out)
		}
		if !n.origin.isOfOtherHost(in, n.table, out) && !isOfOtherNode(in.Node, f.Host) {
			putFacts(f.Host, out)
		}
	}
	for i := range n.static {
		out.PutValue(n.static[i].Key, n.static[i].Value)
	}
	if !in.Is(source.Hosted) && !n.origin.isOfOtherHost(in, n.table, out) {
		out.PutString("host.name", n.hostname)
	}
	n.hiding.hide(&h.Held, out, false)
	n.table.MapLast(in, out)
	n.hiding.show(&h.Held)
	out.Capture(&mark, &c.added.Block)
	if lasts {
		out.Keep()
		n.attributes += len(c.added.Attributes)
		c.added.ID = main.NewID()
	}
	return c
}
