package record

import "out_dynatrace/plugin/chunk"

// reservation says why a key of the event cannot be used as an attribute's key as it is.
type reservation uint8

const (
	notReserved reservation = iota
	// ownField is the name of one of the fields that every record carries.
	ownField
	// serverField is status, which the server writes from the level (page "Ingest JSON and TXT logs": status is also the
	// second of the keys that it reads a level from).
	serverField
)

// reserved compares without regard to case, as the server does with its special keys.
func reserved(key []byte) reservation {
	switch len(key) {
	case len("status"):
		if equalFold(key, "status") {
			return serverField
		}
	case len("content"):
		if equalFold(key, "content") {
			return ownField
		}
	case len("loglevel"):
		if equalFold(key, "loglevel") {
			return ownField
		}
	case len("timestamp"):
		if equalFold(key, "timestamp") {
			return ownField
		}
	}
	return notReserved
}

// topLevel adds a pair of the event's top-level map under a key that the server takes for what it is. Fields that clash
// with the record's own get the name that the server itself gives to the loser of a clash.
func (m *Mapper) topLevel(rec *Record, key []byte, tok chunk.Token, c *chunk.Cursor) {
	switch reserved(key) {
	case serverField:
		if isHTTPStatus(tok) {
			key = httpStatusKey
			break
		}
		key = m.overwritten(1, key)
	case ownField:
		key = m.overwritten(1, key)
	}
	m.add(rec, key, tok, c, 1)
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
