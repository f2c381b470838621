package source

import (
	"fmt"
	"slices"

	"out_dynatrace/plugin/record"
)

// Table is the part of the table that a set of sources turns on. It is not safe for concurrent use.
type Table struct {
	options *Options
	names   []string // that are on
	sources []Source
	slots   []Slot // by number
	fields  []TableField
	// shapes are those in whose records a slot is taken, by number; 0 for all.
	shapes [MaxSlots]Shape
	// perRecord are the slots of fields that are mapped by themselves, as a mask.
	perRecord uint32

	// known is what Recognize has found, at a place that follows from the fields and the signs
	// on which it depends.
	known [recognitions]recognition
}

// recognitions is how many kinds of records may take turns in a chunk without being recognized
// anew. It is a power of two.
const recognitions = 16

// recognition is what a record with a mask and signs was recognized as.
type recognition struct {
	isValid bool
	mask    uint32
	signs   Signs
	shape   Shape
	used    uint32
}

// TableField is a field of a source that is on.
type TableField struct {
	Field
	Number uint8 // of its slot
	// Shapes are those in whose records the field is used, 0 for all: In, or what all fields of
	// its slot have there.
	Shapes Shape
}

// NewTable returns the table of the sources that the options turn on.
func NewTable(o *Options) *Table {
	t := &Table{options: o, names: o.Sources.names()}
	for _, s := range all() {
		if s.Name != "" && !slices.Contains(t.names, s.Name) {
			continue
		}
		t.sources = append(t.sources, s)
		fields := s.Fields
		if s.Configured != nil {
			fields = slices.Concat(fields, s.Configured(o))
		}
		for _, f := range fields {
			t.add(f)
		}
	}
	for i := range t.fields {
		if f := &t.fields[i]; f.Slot != "" {
			f.Shapes = t.shapes[f.Number]
		}
	}
	return t
}

func (t *Table) add(f Field) {
	added := TableField{Field: f, Shapes: f.In}
	if f.Accept == nil && f.Use <= HoldPerRecord {
		added.Accept = isName
	}
	if f.Slot != "" {
		number := slices.Index(t.slots, f.Slot)
		switch {
		case number < 0:
			number = len(t.slots)
			if number == MaxSlots {
				panic(fmt.Sprintf("source: more than %d slots", MaxSlots))
			}
			t.slots = append(t.slots, f.Slot)
			t.shapes[number] = f.In
		case f.In == 0 || t.shapes[number] == 0:
			t.shapes[number] = 0
		default:
			t.shapes[number] |= f.In
		}
		added.Number = uint8(number)
		if f.Use == HoldPerRecord {
			t.perRecord |= 1 << number
		}
	}
	t.fields = append(t.fields, added)
}

// Fields returns the fields of all sources that are on, in the order of the table.
func (t *Table) Fields() []TableField { return t.fields }

// Begin starts a chunk, whose tag and facts are in in.
func (t *Table) Begin(in *Input) {
	in.Options, in.slots, in.on = t.options, t.slots, t.names
	in.TagContainer, in.TagTask = nil, nil
	t.known = [recognitions]recognition{}
	for i := range t.sources {
		if chunk := t.sources[i].Chunk; chunk != nil {
			chunk(in)
		}
	}
}

// Recognize sets the shape of a record, and returns the slots whose fields Map reads, as a mask. It
// depends on the mask of the held fields and on the signs only.
func (t *Table) Recognize(in *Input) (used uint32) {
	const spread = 0x9e3779b1
	place := (in.Held.Mask*spread ^ uint32(in.Signs)) * spread >> 28 % recognitions
	k := &t.known[place]
	if !k.isValid || k.mask != in.Held.Mask || k.signs != in.Signs {
		t.recognize(in, k)
	}
	in.Shape = k.shape
	return k.used
}

func (t *Table) recognize(in *Input, k *recognition) {
	in.Shape = 0
	for i := range t.sources {
		if recognize := t.sources[i].Recognize; recognize != nil {
			in.Shape |= recognize(in)
		}
	}
	*k = recognition{isValid: true, mask: in.Held.Mask, signs: in.Signs, shape: in.Shape}
	for number, shapes := range t.shapes {
		if shapes == 0 || shapes&in.Shape != 0 {
			k.used |= 1 << number
		}
	}
	k.used &^= t.perRecord
}

// Map adds the attributes that the sources give a record. A logSource other than "" replaces the
// log.source that they give.
func (t *Table) Map(in *Input, out *record.Builder, logSource string) {
	in.pod, in.Node, in.hasLogSource = pod{}, nil, false
	for i := range t.sources {
		if first := t.sources[i].First; first != nil {
			first(in, out)
		}
	}
	in.putLogSource(record.View(logSource), out)
	for i := range t.sources {
		if m := t.sources[i].Map; m != nil {
			m(in, out)
		}
	}
	for i := range t.sources {
		if source := t.sources[i].LogSource; source != nil {
			in.putLogSource(source(in), out)
		}
	}
	for i := range t.sources {
		if always := t.sources[i].Always; always != nil {
			always(in, out)
		}
	}
}

// MapLast adds the attributes that come after all others.
func (t *Table) MapLast(in *Input, out *record.Builder) {
	for i := range t.sources {
		if last := t.sources[i].Last; last != nil {
			last(in, out)
		}
	}
}

// Host returns the host that a record names, nil for none, and whether it can be of any host.
func (t *Table) Host(in *Input) (host []byte, anywhere bool) {
	for i := range t.sources {
		if of := t.sources[i].Host; of != nil {
			host, names := of(in)
			if len(host) > 0 || names {
				return host, len(host) == 0
			}
		}
	}
	return nil, false
}
