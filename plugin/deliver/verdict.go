package deliver

import (
	"strconv"
	"time"
)

// Kind classifies a response by cause. The cause decides whether the payload is retried, split,
// dropped or kept.
type Kind int

const (
	// Transient means that the server or the way to it has a problem now, and the same request may
	// succeed later. It is the zero value, so that a Verdict that nobody filled in neither passes for
	// success nor loses data.
	Transient Kind = iota
	// Accepted means that the server took the payload, all of it or (Verdict.Rejected) most of it. It
	// must not be sent again.
	Accepted
	// Misconfigured means that URL, token, license, certificate, proxy or DNS is wrong. No record is
	// at fault, and the same request fails until somebody fixes it. The data must be kept.
	Misconfigured
	// TooLarge means that the payload exceeds a limit of the server; smaller ones may pass.
	TooLarge
	// Rejected means that the server understood the request and rejects what is in it; at least one
	// record is at fault.
	Rejected
)

// String returns the name of the kind, as in the counter of requests.
func (k Kind) String() string {
	switch k {
	case Accepted:
		return "accepted"
	case Misconfigured:
		return "misconfigured"
	case TooLarge:
		return "too_large"
	case Rejected:
		return "rejected"
	default:
		return "transient"
	}
}

// Reason is the cause in more detail: a key for folded log lines and branches, never shown text.
type Reason string

// The reasons: first those of Accepted, then of Transient, Misconfigured, and TooLarge with
// Rejected.
const (
	ReasonAccepted       Reason = "accepted"
	ReasonPartialSuccess Reason = "partial_success" // some records were rejected or changed
	ReasonOddSuccess     Reason = "odd_success"     // a 2xx that is not documented, or not readable

	ReasonThrottled   Reason = "throttled"
	ReasonQueueFull   Reason = "queue_full"   // the disk queue of an ActiveGate
	ReasonServerError Reason = "server_error" // 500, 502, 503, 504, other 5xx
	ReasonTimeout     Reason = "timeout"      // of an attempt, or 408
	ReasonDeadline    Reason = "deadline"     // of the flush
	ReasonStopping    Reason = "stopping"     // the plugin is being closed
	ReasonNetwork     Reason = "network"      // refused, reset, unreachable, closed

	ReasonToken       Reason = "token"        // 401, 403, token file unreadable
	ReasonLicense     Reason = "license"      // 402
	ReasonURL         Reason = "url"          // 404, 405, 410, 414, 421, 426
	ReasonRedirect    Reason = "redirect"     // 3xx
	ReasonProxy       Reason = "proxy"        // 407, a refused CONNECT, 511
	ReasonUnsupported Reason = "unsupported"  // 501
	ReasonNotTheAPI   Reason = "not_the_api"  // a web page answers
	ReasonScheme      Reason = "http_https"   // http where https is meant, or the reverse
	ReasonTLS         Reason = "tls"          // handshake rejected
	ReasonCertificate Reason = "certificate"  // not trusted
	ReasonHostUnknown Reason = "host_unknown" // DNS
	ReasonRequest     Reason = "request"      // the configuration makes no request

	ReasonTooLarge  Reason = "too_large"
	ReasonTimeRange Reason = "time_range" // 400, all records too old
	ReasonRejected  Reason = "rejected"
)

// Health is what a verdict tells about the endpoint that it came from, among several of one
// environment.
type Health uint8

const (
	// HealthUnknown means that the verdict says nothing about the endpoint.
	HealthUnknown Health = iota
	// Healthy means that another endpoint would have answered the same. What the environment, the
	// token or the records are to blame for is the same behind every endpoint. To ask another one
	// would only double the load on a server in need, or hide a mistake that somebody has to see.
	Healthy
	// Unhealthy means that another endpoint may do better. What lies between here and the environment
	// (name, route, proxy, certificate, the machine itself) is each endpoint's own.
	Unhealthy
)

// MaxMessage bounds Verdict.Message, in bytes.
const MaxMessage = 900

// Verdict is what an Answer means.
type Verdict struct {
	Kind   Kind
	Reason Reason
	// Health is what the answer tells about the endpoint that gave it.
	Health Health
	// Message is one line for the operator: what is wrong, how to fix it, and the server's own words
	// where there are some. At most MaxMessage bytes of printable text, without secrets. Empty when
	// there is nothing to say.
	Message string
	// Status is the HTTP status, or 0 when no answer came.
	Status int
	// RetryAfter is the time without requests that the server asks for; 0 if it asks for none. Never
	// more than 10 minutes.
	RetryAfter time.Duration
	// Rejected is the number of records that the server did not take although it accepted the
	// payload.
	Rejected int
	// Endpoint is the number of the endpoint that the verdict is about, from 1, where there are
	// several; a Failover sets it.
	Endpoint int
	// Attempts is the number of attempts made, each of which can be a request to several endpoints;
	// a Retrier sets it.
	Attempts int
	// NotAPI: the payload was rejected by a web page, of a server that has not answered as the API
	// yet. It may be something else, and the records are not to blame.
	NotAPI bool
	// Blocked: this payload was not sent, because a Breaker is open. The rest of the Verdict is the
	// one that opened it.
	Blocked bool
}

// Key identifies the kind of message that Message is, for folding log lines.
func (v Verdict) Key() string {
	key := v.Kind.String() + " " + string(v.Reason)
	if v.Endpoint > 0 {
		key += " " + strconv.Itoa(v.Endpoint)
	}
	return key
}
