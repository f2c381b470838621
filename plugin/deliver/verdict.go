// Package deliver takes a payload to Dynatrace: it sends it over HTTP, judges the answer, and tries again while that makes sense.
//
// Everything that sends is a Sender; what one adds is a small type around the next:
//
//	Retrier -> Gate -> Failover, where there are several endpoints -> Client -> http.Transport -> Judge
//
// Policy is apart from the network: Judge is a pure function from an Answer to a Verdict. Beside the chain stands the Ledger,
// which knows what of a chunk is settled when the chunk comes again.
package deliver

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Kind says whose fault an answer is, and with that what happens to the payload.
type Kind int

const (
	// Transient: the server or the way to it is in trouble now; the same request may succeed later. It is the zero value,
	// so that a Verdict nobody filled in never passes for success nor loses data.
	Transient Kind = iota
	// Accepted: the server took the payload, all of it or (Verdict.Rejected) most of it. It must not be sent again.
	Accepted
	// Misconfigured: URL, token, licence, certificate, proxy or DNS is wrong. No record is at fault, and the same request
	// fails until somebody mends it; the data must be kept.
	Misconfigured
	// TooLarge: the payload is over a limit of the server; smaller ones may pass.
	TooLarge
	// Rejected: the server understood the request and refuses what is in it; at least one record is at fault.
	Rejected
)

// String is the name of the kind, as in the counter of requests.
func (k Kind) String() string {
	switch k {
	case Accepted:
		return "accepted"
	case Misconfigured:
		return "environment"
	case TooLarge:
		return "too_large"
	case Rejected:
		return "data"
	default:
		return "moment"
	}
}

// Reason is why, as a constant: a key for counters, folded log lines and branches, never shown text.
type Reason string

const (
	// Accepted.
	ReasonAccepted       Reason = "accepted"
	ReasonPartialSuccess Reason = "partial_success" // some records were not taken, or were changed; Rejected counts if the server did
	ReasonOddSuccess     Reason = "odd_success"     // a 2xx answer that the API does not document, or that cannot be read

	// Moment.
	ReasonThrottled   Reason = "throttled"
	ReasonQueueFull   Reason = "queue_full"   // ActiveGate's disk queue
	ReasonServerError Reason = "server_error" // 500, 502, 503, 504, other 5xx
	ReasonTimeout     Reason = "timeout"      // of an attempt, or told by the server (408)
	ReasonDeadline    Reason = "deadline"     // of the flush
	ReasonStopping    Reason = "stopping"     // the plugin is being closed
	ReasonNetwork     Reason = "network"      // refused, reset, unreachable, broken off

	// Environment.
	ReasonToken       Reason = "token"        // 401, 403, token file unreadable
	ReasonLicence     Reason = "licence"      // 402
	ReasonURL         Reason = "url"          // 404, 405, 410, 414, 421, 426
	ReasonRedirect    Reason = "redirect"     // 3xx
	ReasonProxy       Reason = "proxy"        // 407 or a refused CONNECT, 511
	ReasonUnsupported Reason = "unsupported"  // 501
	ReasonNotTheAPI   Reason = "not_the_api"  // a web page answers
	ReasonScheme      Reason = "http_https"   // http where https is meant, or the reverse
	ReasonTLS         Reason = "tls"          // handshake refused
	ReasonCertificate Reason = "certificate"  // not trusted
	ReasonHostUnknown Reason = "host_unknown" // DNS
	ReasonRequest     Reason = "request"      // no request could be made of the configuration

	// TooLarge and Data.
	ReasonTooLarge  Reason = "too_large"
	ReasonTimeRange Reason = "time_range" // 400, all records too old
	ReasonRejected  Reason = "rejected"
)

// MaxMessage bounds Verdict.Message, in bytes.
const MaxMessage = 900

// maxRetryAfter caps what a Retry-After can ask for.
const maxRetryAfter = 10 * time.Minute

// Answer is what came of one HTTP request.
type Answer struct {
	// Status is the HTTP status, or 0 when no answer came; Err then says why. With a status, Err says that the body
	// could not be read to its end.
	Status int
	Header http.Header
	Body   []byte
	Err    error
	// OTLP says that the request was one.
	OTLP bool
	// Token is the secret that was sent. It is cut out of every text that ends up in the Verdict, in case a server,
	// a proxy or an error page echoes the request.
	Token string
	// Hidden replaces what else must not be told, see newHidden; nil replaces nothing.
	Hidden *strings.Replacer
	// Via is the proxy that read and repeated the request, and may have answered itself, without user and password; "" if there was none.
	Via string
	// Known says that this server has answered as the log ingest API does before.
	Known bool
	// Now is when the answer came, for a Retry-After that is a date.
	Now time.Time
}

// Verdict is what an Answer means.
type Verdict struct {
	Kind   Kind
	Reason Reason
	// Message is one line for the operator: what is wrong and how to mend it, with the server's own words where there
	// are some. At most MaxMessage bytes of printable text, without secrets. Empty when there is nothing to say.
	Message string
	// Status is the HTTP status, or 0 when no answer came.
	Status int
	// RetryAfter is for how long the server asks for silence; 0 if it does not. Never more than 10 minutes.
	RetryAfter time.Duration
	// Rejected is the number of records that the server did not take although it accepted the payload.
	Rejected int
	// Endpoint is the number of the endpoint that the verdict is about, from 1, where there are several; a Failover sets it.
	Endpoint int
	// Attempts is the number of attempts made, each of which can be a request to several endpoints; a Retrier sets it.
	Attempts int
	// NotAPI says of a refusal that it is a web page, of a server that has never answered as the API does: it may be another one, and the
	// records are not to blame.
	NotAPI bool
	// Blocked says that this payload was not sent: a Gate held it back, for the reason that the rest of the Verdict tells.
	Blocked bool
}

// Key names the kind of message that Message is, for folding log lines.
func (v Verdict) Key() string {
	key := v.Kind.String() + " " + string(v.Reason)
	if v.Endpoint > 0 {
		key += " " + strconv.Itoa(v.Endpoint)
	}
	return key
}

// Outcome is what Fluent Bit is told about a chunk. The numbers are its own (include/fluent-bit/flb_output.h).
type Outcome int

const (
	// OutcomeError gives the chunk up.
	OutcomeError Outcome = 0
	// OutcomeOK is done with the chunk.
	OutcomeOK Outcome = 1
	// OutcomeRetry asks to get the chunk again later, within the retry_limit.
	OutcomeRetry Outcome = 2
)
