package mapping

import (
	"strconv"
	"time"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// NewMapper returns a mapper for opts.
func NewMapper(opts Options) *Mapper {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.InHeader { // what travels in the header counts with the rest
		opts.Limits.Attributes = max(1, opts.Limits.Attributes-len(opts.Static))
	}
	m := &Mapper{opts: opts, sections: opts.Sources.Has(source.DTSection)}
	m.level.numbers = opts.Sources.Has(source.Severity)
	m.content = newContent(&m.opts)
	m.level.keys = newLevelKeys(opts.LevelKeys[:min(len(opts.LevelKeys), mostKeys)])
	m.group.apart = opts.GroupsApart
	m.table = source.NewTable(&m.opts.Options)
	m.roles = newRoleTable(&m.opts, m.table)

	rules := opts.rules()
	if opts.InHeader {
		rules.Header = opts.StaticAttributes()
	}
	m.enrich.init(&m.opts, m.table, rules.Header)
	rules.Watched = watched()
	rules.Watch = m.enrich.origin.watch(&m.event.signs)
	m.event.out.Init(rules)
	rules.Watch = m.enrich.origin.watch(&m.group.signs)
	m.group.out.Init(rules)
	m.Begin(Flush{})
	return m
}

// Begin starts a chunk. What it is given is borrowed until Release. A chunk that is not begun has
// no tag and no facts.
func (m *Mapper) Begin(f Flush) {
	m.in = source.Input{
		Held: &m.held.Held, Tag: f.Tag, Facts: f.Facts, Missing: f.Missing, Now: m.opts.Now().Unix(),
	}
	m.table.Begin(&m.in)
	m.enrich.origin.begin(f.Facts)
}

// Release ends a chunk. It drops everything that points into it, and scratch memory that an
// unusually large event needed. It must be called before the memory of the chunk is given back.
func (m *Mapper) Release() {
	m.in = source.Input{Held: &m.held.Held, Now: m.in.Now}
	m.table.Begin(&m.in)
	m.content.best, m.level.best, m.trace = candidate{}, candidate{}, traceIDs{}
	m.level.open = [mostOpen]openLevel{}
	m.extra, m.held = extra{}, held{}
	m.event.release()
	m.group.release()
	m.enrich.release()
}

// Map fills rec with the record of ev. What it holds is valid until the next call. All events
// between two calls of Release are of one chunk.
func (m *Mapper) Map(ev *chunk.Event, rec *record.Record) {
	c := chunk.NewCursor(ev.Body)
	root := c.Next()
	predicted := m.predictions.at(root.Num, c.Rest())
	m.context = *predicted
	out := &m.event.out
	isFromShapes := m.context&^shapes == 0
	for tries := 1; ; tries++ {
		switch {
		case !m.mapOwn(ev, rec, root, c, tries < mostTries) && tries < mostTries:
		case !isFromShapes && out.IsFull():
			// Which field is left out depends on the names. Those are not to depend on
			// another record.
			m.context, isFromShapes = m.context&shapes, true
		default:
			*predicted = m.context
			m.finish(ev, rec)
			return
		}
	}
}

// mapOwn maps the fields of a record in the present context. It reports false, and corrects the
// context, if the record turns out to have another one. With mayStop it ends as soon as it knows.
func (m *Mapper) mapOwn(
	ev *chunk.Event, rec *record.Record, root chunk.Token, c chunk.Cursor, mayStop bool,
) bool {
	m.begin(ev, rec)
	out := &m.event.out
	if root.Kind == chunk.Map {
		m.fields(rec, &c, root.Num)
	} else if text, ok := out.Text(root); ok {
		m.content.set(rec, text)
	}
	if !m.isInContext() && mayStop {
		return false
	}
	if m.opts.ParseJSON && m.content.isText() {
		m.parseContent(rec)
	}
	if ev.Meta != nil {
		m.metadata(rec, ev.Meta)
	}
	m.finishContent(rec)
	if m.trace.isFound() {
		m.trace.finish(out, &m.late)
	}
	if m.level.opens > 0 {
		settleLevel(m)
	}
	if len(m.late) > 0 {
		m.late.settle(&m.event)
	}
	if !m.extra.isEmpty() {
		m.addExtra()
	}
	return m.hasItsNames()
}

// finish completes a record whose fields were mapped.
func (m *Mapper) finish(ev *chunk.Event, rec *record.Record) {
	out := &m.event.out
	if len(out.LevelLike()) > 0 {
		out.SettleLevelLike(m.level.isFound())
	}
	if m.content.isEmpty() {
		m.content.summarize(&m.event, rec, ev.Body, m.opts.SummaryBytes)
	}
	if ev.Group != nil {
		m.group.finish(out, m.level.isFound())
	}
	if m.level.isFound() {
		m.level.finish(&m.event, rec)
	}
	if m.enrich.isOn {
		m.in.Signs = m.event.signs & source.Recognizing
		m.enrich.enrich(&m.in, &m.held, out)
	}
	out.Finish()
}

// begin resets everything that belongs to one record, and takes the names of its group.
func (m *Mapper) begin(ev *chunk.Event, rec *record.Record) {
	m.event.begin(rec, ev.Meta)
	m.event.body = chunk.NewCursor(ev.Body)
	m.content.best.rank, m.content.isLoguru = 0, false
	m.level.reset()
	m.trace.reset()
	m.held.Mask, m.held.strange, m.late = 0, 0, m.late[:0]
	if !m.extra.isEmpty() {
		m.extra = extra{}
	}
	if ev.Group != nil {
		if !m.group.is(ev.Group) {
			m.group.learn(ev.Group, &m.event)
		}
		m.event.signs |= source.InGroup | m.group.signs
		m.event.out.TakeKeys(&m.group.block)
	}
	rec.Time = ev.Time
	if !rec.Time.Known {
		rec.Time = timeOf(m.opts.Now())
	}
}

func timeOf(t time.Time) chunk.Time {
	return chunk.Time{Sec: t.Unix(), Nsec: uint32(t.Nanosecond()), Known: true}
}

const (
	// originalTime is where a record that is sent with another time keeps its own.
	originalTime = "log.original_timestamp"
	// recordUID is the name in OpenTelemetry's semantic conventions for the unique id of a log
	// record.
	recordUID = "log.record.uid"
)

// Restamp gives the record that was mapped last the time now, and keeps its own, as RFC 3339 in
// UTC, in the attribute log.original_timestamp.
func (m *Mapper) Restamp(rec *record.Record, now time.Time) {
	out := &m.event.out
	own := time.Unix(rec.Time.Sec, int64(rec.Time.Nsec)).UTC()
	out.Stamp(originalTime, out.Take(own.AppendFormat(out.Spare(), time.RFC3339Nano)))
	rec.Time, rec.Restamped = timeOf(now), true
}

// Identify gives the record that was mapped last the attribute log.record.uid, made of the hash of
// its chunk and its position in it. Both are the same on every attempt to send it.
func (m *Mapper) Identify(_ *record.Record, hash uint64, position int) {
	out := &m.event.out
	uid := out.Spare()
	for shift := 60; shift >= 0; shift -= 4 {
		uid = append(uid, "0123456789abcdef"[hash>>shift&15])
	}
	uid = append(uid, '-')
	out.Stamp(recordUID, out.Take(strconv.AppendInt(uid, int64(position), 10)))
}

// Complete adds to a mapped record what travels apart from it, in a header of the request or in its
// group, for a destination that gets the record alone.
func (m *Mapper) Complete(rec *record.Record) { m.event.out.Complete(rec) }
