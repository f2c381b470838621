package deliver

import (
	"net/http"
	"strings"
	"time"
)

const (
	// maxSaid bounds what a message repeats of a server's answer or an error, in bytes.
	maxSaid = 300
	// maxVia bounds what it repeats of the name of a proxy, in bytes.
	maxVia = 100
)

// Answer is what came of one HTTP request.
type Answer struct {
	// Status is the HTTP status, or 0 when no answer came; Err then says why. With a status, Err
	// says that the body could not be read to its end.
	Status int
	Header http.Header
	Body   []byte
	Err    error
	// OTLP: the request was one of OTLP.
	OTLP bool
	// Token is the secret that was sent. It is removed from every text that ends up in the Verdict,
	// in case a server, a proxy or an error page echoes the request.
	Token string
	// Hidden replaces whatever else must not be shown, see newHidden; nil replaces nothing.
	Hidden *strings.Replacer
	// Via is the proxy that read and repeated the request, and may have answered itself, without
	// user and password; "" if there was none.
	Via string
	// Known: this server has answered as the log ingest API before.
	Known bool
	// Now is when the answer came, for a Retry-After that is a date.
	Now time.Time
}
