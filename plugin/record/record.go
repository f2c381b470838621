package record

import (
	"bytes"
	"math"
	"slices"

	"out_dynatrace/plugin/chunk"
)

// Record is one log record, independent of the format it is sent in.
type Record struct {
	// Time is always known: an event without a readable time gets the time of its mapping.
	Time chunk.Time
	// Content is the log line. The encoder repairs invalid UTF-8 here and in the texts of
	// values.
	Content []byte
	// Level is one of Dynatrace's level names, or "" if no field of the record names a level.
	Level string
	// Attributes, with the Runs between them, are the rest in the order of the event. Each key
	// appears once.
	Attributes []Attribute
	Runs       []Run
	// Observed is when an OTLP record was first seen, in nanoseconds since 1970; 0 if unknown.
	Observed uint64
	// Flags are the trace flags of an OTLP record. Dropped is the number of attributes that an
	// SDK left out of it.
	Flags, Dropped uint32
	// Group is what an OTLP record shares with others if the mapping keeps groups apart; nil
	// otherwise.
	Group *Group
	// Elements holds the elements of the array values, see Array.
	Elements []Value
	// Cuts counts what was cut from this record.
	Cuts Cuts
	// Restamped reports whether the record's time was replaced after the mapping.
	Restamped bool

	// stamps is the number of Attributes that stand before those of the group.
	stamps int
}

// Run is a stretch of attributes that the mapping has built before in the same chunk, such as those
// of a pod.
type Run struct {
	Attributes []Attribute
	// At is the number of the record's own Attributes that stand before the run.
	At int
	// ID is not zero. All runs of one mapper with the same ID are equal, so that an encoder can
	// reuse their bytes.
	ID uint64
}

// Group is the resource and the scope of OTLP records, for a format that writes them once for all
// of their records.
type Group struct {
	// Resource and Scope are attributes. No key appears in both, nor among the attributes of a
	// member.
	Resource, Scope []Attribute
	// ScopeName and ScopeVersion are empty if the scope has none.
	ScopeName, ScopeVersion []byte
	// ResourceSchema and ScopeSchema are the URLs that define the attribute names.
	// ResourceDropped and ScopeDropped are the numbers of attributes that an SDK left out. Only
	// OTLP can carry them.
	ResourceSchema, ScopeSchema   []byte
	ResourceDropped, ScopeDropped uint32
	// ID and ResourceID are not zero. All groups of one mapper with the same ID are equal, and
	// those with the same ResourceID have equal resources.
	ID, ResourceID uint64
	// All is the whole group as attributes of a record: the resource's, the scope's, and name
	// and version of the scope.
	All []Attribute
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

// Value is a scalar or an array of scalars. What was nested deeper is a String of JSON text.
type Value struct {
	Kind Kind
	// Num is the number, with the meaning of chunk.Token.Num; for an Array see Record.Array.
	Num  uint64
	Text []byte // of a String
}

// Text returns the value of a text.
func Text(s []byte) Value { return Value{Kind: String, Text: s} }

// Int64 returns the number of an Int.
func (v Value) Int64() int64 { return int64(v.Num) }

// Float returns the number of a Float32 or a Float64.
func (v Value) Float() float64 { return math.Float64frombits(v.Num) }

// Array returns the elements of an Array value of this record. They are of one type, or null.
func (r *Record) Array(v Value) []Value { return arrayOf(v, r.Elements) }

// Find returns the value of a key in a list of attributes.
func Find(attributes []Attribute, key []byte) (Value, bool) {
	i := slices.IndexFunc(attributes, func(a Attribute) bool { return bytes.Equal(a.Key, key) })
	if i < 0 {
		return Value{}, false
	}
	return attributes[i].Value, true
}

// Len returns the number of attributes, including those of the group.
func (r *Record) Len() int {
	n := len(r.Attributes)
	if r.Group != nil {
		n += len(r.Group.All)
	}
	for i := range r.Runs {
		n += len(r.Runs[i].Attributes)
	}
	return n
}

// ElementSize is what an array element counts for in addition to its text, in bytes: a short number
// and its comma.
const ElementSize = 4

// shortLink bounds what counts as the name of something, in bytes.
const shortLink = 256

// DropLargest removes the n largest attributes, those of the group included. Of equally large ones
// it removes the last. Short names that tie the record to its trace, service or host go when
// nothing else is left.
func (r *Record) DropLargest(n int) {
	r.Inline()
	r.flatten()
	size := func(a Attribute) int {
		total := len(a.Key) + len(a.Value.Text)
		if a.Value.Kind == Array {
			for _, e := range r.Array(a.Value) {
				total += ElementSize + len(e.Text)
			}
		}
		if total <= shortLink && WorthOf(a.Key) == OfIdentity {
			total -= shortLink
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

// flatten turns the runs into attributes of the record's own.
func (r *Record) flatten() {
	more := 0
	for i := range r.Runs {
		more += len(r.Runs[i].Attributes)
	}
	at := len(r.Attributes)
	r.Attributes = slices.Grow(r.Attributes, more)[:at+more]
	to := at + more
	for _, run := range slices.Backward(r.Runs) {
		behind := r.Attributes[run.At:at]
		to -= copy(r.Attributes[to-len(behind):to], behind)
		to -= len(run.Attributes)
		copy(r.Attributes[to:], run.Attributes)
		at = run.At
	}
	r.Runs = r.Runs[:0]
}

// Inline turns the group into attributes of the record, in the place where they would be if the
// mapping did not keep groups apart.
func (r *Record) Inline() {
	g := r.Group
	if g == nil {
		return
	}
	r.Group = nil
	if len(g.All) > 0 {
		r.Runs = slices.Insert(r.Runs, 0, Run{Attributes: g.All, At: r.stamps, ID: g.ID})
	}
}

func (r *Record) reset() {
	r.Content, r.Level, r.Group = nil, "", nil
	r.Observed, r.Flags, r.Dropped, r.stamps = 0, 0, 0, 0
	r.Attributes, r.Runs, r.Elements = r.Attributes[:0], r.Runs[:0], nil
	r.Cuts, r.Restamped = Cuts{}, false
}

// Release drops every reference to the chunk that the record was mapped from.
func (r *Record) Release() {
	r.reset()
	clear(r.Attributes[:cap(r.Attributes)])
	clear(r.Runs[:cap(r.Runs)])
}
