package record

import (
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/metadata"
)

// Options say how events become records. The zero value of a limit is no limit but zero: take the limits from a preset.
type Options struct {
	Limits Limits
	// ContentKeys are the top-level keys that may hold the log line, best first. Keys are compared without regard to
	// the case of ASCII letters.
	ContentKeys []string
	// LevelKeys are the keys that may hold the level, best first: top-level ones, and dotted ones of fields in nested maps.
	LevelKeys []string
	// Stringify turns numbers and booleans into strings, LowercaseKeys the keys of attributes into lower case.
	Stringify, LowercaseKeys bool

	// Sources are the mappings that are on. Where Severity is among them the field that names the level becomes loglevel, and
	// log.raw_level where it says it in other words; without it the field stays.
	Sources Sources
	// PathKeys are the top-level keys that may hold the path of the file that a line was read from.
	PathKeys []string
	// ClusterName, ClusterUID and ClusterEntity describe the Kubernetes cluster of all records; "" where there is none.
	ClusterName, ClusterUID, ClusterEntity string
	// PodLabels and PodAnnotations choose the labels and annotations, of pods and namespaces, that become attributes.
	PodLabels, PodAnnotations Patterns
	// LogSource takes the place of the log.source that a mapping gives; "" leaves it.
	LogSource string
	// Static are attributes for every record that has none of that name.
	Static []metadata.Fact
	// InHeader says that the Static ones travel in a header of each request: they win there, so that a field of such a name gets
	// the name that the server would give it.
	InHeader bool
	// GroupsApart leaves the resource and the scope of OTLP records in Record.Group instead of adding their attributes to each record.
	GroupsApart bool
	// Hostname is the host.name for records that have none; "" for none. Machine is the name of this machine, to tell its records from
	// those of others, or "".
	Hostname, Machine string

	// Include and Exclude choose attributes by their keys as Dynatrace gets them, so in lower case with LowercaseKeys. An empty Include
	// takes all.
	Include, Exclude Patterns
	// DropEmpty leaves out attributes without a value: null, "", [] and {}.
	DropEmpty bool
	// ParseJSON takes a content that is a JSON object apart, as if its fields stood in the record.
	ParseJSON bool
	// StripANSI takes the control sequences of terminals out of the content.
	StripANSI bool
	// Now is the time of an event that has none; time.Now where it is nil.
	Now func() time.Time
}

// Limits are the limits of the ingest API (page "Log ingest limits"), in UTF-8 bytes or in numbers.
type Limits struct {
	ContentBytes, AttributeValueBytes, AttributeKeyBytes int
	// Attributes is the number of attributes beside content, timestamp and loglevel.
	Attributes int
	// ArrayValues is the number of elements of an array.
	ArrayValues int
	// NestingLevels is how deep maps are flattened; what lies deeper becomes JSON text.
	NestingLevels int
}

// Mapper maps events to records. It holds the scratch memory of one record at a time: use one per flush, it is not safe
// for concurrent use. Its memory is bounded by the largest event.
type Mapper struct {
	opts  Options
	roles roleTable

	// scratch holds texts and keys that do not stand in the chunk, elements those of arrays. What the memo holds lies at
	// their start and stays there from record to record.
	scratch  []byte
	elements []Value
	memo     memo
	group    groupMemo
	repeats  repeats
	enriched enrichment
	flush    Flush
	shaping  bool // there is something in the options that leaves attributes out

	// The record in hand.
	body    chunk.Cursor // over the event's body
	parsed  chunk.Cursor // over what stood as JSON in its content
	keys    keySet
	count   int // of attributes
	stamps  int // of them, those that set has added: the first ones
	content candidate
	level   candidate
	trace   candidate
	span    candidate
	parent  parent
	signs   signs
	is      shape
	held    held
	late    []lateField
	renames []lateField  // to be given another name, if it is free
	beside  besides      // attributes that stand beside the fields
	made    *composition // what the mappings gave, once it is added
	sources []int        // of the attributes, those that the server would take for the level
	renamed bool         // a key was given another name since this was last cleared

	cuts Cuts // of the record in hand
}

// candidate is the best field so far for the content or the level. It names the field by its place, which is cheaper than
// to keep what was read of it.
type candidate struct {
	rank uint16      // 0: none
	at   int         // of the key, in the body, or from parsedAt on in what was parsed, or inPlace
	name string      // of a level
	text chunk.Token // of an id, and of what is in place
}

const (
	// inPlace is the place of what stands in a nested map: its field stays there, an attribute like the others.
	inPlace = -1
	// parsedAt is added to positions in what stood as JSON in the content.
	parsedAt = 1 << 40
)

// lateField is a field of which is decided at the end of the record.
type lateField struct {
	at   int
	size int // of the field in the chunk
	role *role
}

// besides are attributes that stand beside the fields of a record: they come behind them.
type besides struct {
	attributes chunk.Cursor // of OTLP metadata, at their pairs
	pairs      uint64
	line       []byte // with sections
}

