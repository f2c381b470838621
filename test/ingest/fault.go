package ingest

import (
	"net/http"
	"strconv"
	"time"
)

// Fault is what the server does to a request instead of answering as deserved.
// A fault without an action (Status 0 or 204 and neither Reset, Close, HalfBody
// nor EndlessBody) changes nothing but the Delay.
type Fault struct {
	// Status of the answer. 0 means 400 for EndlessBody, and for HalfBody 200
	// with StoreFirst, else 503.
	Status int
	// Body of the answer. Default: none for 502 and 504, else the JSON error
	// envelope with a text that fits the status. "-" means no body.
	Body string
	// ContentType of the body. Default: JSON when the body looks like it, HTML
	// when it starts with "<", else plain text.
	ContentType string
	// Header is added to the answer.
	Header map[string]string

	// Delay passes after the request was read (and stored, with StoreFirst) and
	// before anything else. It ends early when the client leaves or the server
	// closes; then there is no answer and nothing more is stored.
	Delay time.Duration
	// StoreFirst checks and stores the request as usual before the fault: the
	// client cannot know that its records were taken. Implied by a 2xx Status,
	// so that no answer claims what did not happen.
	StoreFirst bool

	// Reset sends a TCP reset instead of an answer.
	Reset bool
	// Close closes the connection in good order, without an answer.
	Close bool
	// HalfBody announces the whole body, sends half of it, and closes.
	HalfBody bool
	// EndlessBody sends that many bytes of filler after the body, without a
	// Content-Length, for EndlessFor at most.
	EndlessBody int64
	// EndlessFor bounds EndlessBody in time. Default 30 s.
	EndlessFor time.Duration

	// Times is the number of requests that the fault applies to: 0 means 1, -1
	// means all that follow.
	Times int
}

// Full503 is an ActiveGate whose disk queue is full.
func Full503() Fault { return Fault{Status: http.StatusServiceUnavailable} }

// Throttled429 is an ActiveGate that cannot take more now. A retryAfter of at
// least a second is sent in whole seconds as Retry-After, which no page
// documents but proxies send; less sends none.
func Throttled429(retryAfter time.Duration) Fault {
	f := Fault{Status: http.StatusTooManyRequests}
	if retryAfter >= time.Second {
		f.Header = map[string]string{"Retry-After": strconv.FormatInt(int64(retryAfter/time.Second), 10)}
	}
	return f
}

// HTML400 is a 400 with the HTML page of a Jetty server, as seen of SaaS.
func HTML400() Fault {
	return Fault{Status: http.StatusBadRequest, Body: htmlPage(http.StatusBadRequest, ingestPath)}
}

// BadGateway502 is a gateway in trouble: no body.
func BadGateway502() Fault { return Fault{Status: http.StatusBadGateway} }

// GatewayTimeout504 is a gateway that waited in vain: no body.
func GatewayTimeout504() Fault { return Fault{Status: http.StatusGatewayTimeout} }

// Slow answers as deserved, after a delay. A request waits at most 10 s in the
// queue of an environment before it is throttled ("Access limit").
func Slow(d time.Duration) Fault { return Fault{Delay: d} }

// ResetBefore cuts the connection and stores nothing.
func ResetBefore() Fault { return Fault{Reset: true} }

// ResetAfter stores and then cuts the connection: the answer is lost.
func ResetAfter() Fault { return Fault{Reset: true, StoreFirst: true} }

// Half stores and then breaks off in the middle of the answer's body.
func Half() Fault { return Fault{HalfBody: true, StoreFirst: true} }

// Endless answers 400 with a body of n bytes.
func Endless(n int64) Fault { return Fault{EndlessBody: n} }

// acts reports whether the fault does more than delay.
func (f *Fault) acts() bool {
	return f.Reset || f.Close || f.HalfBody || f.EndlessBody > 0 || f.Status != 0 && f.Status != http.StatusNoContent
}

// stores reports whether the request is served before the fault.
func (f *Fault) stores() bool { return f.StoreFirst || f.Status >= 200 && f.Status < 300 && f.acts() }

// answer returns the complete answer of the fault.
func (f *Fault) answer() answer {
	a := answer{status: f.Status, contentType: f.ContentType, body: f.Body, header: f.Header}
	switch {
	case a.status != 0:
	case f.EndlessBody > 0:
		a.status = http.StatusBadRequest
	case f.StoreFirst:
		a.status = http.StatusOK
	default:
		a.status = http.StatusServiceUnavailable
	}
	switch a.body {
	case "":
		a.body = defaultBody(a.status)
	case "-":
		a.body = ""
	}
	switch {
	case a.body == "":
		a.contentType = ""
	case a.contentType != "":
	case a.body[0] == '{':
		a.contentType = jsonType
	case a.body[0] == '<':
		a.contentType = "text/html;charset=utf-8"
	default:
		a.contentType = "text/plain; charset=utf-8"
	}
	return a
}

// faultMessages are the texts of faults that have no Body. That of 503 is
// documented ("Log ingestion API"), those of 400 and 413 are as in real answers
// of this server, the rest is made up.
var faultMessages = map[int]string{
	http.StatusBadRequest:            "All logs are out of correct time range.",
	http.StatusUnauthorized:          "Token Authentication failed",
	http.StatusPaymentRequired:       "License exhausted",
	http.StatusForbidden:             "Token is missing required scope. Use one of: " + ScopeClassic,
	http.StatusRequestEntityTooLarge: "Message size limit exceeded after preprocessing on ingest endpoint",
	http.StatusTooManyRequests:       "Too many requests",
	http.StatusServiceUnavailable:    "Usable space limit reached",
}

func defaultBody(status int) string {
	switch {
	case status == http.StatusBadGateway || status == http.StatusGatewayTimeout:
		return ""
	case status < 200 || status == http.StatusNoContent || status == http.StatusNotModified:
		return ""
	case status < 300:
		return partialAnswer(PartialDetails, "1 events were not ingested because of timestamp out of correct time range").body
	}
	message, ok := faultMessages[status]
	if !ok {
		if message = http.StatusText(status); message == "" {
			message = "status " + strconv.Itoa(status)
		}
	}
	return errorEnvelope(status, message)
}
