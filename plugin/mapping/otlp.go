package mapping

import (
	"math"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

var eventNameKey = []byte("event.name")

// metadata reads the metadata that Fluent Bit's OpenTelemetry input adds to a record
// (src/opentelemetry/flb_opentelemetry_logs.c): {"otlp": {"severity_number", "severity_text",
// "attributes", "trace_id", "span_id", "event_name", ...}}.
func (m *Mapper) metadata(rec *record.Record, meta []byte) {
	c := chunk.NewCursor(meta)
	m.event.meta = c
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		key := m.event.out.Key(&c)
		tok := c.Next()
		if tok.Kind == chunk.Map && string(key) == "otlp" {
			m.otlp(rec, tok.Num, &c)
			continue
		}
		c.SkipElements(tok)
	}
}

// otlp reads the metadata of an OTLP record. Its severity takes precedence over all fields.
func (m *Mapper) otlp(rec *record.Record, pairs uint64, c *chunk.Cursor) {
	out := &m.event.out
	var text, number chunk.Token
	for ; pairs > 0; pairs-- {
		key := out.Key(c)
		tok := c.Next()
		isID := tok.Kind == chunk.String || tok.Kind == chunk.Binary
		switch {
		case tok.Kind == chunk.Map && string(key) == "attributes" && m.extra.pairs == 0:
			m.extra.attributes, m.extra.pairs = *c, tok.Num
			m.considerAttributes(rec, tok.Num, c)
			continue
		case string(key) == "severity_text" && tok.Kind == chunk.String && len(tok.Data) > 0:
			text = tok
		case string(key) == "severity_number" && tok.Kind == chunk.Uint:
			number = tok
		case string(key) == "timestamp" && tok.Kind == chunk.Uint:
			setTime(&rec.Time, tok.Num)
		case string(key) == "observed_timestamp" && tok.Kind == chunk.Uint:
			rec.Observed = tok.Num
		case string(key) == "trace_flags" && tok.Kind == chunk.Uint:
			rec.Flags = uint32(min(tok.Num, math.MaxUint32))
		case string(key) == "dropped_attributes_count" && tok.Kind == chunk.Uint:
			rec.Dropped = uint32(min(tok.Num, math.MaxUint32))
		case string(key) == "trace_id" && isID:
			id := hexOf(tok, traceDigits, out)
			m.trace.consider(source.TraceID, otlpRank, otlpScope, inPlace, id, &m.late)
		case string(key) == "span_id" && isID:
			id := hexOf(tok, spanDigits, out)
			m.trace.consider(source.SpanID, otlpRank, otlpScope, inPlace, id, &m.late)
		case string(key) == "event_name" && tok.Kind == chunk.String && len(tok.Data) > 0:
			out.AddField(eventNameKey, tok, c)
		}
		c.SkipElements(tok)
	}
	m.level.takeSeverity(&m.event, text, number)
}

// considerAttributes considers the trace and span ids, and the level, in the next pairs, and moves
// c past the pairs.
func (m *Mapper) considerAttributes(rec *record.Record, pairs uint64, c *chunk.Cursor) {
	for ; pairs > 0; pairs-- {
		at := metaAt + c.Pos()
		key := m.event.out.Key(c)
		tok := c.Next()
		if r := m.roles.find(key); r != nil {
			m.level.attributes |= evidenceOf(r, key, tok)
			if r.mayExclude && m.event.out.Excludes(key) {
				r = &displaced
			}
			if tok.Kind == chunk.String && isIDUse(r.use) {
				rank := max(r.rank, source.KeptRank)
				m.trace.consider(r.use, rank, attributesScope, inPlace, tok.Data, &m.late)
			}
			if r.levelRank != 0 {
				m.level.consider(&m.event, r, at, tok)
			}
			if tok.Kind == chunk.Map && !r.fork.isEmpty() {
				m.considerBelow(rec, &r.fork, at, tok, c)
			}
		}
		c.SkipElements(tok)
	}
}

func isIDUse(u source.Use) bool { return u >= source.TraceID && u <= source.TraceParent }

// addExtra adds the attributes that do not come from fields, except the ids that the record already
// has.
func (m *Mapper) addExtra() {
	out := &m.event.out
	c := m.extra.attributes
	for pairs := m.extra.pairs; pairs > 0; pairs-- {
		at := metaAt + c.Pos()
		key := out.Key(&c)
		tok := c.Next()
		if m.level.isAt(at) ||
			tok.Kind == chunk.String && m.trace.isTaken(m.roles.find(key), tok.Data) {
			continue
		}
		out.AddField(key, tok, &c)
	}
	if m.extra.line != nil {
		addSections(m.extra.line, &m.roles, &m.trace, out)
	}
}

// nearby bounds how far a record's own time may be from the event's for both to mean the same
// instant, in seconds: the input of Fluent Bit up to version 5.0.0 is up to five seconds late, see
// package chunk.
const nearby = 5

// setTime sets the time of a record to the one in its OTLP metadata, ns nanoseconds since 1970, if
// it is within nearby seconds of the time of the event.
func setTime(t *chunk.Time, ns uint64) {
	sec := int64(ns / 1e9)
	if apart := t.Sec - sec; ns > 0 && -nearby <= apart && apart <= nearby {
		t.Sec, t.Nsec = sec, uint32(ns%1e9)
	}
}

// time returns the time of the record before its metadata are mapped.
func (e *event) time() chunk.Time {
	t := e.rec.Time
	if e.metadata == nil {
		return t
	}
	otlp, c, _ := inGroupBody(e.metadata, "otlp")
	if otlp.Kind != chunk.Map {
		return t
	}
	for pairs := otlp.Num; pairs > 0; pairs-- {
		key := e.out.Key(&c)
		tok := c.Next()
		if tok.Kind == chunk.Uint && string(key) == "timestamp" {
			setTime(&t, tok.Num)
		}
		c.SkipElements(tok)
	}
	return t
}
