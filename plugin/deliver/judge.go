package deliver

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/transport"
)

// maxRetryAfter caps what a Retry-After can ask for.
const maxRetryAfter = 10 * time.Minute

// Judge returns what an answer means. It is a pure function: no network, no clock, no state. It
// never panics, whatever the server sent.
func Judge(a Answer) Verdict {
	v := judge(&a)
	if a.Via != "" && a.Status != 0 && v.Kind != Accepted { // else the error names it
		v.Message = "through the proxy " + telemetry.OneLine(a.Via, maxVia) + ": " + v.Message
	}
	return v
}

func judge(a *Answer) Verdict {
	if a.Status == 0 {
		return judgeFailure(a)
	}
	if a.Status >= 200 && a.Status <= 299 {
		return judgeSuccess(a)
	}
	text := a.said()
	r := rulingOf(a, text)
	notAPI := r.kind == Rejected && !a.Known && webPage(a, text)
	if notAPI {
		r.message, r.health = notTheAPI.message, notTheAPI.health
	}
	if r.reason == ReasonRedirect {
		r.message += redirectTarget(a)
	}
	return Verdict{
		NotAPI:     notAPI,
		Kind:       r.kind,
		Reason:     r.reason,
		Health:     r.health,
		Status:     a.Status,
		Message:    compose(a.Status, r.message, text),
		RetryAfter: retryAfter(a.Header, a.Now),
	}
}

// rulingOf returns the first row that fits an answer other than 2xx.
func rulingOf(a *Answer, text said) ruling {
	i := slices.IndexFunc(answerRulings, func(row answerRuling) bool {
		return a.Status >= row.from && a.Status <= row.to && (row.when == nil || row.when(a, text))
	})
	if i < 0 { // no HTTP answer has such a status
		i = len(answerRulings) - 1
	}
	return answerRulings[i].ruling
}

// judgeSuccess judges a 2xx answer. Only 204, or an empty 200 to an OTLP request, means that every
// record was taken. A payload of any other is not sent again either: no answer says which records
// were rejected, and a repetition would double the rest.
func judgeSuccess(a *Answer) Verdict {
	v := Verdict{Kind: Accepted, Reason: ReasonAccepted, Health: Healthy, Status: a.Status}
	if a.Status == http.StatusNoContent {
		return v
	}
	text := a.said()
	if webPage(a, text) {
		r := pageFor2xx
		v.Kind, v.Reason, v.Health = r.kind, r.reason, r.health
		v.Message = compose(a.Status, r.message, text)
		return v
	}
	if a.OTLP {
		if v, ok := judgeOTLP(a, v); ok {
			return v
		}
	}
	v.Reason = ReasonOddSuccess
	message := "taken as accepted, although the answer is not one of the log ingest API"
	switch {
	case a.Err != nil:
		message = "accepted, but the answer broke off: some records may have been rejected"
	case isSuccessEnvelope(a.Header, a.Body):
		v.Reason = ReasonPartialSuccess
		v.Rejected = rejectedCount(string(text))
		message = "accepted in part"
	}
	v.Message = compose(a.Status, message, text)
	return v
}

// judgeOTLP judges a 2xx answer to an OTLP request (OpenTelemetry protocol specification,
// "OTLP/HTTP response"). v is the verdict if everything was taken. ok is false for an answer of
// another kind.
func judgeOTLP(a *Answer, v Verdict) (_ Verdict, ok bool) {
	rejected, message, ok := taken(a)
	if a.Err != nil || !ok || rejected == 0 && message == "" {
		return v, ok && a.Err == nil
	}
	v.Reason, v.Rejected = ReasonPartialSuccess, rejected
	hint := "accepted in part"
	if rejected == 0 {
		hint = "accepted with a remark"
	}
	v.Message = compose(a.Status, hint, said(a.clean(message)))
	return v, true
}

// judgeFailure judges an attempt without an answer.
func judgeFailure(a *Answer) Verdict {
	err := a.Err
	if err == nil {
		err = errors.New("neither an answer nor an error")
	}
	failed := transport.Explain(err)
	r := failureRulings[failed.Cause]
	offer := ""
	if failed.Fingerprint != "" {
		offer = ", or, once you have compared it with the SHA-256 fingerprint on the server itself, " +
			"set tls_pin_sha256 to " + failed.Fingerprint
	}
	message := strings.Replace(r.message, orPin, offer, 1)
	return Verdict{
		Kind: r.kind, Reason: r.reason, Health: r.health,
		Message: compose(0, message, said(a.clean(err.Error()))),
	}
}

// compose puts a message together from parts that are clean and bounded.
func compose(status int, message string, text said) string {
	var b strings.Builder
	if status != 0 {
		b.WriteString("HTTP ")
		b.WriteString(strconv.Itoa(status))
		if phrase := http.StatusText(status); phrase != "" {
			b.WriteString(" " + phrase)
		}
		b.WriteString(": ")
	}
	b.WriteString(message)
	switch {
	case text == "":
	case status != 0:
		b.WriteString(" (the server says: " + string(text) + ")")
	default:
		b.WriteString(" (" + string(text) + ")")
	}
	return b.String()
}

// redirectTarget names where a redirect points to, without a query, user or password.
func redirectTarget(a *Answer) string {
	target, err := url.Parse(a.Header.Get("Location"))
	if err != nil || target.String() == "" {
		return ": check `endpoint`"
	}
	bare := url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path}
	return ": if it is right, write " + a.clean(bare.String()) + " as `endpoint`"
}

// retryAfter reads the Retry-After header, in seconds or as a date (RFC 9110, section 10.2.3); 0 if
// there is none that can be read.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if value == "" {
		return 0
	}
	seconds, err := strconv.ParseInt(value, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		seconds = max(0, min(seconds, int64(maxRetryAfter/time.Second)))
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return max(0, min(at.Sub(now), maxRetryAfter))
}
