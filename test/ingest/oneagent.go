package ingest

import (
	"io"
	"net/http"
	"regexp"
	"strings"
)

// oneOrAll is the text of a 400 for a request of which at least one record is
// too old, or, of a OneAgent, has a time that it does not read.
const oneOrAll = "One or all logs are out of correct time range."

// oneAgentAccepts is the head of a 204 as the page "OneAgent log ingest API"
// shows it: with the length of a body, which a 204 cannot have.
const oneAgentAccepts = "HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\nServer: EEC\r\nContent-Length: 116\r\n\r\n"

// writeAccepted answers as a OneAgent does. net/http would leave the length out.
// What is announced follows (inferred, as the worse of the two for a client),
// and the connection ends.
func writeAccepted(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil { // not over a network
		w.WriteHeader(http.StatusNoContent)
		return
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, oneAgentAccepts+strings.Repeat(" ", 116)) // a client that left is no concern of ours
}

// longTime is an RFC 3339 time with a fraction of the second of other than
// three digits, or none. As seen, a OneAgent takes times of six digits for times
// out of range; that it is so for all others than three is inferred.
var longTime = regexp.MustCompile(`^"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.([0-9]{1,2}|[0-9]{4,}))?([Zz+-]|")`)

// allShortTimes reports whether a OneAgent reads the time of each event: the first of the keys that
// can hold it, as in an environment (inferred).
func allShortTimes(events [][]byte) bool {
	for _, event := range events {
		best, short := len(timestampKeys), true
		members(event, func(key, value []byte) bool {
			if r, known := roleOf(unquote(key)); known && r.target == asTimestamp && r.rank < best {
				best, short = r.rank, !longTime.Match(value)
			}
			return true
		})
		if !short {
			return false
		}
	}
	return true
}

// noteToken records that a token was sent although none is needed.
func (s *Server) noteToken(e *Exchange, r *http.Request, query []parameter) {
	value, _ := credentials(r, query)
	e.Token = PublicPart(value)
}
