package record

import (
	"bytes"

	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
)

// Reservation is the reason why a key of an event cannot be the key of an attribute as it is.
type Reservation uint8

// The reservations.
const (
	NotReserved Reservation = iota
	// OwnField is the name of a field that every record carries.
	OwnField
	// OwnLevel is loglevel, an own field from which the server also reads the level.
	OwnLevel
	// ServerField is status, which the server writes from the level (page "Ingest JSON and TXT
	// logs"). It is also the second of the keys from which the server reads a level.
	ServerField
	// LevelSource is another key from which the server reads a level if a record has no
	// loglevel. It goes by first letters: "success" is stored as SEVERE, and what is not text
	// as NONE.
	LevelSource
	// AboveSource is a key under which a map can hold a LevelSource.
	AboveSource
)

const syslogSeverity = "syslog.severity"

// LevelFields returns the top-level keys of the fields from which the server can read a level
// (page "Ingest JSON and TXT logs").
func LevelFields() []string {
	return []string{"loglevel", "status", "severity", "level", syslogSeverity, "syslog"}
}

var (
	rawLevelKey   = []byte("log.raw_level")
	httpStatusKey = []byte("http.response.status_code")
)

// Reserved returns the reservation of a key. It ignores case, as the server does with its special
// keys.
func Reserved(key []byte) Reservation {
	switch len(key) {
	case len("level"):
		if ascii.EqualFold(key, "level") {
			return LevelSource
		}
	case len("status"):
		switch {
		case ascii.EqualFold(key, "status"):
			return ServerField
		case ascii.EqualFold(key, "syslog"):
			return AboveSource
		}
	case len("content"):
		if ascii.EqualFold(key, "content") {
			return OwnField
		}
	case len("loglevel"):
		switch {
		case ascii.EqualFold(key, "loglevel"):
			return OwnLevel
		case ascii.EqualFold(key, "severity"):
			return LevelSource
		}
	case len("timestamp"):
		if ascii.EqualFold(key, "timestamp") {
			return OwnField
		}
	case len(syslogSeverity):
		if ascii.EqualFold(key, syslogSeverity) {
			return LevelSource
		}
	}
	return NotReserved
}

// serverOwned reports whether the server itself writes an attribute of that name. One that is sent
// would be lost or rejected
// (https://docs.dynatrace.com/docs/semantic-dictionary/fields,
// https://docs.dynatrace.com/docs/platform/openpipeline/reference/limits).
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
	case "dt.auth.origin", "dt.ingest.format", "dt.ingest.size", "dt.ingest.warnings",
		"dt.ingest.debug_messages":
		return true
	}
	return bytes.HasPrefix(key, []byte("dt.openpipeline.")) ||
		bytes.HasPrefix(key, []byte("dt.system.")) || bytes.HasPrefix(key, []byte("dt.retain."))
}

// IsReserved reports whether an attribute of that name cannot be sent, because each record or the
// server has one of its own.
func IsReserved(key string) bool { return meansMore([]byte(key)) }

// meansMore reports whether a key means something else to the server than an attribute.
func meansMore(key []byte) bool {
	r := Reserved(key)
	return r >= OwnField && r <= LevelSource || serverOwned(key)
}

// httpStatus distinguishes the status of an access log, a number or the digits that a regular
// expression leaves, from other kinds of status. It is always a number, so that the attribute has
// one type. Some scripts know floats only: 502.0 is the number 502.
func httpStatus(tok chunk.Token) (_ chunk.Token, is bool) {
	switch tok.Kind {
	case chunk.Float32, chunk.Float64:
		n := uint64(max(0, min(tok.Float(), 1000)))
		if float64(n) != tok.Float() {
			return tok, false
		}
		tok = chunk.Token{Kind: chunk.Uint, Num: n}
		return tok, isStatus(n)
	case chunk.Uint:
		return tok, isStatus(tok.Num)
	case chunk.String:
		d := tok.Data
		if len(d) != 3 || !ascii.AllDigits(d) {
			return tok, false
		}
		n := uint64(d[0]-'0')*100 + uint64(d[1]-'0')*10 + uint64(d[2]-'0')
		return chunk.Token{Kind: chunk.Uint, Num: n}, isStatus(n)
	}
	return tok, false
}

func isStatus(n uint64) bool { return 100 <= n && n <= 599 }
