package deliver

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"out_dynatrace/plugin/telemetry"
)

// ruling is the fixed part of a verdict.
type ruling struct {
	kind   Kind
	reason Reason
	hint   string
}

const (
	hintToken = "the token was refused: check that it is complete, enabled, not expired and of this environment, and that it has the scope " +
		"logs.ingest (access token, dt0c01) or openpipeline:logs:ingest (platform token, dt0s16)"
	hintURL = "there is no log ingest API at this URL: `endpoint` takes https://<environment>.live.dynatrace.com (not .apps.) for SaaS, " +
		"https://<host>:9999/e/<environment> for an ActiveGate, whose log module must be on (a containerized one may lack it), " +
		"https://<domain>/e/<environment> for Managed, http://localhost:14499 for a OneAgent, whose local ingest of logs must be on"
	hintForeign = "a web page refuses the records, and this server has not yet answered as the log ingest API does: check `endpoint` and any gateway or proxy before it"
	hintPage    = "a web page refuses the request, as a gateway or firewall does: check what stands before the API, and `endpoint`; or else " + hintToken
	hintServer  = "the server or a gateway before it is in trouble; trying again"
)

// rulings are the statuses with a meaning of their own. They follow the response tables of the Dynatrace API reference
// ("Log Monitoring API v2 - POST ingest logs", "Dynatrace API - Response codes") and RFC 9110 for what no Dynatrace page names.
var rulings = map[int]ruling{
	http.StatusUnauthorized:    {Misconfigured, ReasonToken, hintToken},
	http.StatusForbidden:       {Misconfigured, ReasonToken, hintToken},
	http.StatusPaymentRequired: {Misconfigured, ReasonLicence, "no licence for log ingest, or the budget is used up: check the environment's licence and consumption"},

	http.StatusNotFound:         {Misconfigured, ReasonURL, hintURL},
	http.StatusMethodNotAllowed: {Misconfigured, ReasonURL, hintURL},
	http.StatusGone:             {Misconfigured, ReasonURL, hintURL},
	http.StatusMisdirectedRequest: {Misconfigured, ReasonURL,
		"the server does not serve this host name: check the host of `endpoint` and any gateway before the server"},
	http.StatusRequestURITooLong: {Misconfigured, ReasonURL,
		"the URL is too long for the server: shorten what is sent in its query"},
	http.StatusUpgradeRequired: {Misconfigured, ReasonURL,
		"the server asks for another protocol than HTTP/1.1 or 2: check `endpoint` and any gateway before the server"},

	http.StatusProxyAuthRequired: {Misconfigured, ReasonProxy,
		"the proxy wants a user and password, or refuses those it got: put them into `proxy` or HTTPS_PROXY (http://user:password@host:port)"},
	http.StatusNetworkAuthenticationRequired: {Misconfigured, ReasonProxy,
		"the network wants a login before it lets requests through: check the proxy or gateway"},
	http.StatusNotImplemented: {Misconfigured, ReasonUnsupported,
		"the environment cannot store logs: turn on log storage (Log Monitoring Classic) or check `endpoint`"},

	http.StatusRequestTimeout: {Transient, ReasonTimeout, "the server got tired of waiting for the request; trying again"},
	http.StatusTooEarly:       {Transient, ReasonServerError, hintServer},
	http.StatusTooManyRequests: {Transient, ReasonThrottled,
		"throttled: the environment or ActiveGate cannot take more now; if this never ends, log ingest may be disabled for the environment"},

	http.StatusRequestEntityTooLarge: {TooLarge, ReasonTooLarge, "the payload is too large for the server; lower max_payload_bytes if this repeats"},
	http.StatusRequestHeaderFieldsTooLarge: {TooLarge, ReasonTooLarge,
		"the payload is too large for the server once it is unpacked; lower max_payload_bytes if this repeats"},

	http.StatusBadRequest: {Rejected, ReasonRejected, "the server refuses the records as not valid"},
	http.StatusUnsupportedMediaType: {Rejected, ReasonRejected,
		"the server does not take this content type or encoding; for a receiver that cannot unpack gzip set compress to none"},
}

// Judge says what an answer means. It is a pure function: no network, no clock, no state, and it never panics, whatever the server sent.
func Judge(a Answer) Verdict {
	v := judge(a)
	if a.Via != "" && a.Status != 0 && v.Kind != Accepted { // else err names it
		v.Message = "through the proxy " + telemetry.OneLine(a.Via, maxVia) + ": " + v.Message
	}
	return v
}

func judge(a Answer) Verdict {
	if a.Status == 0 {
		return judgeFailure(a)
	}
	if a.Status >= 200 && a.Status <= 299 {
		return judgeSuccess(a)
	}
	said := serverText(a)
	r := rulingFor(a, said)
	foreign := r.kind == Rejected && !a.Known && isWebPage(a.Header, a.Body)
	if foreign {
		r.hint = hintForeign
	}
	return Verdict{
		NotAPI:     foreign,
		Kind:       r.kind,
		Reason:     r.reason,
		Status:     a.Status,
		Message:    compose(a.Status, r.hint, said),
		RetryAfter: retryAfter(a.Header, a.Now),
	}
}

