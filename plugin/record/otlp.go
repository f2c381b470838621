package record

import (
	"math"

	"out_dynatrace/plugin/chunk"
)

var eventNameKey = []byte("event.name")

// metadata takes what Fluent Bit's OpenTelemetry input keeps beside the body of a record (src/opentelemetry/flb_opentelemetry_logs.c):
// {"otlp": {"severity_number", "severity_text", "attributes", "trace_id", "span_id", "event_name", ...}}. Its severity is better than any field.
func (m *Mapper) metadata(rec *Record, meta []byte) {
	c := chunk.NewCursor(meta)
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		key := m.key(&c)
		tok := c.Next()
		if tok.Kind == chunk.Map && string(key) == "otlp" {
			m.otlp(rec, tok.Num, &c)
			continue
		}
		skipElements(tok, &c)
	}
}

func (m *Mapper) otlp(rec *Record, pairs uint64, c *chunk.Cursor) {
	var text, number chunk.Token
	for ; pairs > 0; pairs-- {
		key := m.key(c)
		tok := c.Next()
		switch {
		case tok.Kind == chunk.Map && string(key) == "attributes" && m.beside.pairs == 0:
			m.beside.attributes, m.beside.pairs = *c, tok.Num
			for n := tok.Num; n > 0; n-- {
				key := m.key(c)
				tok := c.Next()
				if r := m.roles.find(key); r != nil && tok.Kind == chunk.String && r.use >= useTrace && r.use <= useParent {
					m.considerID(r.use, max(r.rank, keptRank), inPlace, tok.Data)
				}
				skipElements(tok, c)
			}
			continue
		case string(key) == "severity_text" && tok.Kind == chunk.String && len(tok.Data) > 0:
			text = tok
		case string(key) == "severity_number" && tok.Kind == chunk.Uint:
			number = tok
		case string(key) == "timestamp" && tok.Kind == chunk.Uint:
			setTime(rec, tok.Num)
		case string(key) == "observed_timestamp" && tok.Kind == chunk.Uint:
			rec.Observed = tok.Num
		case string(key) == "trace_flags" && tok.Kind == chunk.Uint:
			rec.Flags = uint32(min(tok.Num, math.MaxUint32))
		case string(key) == "dropped_attributes_count" && tok.Kind == chunk.Uint:
			rec.Dropped = uint32(min(tok.Num, math.MaxUint32))
		case string(key) == "trace_id" && (tok.Kind == chunk.String || tok.Kind == chunk.Binary):
			m.considerID(useTrace, otlpRank, inPlace, m.id(tok, traceDigits))
		case string(key) == "span_id" && (tok.Kind == chunk.String || tok.Kind == chunk.Binary):
			m.considerID(useSpan, otlpRank, inPlace, m.id(tok, spanDigits))
		case string(key) == "event_name" && tok.Kind == chunk.String && len(tok.Data) > 0:
			m.topLevel(rec, eventNameKey, tok, c)
		}
		skipElements(tok, c)
	}
	name, origin := severity(text.Data), text
	if name == "" {
		name = otlpLevel(int(number.Num))
		if text.Kind == chunk.Invalid {
			origin = number
		}
	}
	if name != "" {
		m.displace(rec, &m.level)
		m.level = candidate{rank: 1, at: inPlace, name: name, text: origin}
	}
}

// addBeside adds the attributes of OTLP metadata and of sections, once the ids among them are known.
func (m *Mapper) addBeside(rec *Record) {
	c := m.beside.attributes
	for pairs := m.beside.pairs; pairs > 0; pairs-- {
		key := m.key(&c)
		tok := c.Next()
		if tok.Kind == chunk.String && m.isTaken(m.roles.find(key), tok.Data) {
			continue
		}
		m.topLevel(rec, key, tok, &c)
	}
	if m.beside.line != nil {
		m.addSections(rec)
	}
}

// nearby bounds how far a record's own time may be from the event's for both to mean the same instant, in seconds: the input of Fluent
// Bit up to version 5.0.0 is up to five seconds late, see package chunk.
const nearby = 5

// setTime takes the time that an OTLP record itself says, in nanoseconds since 1970.
func setTime(rec *Record, ns uint64) {
	sec := int64(ns / 1e9)
	if apart := rec.Time.Sec - sec; ns > 0 && -nearby <= apart && apart <= nearby {
		rec.Time.Sec, rec.Time.Nsec = sec, uint32(ns%1e9)
	}
}
