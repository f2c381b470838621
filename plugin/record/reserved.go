package record

import (
	"bytes"
	"slices"

	"out_dynatrace/plugin/chunk"
)

// reservation says why a key of the event cannot be used as an attribute's key as it is.
type reservation uint8

const (
	notReserved reservation = iota
	// ownField is the name of one of the fields that every record carries.
	ownField
	// ownLevel is loglevel, such a field that the server also reads a level from.
	ownLevel
	// serverField is status, which the server writes from the level (page "Ingest JSON and TXT logs": status is also the
	// second of the keys that it reads a level from).
	serverField
	// levelSource is another key that the server reads a level from when a record has no loglevel: by first letters, so that
	// "success" is stored as SEVERE, and what is no text as NONE.
	levelSource
	// aboveSource is a key under which a map can hold a levelSource.
	aboveSource
)

// levelFields are the top-level keys of the fields that the server can read a level from (page "Ingest JSON and TXT logs").
var levelFields = [...]string{"loglevel", "status", "severity", "level", syslogSeverity, "syslog"}

const syslogSeverity = "syslog.severity"

var (
	rawLevelKey = []byte("log.raw_level")
	ioStreamKey = []byte("log.iostream")
)

// reserved compares without regard to case, as the server does with its special keys.
func reserved(key []byte) reservation {
	switch len(key) {
	case len("level"):
		if equalFold(key, "level") {
			return levelSource
		}
	case len("status"):
		switch {
		case equalFold(key, "status"):
			return serverField
		case equalFold(key, "syslog"):
			return aboveSource
		}
	case len("content"):
		if equalFold(key, "content") {
			return ownField
		}
	case len("loglevel"):
		switch {
		case equalFold(key, "loglevel"):
			return ownLevel
		case equalFold(key, "severity"):
			return levelSource
		}
	case len("timestamp"):
		if equalFold(key, "timestamp") {
			return ownField
		}
	case len(syslogSeverity):
		if equalFold(key, syslogSeverity) {
			return levelSource
		}
	}
	return notReserved
}

// topLevel adds a pair of the event's top-level map under a key that the server takes for what it is. Fields that clash
// with the record's own get the name that the server itself gives to the loser of a clash.
func (m *Mapper) topLevel(rec *Record, key []byte, tok chunk.Token, c *chunk.Cursor) {
	key = m.lowered(key)
	r := reserved(key)
	switch r {
	case serverField:
		if isHTTPStatus(tok) {
			key, r = httpStatusKey, notReserved
			break
		}
		key = m.overwritten(1, key)
	case ownField, ownLevel:
		key = m.overwritten(1, key)
	}
	first := len(rec.Attributes)
	m.add(rec, key, tok, c, 1)
	if r >= ownLevel {
		m.noteSources(rec, first, r, m.flattens(tok.Kind, tok.Num, 1))
	}
}

// noteSources remembers those of the attributes from first on that the server would take for the level under the key that the
// event gave them. They came of a field that is reserved for r. The server passes over null, arrays and what is flattened.
func (m *Mapper) noteSources(rec *Record, first int, r reservation, flattened bool) {
	for i := first; i < len(rec.Attributes); i++ {
		a := &rec.Attributes[i]
		isSource := r != aboveSource
		if flattened {
			isSource = equalFold(a.Key, syslogSeverity)
		}
		if isSource && a.Value.Kind != Null && a.Value.Kind != Array {
			m.sources = append(m.sources, i)
		}
	}
}

// settleSources ends the list of the fields that the server would take for the level. Where no field names a level they get
// another name: the server would make a level up of the first letter, or none of a number, and the value would be lost.
func (m *Mapper) settleSources(rec *Record) {
	if m.level.rank == 0 {
		gone := 0
		for _, i := range m.sources {
			a := &rec.Attributes[i-gone]
			if m.shaping && !m.wanted(rawLevelKey, a.Value) {
				m.drop(rec, i-gone)
				gone++
				continue
			}
			if a.Key = m.unique(rawLevelKey, a.Value, m.shaping); a.Key == nil {
				m.drop(rec, i-gone)
				gone++
			}
		}
	}
	m.sources = m.sources[:0]
}

// serverOwned tells whether the server itself writes an attribute of that name, so that one that is sent would be lost or refused
// (https://docs.dynatrace.com/docs/semantic-dictionary/fields, https://docs.dynatrace.com/docs/platform/openpipeline/reference/limits).
func serverOwned(key []byte) bool {
	if len(key) < len("event.type") || key[0] != 'd' && key[0] != 'e' {
		return false
	}
	if key[0] == 'e' {
		return string(key) == "event.type"
	}
	if key[1] != 't' || key[2] != '.' {
		return false
	}
	switch string(key) {
	case "dt.auth.origin", "dt.ingest.format", "dt.ingest.size", "dt.ingest.warnings", "dt.ingest.debug_messages":
		return true
	}
	return bytes.HasPrefix(key, []byte("dt.openpipeline.")) || bytes.HasPrefix(key, []byte("dt.system.")) || bytes.HasPrefix(key, []byte("dt.retain."))
}

// drop takes an attribute out.
func (m *Mapper) drop(rec *Record, at int) {
	rec.Attributes = slices.Delete(rec.Attributes, at, at+1)
	m.count--
	for r := range rec.Runs {
		if rec.Runs[r].At > at {
			rec.Runs[r].At--
		}
	}
}

var httpStatusKey = []byte("http.response.status_code")

// isHTTPStatus tells the status of an access log, as a number or as a regular expression leaves it, from other states.
func isHTTPStatus(tok chunk.Token) bool {
	switch tok.Kind {
	case chunk.Uint:
		return 100 <= tok.Num && tok.Num <= 599
	case chunk.String:
		d := tok.Data
		return len(d) == 3 && '1' <= d[0] && d[0] <= '5' && '0' <= d[1] && d[1] <= '9' && '0' <= d[2] && d[2] <= '9'
	}
	return false
}

// equalFold compares ASCII letters without regard to case.
func equalFold(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		if x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
			return false
		}
	}
	return true
}

// IsReserved tells whether an attribute of that name cannot be sent, since each record, or the server, has one of its own.
func IsReserved(key string) bool {
	r := reserved([]byte(key))
	return r >= ownField && r <= levelSource || serverOwned([]byte(key))
}
