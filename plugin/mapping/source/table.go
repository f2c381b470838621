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

	// What Recognize has found last, for the fields and the signs that it depends on.
	known struct {
		valid bool
		mask  uint32
		signs Signs
		shape Shape
		used  uint32
	}
}

// TableField is a field of a source that is on.
type TableField struct {
	Field
	Number uint8 // of its slot
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
	return t
}

func (t *Table) add(f Field) {
	added := TableField{Field: f}
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
	}
	t.fields = append(t.fields, added)
}

// Fields returns the fields of all sources that are on, in the order of the table.
func (t *Table) Fields() []TableField { return t.fields }

// Begin starts a chunk, whose tag and facts are in in.
func (t *Table) Begin(in *Input) {
	in.Options, in.slots, in.on = t.options, t.slots, t.names
	in.TagContainer, in.TagTask = nil, nil
	t.known.valid = false
	for i := range t.sources {
		if chunk := t.sources[i].Chunk; chunk != nil {
			chunk(in)
		}
	}
}

// Recognize sets the shape of a record, and returns the slots whose fields the sources read, as a
// mask. A field in another slot is an ordinary attribute after all.
func (t *Table) Recognize(in *Input) (used uint32) {
	k := &t.known
	if !k.valid || k.mask != in.Held.Mask || k.signs != in.Signs {
		t.recognize(in)
	}
	in.Shape = k.shape
	return k.used
}

func (t *Table) recognize(in *Input) {
	in.Shape = 0
	for i := range t.sources {
		if recognize := t.sources[i].Recognize; recognize != nil {
			in.Shape |= recognize(in)
		}
	}
	k := &t.known
	k.valid, k.mask, k.signs, k.shape, k.used = true, in.Held.Mask, in.Signs, in.Shape, 0
	for number, shapes := range t.shapes {
		if shapes == 0 || shapes&in.Shape != 0 {
			k.used |= 1 << number
		}
	}
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
