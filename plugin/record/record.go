// Package record maps a Fluent Bit event to a record as Dynatrace knows it: an instant, a content, a log level and flat
// attributes, within the limits of the ingest API.
//
// A Record is a view: its strings point into the chunk or into the Mapper's scratch memory, and it is good until the
// Mapper maps the next event. No map is built and nothing is allocated per record once the scratch has grown.
package record

import (
	"math"
	"slices"

	"out_dynatrace/plugin/chunk"
)

// Record is one log record, independent of the format it will be sent in.
type Record struct {
	// Time is always known: an event without a readable time gets the time of its mapping.
	Time chunk.Time
	// Content is the log line. Invalid UTF-8 in it, and in the texts of values, is left to the encoder to repair.
	Content []byte
	// Level is one of Dynatrace's level names, or "" when no field of the record names a level.
	Level string
	// Attributes, with the Runs between them, are the rest in the order of the event. Each key stands there once.
	Attributes []Attribute
	Runs       []Run
	// Observed is when an OTLP record was first seen, in nanoseconds since 1970; 0 where nobody says.
	Observed uint64
	// Flags are the trace flags of an OTLP record, and Dropped is how many attributes an SDK left out of it.
	Flags, Dropped uint32
	// Group is what an OTLP record shares with others, where Options.GroupsApart keeps it apart; nil otherwise.
	Group *Group
	// stamps is how many of the Attributes stand before what the group says.
	stamps int
	// Elements holds the elements of the array values, see Array.
	Elements []Value
	// Cuts counts what was taken away from this record to fit the limits.
	Cuts Cuts
	// Restamped reports whether Mapper.Restamp replaced the record's time.
	Restamped bool
}

// Run is a stretch of attributes that the Mapper has met before in the same chunk, such as those of a pod.
type Run struct {
	Attributes []Attribute
	// At is the number of the record's own Attributes that stand before the run.
	At int
	// ID is not zero. All runs of one Mapper that have the same ID are equal, so that an encoder can keep their bytes.
	ID uint64
}

// Len is the number of attributes, with those of the group.
func (r *Record) Len() int {
	n := len(r.Attributes)
	if r.Group != nil {
		n += len(r.Group.all)
	}
	for i := range r.Runs {
		n += len(r.Runs[i].Attributes)
	}
	return n
}

// DropLargest leaves out the n largest attributes, of equally large ones the last, those of the group among them.
func (r *Record) DropLargest(n int) {
	r.Inline()
	r.flatten()
	size := func(a Attribute) int {
		total := len(a.Key) + len(a.Value.Text)
		if a.Value.Kind == Array {
			for _, e := range r.Array(a.Value) {
				total += arrayElement + len(e.Text)
			}
		}
		return total
	}
	for range min(n, len(r.Attributes)) {
		largest := 0
		for i := range r.Attributes {
			if size(r.Attributes[i]) >= size(r.Attributes[largest]) {
				largest = i
			}
		}
		r.Attributes = slices.Delete(r.Attributes, largest, largest+1)
	}
}

// flatten makes the runs attributes of the record's own.
func (r *Record) flatten() {
	for i := len(r.Runs) - 1; i >= 0; i-- {
		r.Attributes = slices.Insert(r.Attributes, r.Runs[i].At, r.Runs[i].Attributes...)
	}
	r.Runs = r.Runs[:0]
}

// Inline makes what the group says attributes of the record, where they would stand without Options.GroupsApart.
func (r *Record) Inline() {
	g := r.Group
	if g == nil {
		return
	}
	r.Group = nil
	if len(g.all) > 0 {
		r.Runs = slices.Insert(r.Runs, 0, Run{Attributes: g.all, At: r.stamps, ID: g.ID})
	}
}

// Attribute is one flat key and its value. The key is never empty, and valid UTF-8.
type Attribute struct {
	Key   []byte
	Value Value
}

// Kind is the type of a value.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	Bool
	Int
	Uint
	Float32
	Float64
	String
	Array
)

// Value is a scalar or an array of scalars. What was nested deeper has become a String of JSON text.
type Value struct {
	Kind Kind
	// Num is the number, with the meaning that chunk.Token.Num has; for an Array see Record.Array.
	Num  uint64
	Text []byte // of a String
}

// Array returns the elements of an Array value of this record. They are of one type, or null.
func (r *Record) Array(v Value) []Value {
	first, n := uint32(v.Num>>32), uint32(v.Num)
	return r.Elements[first : first+n]
}

func (r *Record) reset() {
	r.Content, r.Level, r.Group = nil, "", nil
	r.Observed, r.Flags, r.Dropped, r.stamps = 0, 0, 0, 0
	r.Attributes, r.Runs, r.Elements = r.Attributes[:0], r.Runs[:0], nil
	r.Cuts, r.Restamped = Cuts{}, false
}

// Release drops every view of the chunk that the record was mapped from.
func (r *Record) Release() {
	r.reset()
	clear(r.Attributes[:cap(r.Attributes)])
	clear(r.Runs[:cap(r.Runs)])
}

// Int64 returns the number of an Int.
func (v Value) Int64() int64 { return int64(v.Num) }

// Float returns the number of a Float32 or a Float64.
func (v Value) Float() float64 { return math.Float64frombits(v.Num) }