// Flush is what is known of the chunk and of the moment beside the events.
type Flush struct {
	// Tag is that of the chunk.
	Tag []byte
	// Facts may be nil.
	Facts *metadata.Facts
	// Missing is called when the task in Facts turns out not to know a container of its own; it may be nil.
	Missing func()
}

// NewMapper returns a mapper for opts. At most 127 keys of each list are taken.
func NewMapper(opts Options) *Mapper {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.InHeader { // what travels in the header counts with the rest
		opts.Limits.Attributes = max(1, opts.Limits.Attributes-len(opts.Static))
	}
	m := &Mapper{opts: opts, roles: newRoleTable(opts.ContentKeys, opts.LevelKeys), keys: newKeySet(2*opts.Limits.Attributes + len(opts.Static))}
	m.roles.addSources(opts.Sources, opts.PathKeys)
	m.shaping = opts.DropEmpty || opts.Include.Any() || opts.Exclude.Any()
	m.enriched.init(&opts)
	m.enriched.begin(m)
	return m
}

// Begin starts a chunk. What it is given is borrowed until Release. A chunk that is not begun has no tag and no facts.
func (m *Mapper) Begin(f Flush) {
	m.flush = f
	m.enriched.begin(m)
}

const (
	// keptScratch is how much scratch memory a Mapper holds on to between flushes, in bytes.
	keptScratch = 1 << 20
	// keptElements is the same for the elements of arrays: as many as a record can have by the limits of the API, 655 kB.
	keptElements = 16 << 10
)

// keepElements drops what elements point to, or all of them when they are unusually many.
func keepElements(elements []Value) []Value {
	if cap(elements) > keptElements {
		return nil
	}
	clear(elements[:cap(elements)])
	return elements[:0]
}

// Release ends a chunk: it drops everything that points into it, and scratch memory that an unusually large event needed. It
// must be called before the memory of the chunk is given back.
func (m *Mapper) Release() {
	m.content, m.level, m.trace, m.span = candidate{}, candidate{}, candidate{}, candidate{}
	m.body, m.parsed, m.flush, m.made = chunk.Cursor{}, chunk.Cursor{}, Flush{}, nil
	m.beside, m.parent = besides{}, parent{}
	m.held = held{}
	m.keys.release()
	m.memo.release()
	m.group.release()
	m.repeats.release()
	m.enriched.release()
	m.elements = keepElements(m.elements)
	if cap(m.scratch) > keptScratch {
		m.scratch = nil
	}
}

// Map fills rec with the record of ev. What it holds is good until the next call. All events between two calls of Release
// are of one chunk.
func (m *Mapper) Map(ev *chunk.Event, rec *Record) {
	rec.reset()
	m.cuts = Cuts{}
	m.scratch, m.elements = m.scratch[:m.memo.scratch], m.elements[:m.memo.elements]
	m.keys.reset()
	m.repeats.record++
	m.count, m.stamps = 0, 0
	m.content.rank, m.level.rank, m.trace.rank, m.span.rank = 0, 0, 0, 0
	m.signs, m.held.mask, m.late, m.renames, m.made = 0, 0, m.late[:0], m.renames[:0], nil
	if m.parent.trace != nil {
		m.parent = parent{}
	}
	if m.beside.pairs != 0 || m.beside.line != nil {
		m.beside = besides{}
	}

	if ev.Group != nil {
		m.signs |= inGroup
		if !m.group.is(ev.Group) {
			m.learnGroup(ev.Group)
		}
		m.signs |= m.group.signs
	}
	if m.opts.InHeader {
		m.enriched.takeHeader(&m.keys)
	}
	if ev.Group != nil {
		m.takeGroup()
	}
	rec.Time = ev.Time
	if !rec.Time.Known {
		now := m.opts.Now()
		rec.Time = chunk.Time{Sec: now.Unix(), Nsec: uint32(now.Nanosecond()), Known: true}
	}
	m.body = chunk.NewCursor(ev.Body)
	c := m.body
	root := c.Next()
	if root.Kind == chunk.Map {
		m.fields(rec, &c, root.Num)
	} else if text, ok := m.text(root); ok {
		m.content.rank, rec.Content = 1, text
	}
	if m.opts.ParseJSON && m.content.rank != 0 {
		m.parseContent(rec)
	}
	if ev.Meta != nil {
		m.metadata(rec, ev.Meta)
	}
	m.finishContent(rec)
	m.finishIDs(rec)
	m.is = m.shape()
	if len(m.late) > 0 {
		m.settleLate(rec)
	}
	if m.held.mask != 0 {
		m.passOn(rec)
	}
	if m.beside.pairs != 0 || m.beside.line != nil {
		m.addBeside(rec)
	}
	if len(m.sources) > 0 {
		m.settleSources(rec)
	}
	if ev.Group != nil {
		m.finishGroup(rec)
	}
	if len(m.renames) > 0 {
		m.settleRenames(rec)
	}
	if rec.Content == nil {
		m.setContent(rec, m.jsonText(ev.Body, m.opts.Limits.ContentBytes))
	}
	m.finishLevel(rec)
	if m.enriched.on {
		m.enrich(rec)
	}
	rec.Elements, rec.Cuts = m.elements, m.cuts
}