// rulingFor is the ruling for an answer that is not 2xx.
func rulingFor(a Answer, said string) ruling {
	switch {
	case a.Status >= 300 && a.Status <= 399:
		return ruling{Misconfigured, ReasonRedirect, redirectHint(a)}
	case a.Status == http.StatusProxyAuthRequired:
		return wantsLogin(authSchemes(a.Header))
	case (a.Status == http.StatusForbidden || a.Status == http.StatusUnauthorized) && a.Via != "" && isWebPage(a.Header, a.Body): // the API answers in JSON
		return refusedByProxy(&proxyError{status: a.Status})
	case (a.Status == http.StatusForbidden || a.Status == http.StatusUnauthorized) && isWebPage(a.Header, a.Body):
		return ruling{Misconfigured, ReasonToken, hintPage}
	case a.Status == http.StatusBadRequest && saysAny(said, "out of correct time range", "timestamps_out_of_range", "timestamps out of range"):
		return ruling{Rejected, ReasonTimeRange, "the records are older than the server takes (24 hours), or the clock of this machine is behind"}
	case a.Status == http.StatusBadRequest && saysAny(said, "http request to an https server", "plain http request was sent to https port", "requires tls"):
		return ruling{Misconfigured, ReasonScheme, hintScheme}
	case a.Status == http.StatusBadRequest && saysAny(said, "no required ssl certificate was sent", "the ssl certificate error"): // nginx, whose own statuses 495 and 496 are not sent
		return ruling{Misconfigured, ReasonTLS, hintClientCert}
	case a.Status == http.StatusServiceUnavailable && saysAny(said, "usable space limit reached"):
		return ruling{Transient, ReasonQueueFull,
			"the disk queue of the ActiveGate is full: wait for the end of the peak, or raise disk_queue_max_size_mb under [generic_ingest] in its custom.properties"}
	}
	if r, ok := rulings[a.Status]; ok {
		return r
	}
	switch {
	case a.Status >= 400 && a.Status <= 499:
		return ruling{Rejected, ReasonRejected, "the server refuses the request"}
	case a.Status >= 500 && a.Status <= 599:
		return ruling{Transient, ReasonServerError, hintServer}
	default:
		return ruling{Transient, ReasonServerError, "not a status that HTTP knows; trying again"}
	}
}

// judgeSuccess reads a 2xx answer. Only 204, or an empty 200 to an OTLP request, means that every record was taken; a payload of any other is not sent again
// either, since no answer says which records were refused and a repetition would double the rest.
func judgeSuccess(a Answer) Verdict {
	if a.Status == http.StatusNoContent {
		return Verdict{Kind: Accepted, Reason: ReasonAccepted, Status: a.Status}
	}
	if isWebPage(a.Header, a.Body) {
		return Verdict{
			Kind: Misconfigured, Reason: ReasonNotTheAPI, Status: a.Status,
			Message: compose(a.Status, "a web page answers instead of the log ingest API, so nothing was ingested: check `endpoint` and any proxy or login page before it", serverText(a)),
		}
	}
	if a.OTLP {
		if v, ok := judgeOTLP(a); ok {
			return v
		}
	}
	v := Verdict{Kind: Accepted, Reason: ReasonOddSuccess, Status: a.Status}
	said := serverText(a)
	hint := "taken as accepted, although the answer is not one of the log ingest API"
	switch {
	case a.Err != nil:
		hint = "accepted, but the answer broke off: some records may have been refused"
	case isSuccessEnvelope(a.Header, a.Body):
		v.Reason = ReasonPartialSuccess
		v.Rejected = rejectedCount(said)
		hint = "accepted in part"
	}
	v.Message = compose(a.Status, hint, said)
	return v
}

// judgeFailure reads an attempt that got no answer.
func judgeFailure(a Answer) Verdict {
	err := a.Err
	if err == nil {
		err = errors.New("neither an answer nor an error")
	}
	r := rulingForError(err)
	return Verdict{Kind: r.kind, Reason: r.reason, Message: compose(0, r.hint, a.clean(err.Error()))}
}

// compose puts a message together from parts that are clean and bounded.
func compose(status int, hint, said string) string {
	var b strings.Builder
	if status != 0 {
		b.WriteString("HTTP ")
		b.WriteString(strconv.Itoa(status))
		if text := http.StatusText(status); text != "" {
			b.WriteString(" " + text)
		}
		b.WriteString(": ")
	}
	b.WriteString(hint)
	switch {
	case said == "":
	case status != 0:
		b.WriteString(" (the server says: " + said + ")")
	default:
		b.WriteString(" (" + said + ")")
	}
	return b.String()
}

// redirectHint names where a redirect points to, without a query, user or password.
func redirectHint(a Answer) string {
	const hint = "the server redirects elsewhere, which is not followed so that token and logs reach no other host"
	target, err := url.Parse(a.Header.Get("Location"))
	if err != nil || target.String() == "" {
		return hint + ": check `endpoint`"
	}
	bare := url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path}
	return hint + ": if it is right, write " + a.clean(bare.String()) + " as `endpoint`"
}

// retryAfter reads the Retry-After header, in seconds or as a date (RFC 9110, 10.2.3); 0 if there is none that can be read.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil || errors.Is(err, strconv.ErrRange) {
		seconds = max(0, min(seconds, int64(maxRetryAfter/time.Second)))
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return max(0, min(at.Sub(now), maxRetryAfter))
}

// saysAny reports whether text holds one of the phrases, which are lower-case.
func saysAny(text string, phrases ...string) bool {
	text = strings.ToLower(text)
	for _, phrase := range phrases {
		if strings.Contains(text, phrase) {
			return true
		}
	}
	return false
}
