package deliver

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"out_dynatrace/plugin/transport"
)

const testSecret = "dt0c01.PUBLICPUBLICPUBLICPUBLIC.SECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECR"

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func status(code int, body string, header ...string) Answer {
	h := http.Header{}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return Answer{Status: code, Header: h, Body: []byte(body), Now: noon}
}

func failure(err error) Answer { return Answer{Err: err, Now: noon} }

func remote(op string, err error) error { return &net.OpError{Op: op, Net: "tcp", Err: err} }

func certificate(err error) error {
	return &tls.CertificateVerificationError{Err: err}
}

// verdicts is the whole policy: what every answer, and every failure to get one, means.
var verdicts = []struct {
	name    string
	answer  Answer
	kind    Kind
	reason  Reason
	message string // a part that must be there; "" is an empty message
}{
	// Accepted.
	{"204 is accepted without a word", status(204, ""), Accepted, ReasonAccepted, ""},
	{"204 stays accepted when the answer broke off", Answer{Status: 204, Err: io.ErrUnexpectedEOF}, Accepted, ReasonAccepted, ""},
	{"200 with details is accepted in part", status(200, `{"details":{"code":200,"message":"2 events were not ingested because of timestamp out of correct time range"}}`), Accepted, ReasonPartialSuccess, "2 events were not ingested"},
	{"200 with success is accepted in part", status(200, `{"success":{"code":200,"message":"1531 events were not ingested because of timestamp out of correct time range."}}`), Accepted, ReasonPartialSuccess, "1531 events"},
	{"200 about nesting is accepted in part", status(200, `{"details":{"code":200,"message":"Event(s) have attributes that are too nested for records: 1, 2"}}`), Accepted, ReasonPartialSuccess, "too nested for records: 1, 2"},
	{"200 with unknown text is accepted and said", status(200, "thanks"), Accepted, ReasonOddSuccess, "thanks"},
	{"200 with unknown JSON is accepted and said", status(200, `{"ok":true}`), Accepted, ReasonOddSuccess, `{"ok":true}`},
	{"200 with nothing is accepted and said", status(200, ""), Accepted, ReasonOddSuccess, "taken as accepted"},
	{"200 that broke off is accepted, as a repetition would double", Answer{Status: 200, Body: []byte(`{"deta`), Err: io.ErrUnexpectedEOF}, Accepted, ReasonOddSuccess, "broke off"},
	{"200 with a compressed body is accepted and said", status(200, "\x1f\x8b\x08junk", "Content-Encoding", "gzip"), Accepted, ReasonOddSuccess, "compressed bytes"},
	{"202 is accepted and said", status(202, ""), Accepted, ReasonOddSuccess, "HTTP 202 Accepted"},
	{"299 is accepted and said", status(299, ""), Accepted, ReasonOddSuccess, "HTTP 299"},

	// Transient.
	{"408 is a timeout", status(408, ""), Transient, ReasonTimeout, "timed out waiting for the request body"},
	{"425 is tried again", status(425, ""), Transient, ReasonServerError, "retrying"},
	{"429 is throttled or ingest disabled", status(429, ""), Transient, ReasonThrottled, "log ingest may be disabled"},
	{"500 is tried again", status(500, "oops"), Transient, ReasonServerError, "oops"},
	{"502 is tried again", status(502, ""), Transient, ReasonServerError, "Bad Gateway"},
	{"503 is tried again", status(503, ""), Transient, ReasonServerError, "Service Unavailable"},
	{"503 of a full ActiveGate names its setting", status(503, `{"error":{"code":503,"message":"Usable space limit reached"}}`), Transient, ReasonQueueFull, "disk_queue_max_size_mb"},
	{"504 is tried again", status(504, ""), Transient, ReasonServerError, "Gateway Timeout"},
	{"other 5xx are tried again", status(599, ""), Transient, ReasonServerError, "HTTP 599"},
	{"a status that broke off is judged by the status", Answer{Status: 500, Err: io.ErrUnexpectedEOF}, Transient, ReasonServerError, "HTTP 500"},
	{"a status beyond HTTP is tried again", status(999, ""), Transient, ReasonServerError, "HTTP 999"},
	{"101 is tried again", status(101, ""), Transient, ReasonServerError, "HTTP 101"},
	{"a refused connection is transient", failure(remote("dial", os.NewSyscallError("connect", syscall.ECONNREFUSED))), Transient, ReasonNetwork, "nothing listens"},
	{"a reset connection is transient", failure(remote("read", os.NewSyscallError("read", syscall.ECONNRESET))), Transient, ReasonNetwork, "connection was cut"},
	{"a broken pipe is transient", failure(remote("write", os.NewSyscallError("write", syscall.EPIPE))), Transient, ReasonNetwork, "connection was cut"},
	{"a connection closed under way is transient", failure(remote("write", net.ErrClosed)), Transient, ReasonNetwork, "connection was cut"},
	{"no route is transient", failure(remote("dial", os.NewSyscallError("connect", syscall.ENETUNREACH))), Transient, ReasonNetwork, "no route"},
	{"an unreachable host is transient", failure(remote("dial", os.NewSyscallError("connect", syscall.EHOSTUNREACH))), Transient, ReasonNetwork, "no route"},
	{"a closed connection is transient", failure(io.EOF), Transient, ReasonNetwork, "without an answer"},
	{"a GOAWAY of HTTP/2 is transient", failure(errors.New("http2: server sent GOAWAY and closed the connection; LastStreamID=1, ErrCode=NO_ERROR, debug=\"\"")), Transient, ReasonNetwork, "ended the request or its HTTP/2 connection"},
	{"a stream reset by the server is transient", failure(errors.New("stream error: stream ID 3; INTERNAL_ERROR; received from peer")), Transient, ReasonNetwork, "ended the request or its HTTP/2 connection"},
	{"a truncated answer is transient", failure(fmt.Errorf("read: %w", io.ErrUnexpectedEOF)), Transient, ReasonNetwork, "without an answer"},
	{"an attempt timeout is transient", failure(fmt.Errorf("%w while connecting", transport.ErrAttemptTimeout)), Transient, ReasonTimeout, "request_timeout exceeded while connecting"},
	{"a network timeout is transient", failure(remote("read", os.ErrDeadlineExceeded)), Transient, ReasonTimeout, "no response in time"},
	{"the flush deadline is transient", failure(fmt.Errorf("%w while sending", transport.ErrFlushDeadline)), Transient, ReasonDeadline, "flush_deadline exceeded while sending"},
	{"a foreign deadline is transient", failure(context.DeadlineExceeded), Transient, ReasonDeadline, "no time left"},
	{"stopping is transient", failure(transport.ErrStopping), Transient, ReasonStopping, "stopping"},
	{"a cancelled context is stopping", failure(context.Canceled), Transient, ReasonStopping, "stopping"},
	{"DNS that fails is transient", failure(remote("dial", &net.DNSError{Err: "server misbehaving", Name: "abc.live.dynatrace.com", IsTemporary: true})), Transient, ReasonNetwork, "DNS gives no answer"},
	{"DNS that times out is transient", failure(remote("dial", &net.DNSError{Err: "i/o timeout", Name: "abc.live.dynatrace.com", IsTimeout: true})), Transient, ReasonNetwork, "DNS gives no answer"},
	{"a proxy that cannot reach the server is transient", failure(&transport.Error{Cause: transport.ProxyCannotConnect, Err: errors.New("proxy: HTTP 502 Bad Gateway")}), Transient, ReasonNetwork, "proxy cannot reach"},
	{"an internal error of TLS is transient", failure(remote("remote error", errors.New("tls: internal error"))), Transient, ReasonNetwork, "retrying"},
	{"an unknown error is transient", failure(errors.New("something new")), Transient, ReasonNetwork, "something new"},
	{"an empty answer is transient", Answer{}, Transient, ReasonNetwork, "neither an answer nor an error"},

	// Misconfigured.
	{"401 asks for the token and names both scopes", status(401, ""), Misconfigured, ReasonToken, "logs.ingest (access token, dt0c01) or openpipeline:logs:ingest"},
	{"403 asks for the token and repeats the server", status(403, `{"error":{"code":403,"message":"Token is missing required scope. Use one of: logs.ingest"}}`), Misconfigured, ReasonToken, "Use one of: logs.ingest"},
	{"402 is the license", status(402, ""), Misconfigured, ReasonLicense, "license"},
	{"404 explains the URL", status(404, ""), Misconfigured, ReasonURL, "https://<host>:9999/e/<environment>"},
	{"405 explains the URL", status(405, ""), Misconfigured, ReasonURL, ".live.dynatrace.com"},
	{"410 explains the URL", status(410, ""), Misconfigured, ReasonURL, ".live.dynatrace.com"},
	{"414 is the URL's length", status(414, ""), Misconfigured, ReasonURL, "too long"},
	{"421 is the host name", status(421, ""), Misconfigured, ReasonURL, "host name"},
	{"426 is the protocol", status(426, ""), Misconfigured, ReasonURL, "HTTP/1.1"},
	{"407 is the proxy's password", status(407, ""), Misconfigured, ReasonProxy, "HTTPS_PROXY"},
	{"511 is a login page", status(511, ""), Misconfigured, ReasonProxy, "login"},
	{"501 is missing log storage", status(501, ""), Misconfigured, ReasonUnsupported, "log storage"},
	{"301 is not followed but named", status(301, "", "Location", "https://other.example/api?token=x"), Misconfigured, ReasonRedirect, "write https://other.example/api as"},
	{"302 without a target is not followed", status(302, ""), Misconfigured, ReasonRedirect, "check `endpoint`"},
	{"307 with a broken target is not followed", status(307, "", "Location", "http://[::1"), Misconfigured, ReasonRedirect, "check `endpoint`"},
	{"308 is not followed", status(308, "", "Location", "/elsewhere"), Misconfigured, ReasonRedirect, "/elsewhere"},
	{"200 with a web page was not ingested", status(200, "<html><title>Sign in</title>", "Content-Type", "text/html"), Misconfigured, ReasonNotTheAPI, "Sign in"},
	{"200 with a web page of no type was not ingested", status(200, "\ufeff\n<!DOCTYPE html><html><h1>Welcome</h1>"), Misconfigured, ReasonNotTheAPI, "Welcome"},
	{"400 to http on an https port is the scheme", status(400, "Client sent an HTTP request to an HTTPS server.\n"), Misconfigured, ReasonScheme, "https://"},
	{"400 of nginx to http on an https port is the scheme", status(400, "<html><head><title>400 The plain HTTP request was sent to HTTPS port</title>"), Misconfigured, ReasonScheme, "https://"},
	{"an unknown authority names tls_ca_file", failure(certificate(x509.UnknownAuthorityError{})), Misconfigured, ReasonCertificate, "tls_ca_file"},
	{"a wrong host name is told from an unknown authority", failure(certificate(x509.HostnameError{Certificate: &x509.Certificate{DNSNames: []string{"other"}}, Host: "breaker"})), Misconfigured, ReasonCertificate, "another name"},
	{"an expired certificate asks for the clocks", failure(certificate(x509.CertificateInvalidError{Reason: x509.Expired})), Misconfigured, ReasonCertificate, "clocks"},
	{"an otherwise invalid certificate is not trusted", failure(certificate(x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign})), Misconfigured, ReasonCertificate, "cannot be trusted"},
	{"missing system roots ask for ca-certificates", failure(certificate(x509.SystemRootsError{})), Misconfigured, ReasonCertificate, "ca-certificates"},
	{"any other failed verification is not trusted", failure(certificate(errors.New("x509: new trouble"))), Misconfigured, ReasonCertificate, "cannot be trusted"},
	{"http on the https port is the scheme", failure(http.ErrSchemeMismatch), Misconfigured, ReasonScheme, "does not speak https"},
	{"no TLS on the https port is the scheme", failure(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}), Misconfigured, ReasonScheme, "does not speak https"},
	{"TLS on the http port is the scheme", failure(errors.New(`malformed HTTP response "\x15\x03\x01\x00\x02\x02\x16"`)), Misconfigured, ReasonScheme, "write `endpoint` with https://"},
	{"a refused handshake is TLS", failure(remote("remote error", errors.New("tls: handshake failure"))), Misconfigured, ReasonTLS, "TLS 1.2"},
	{"no version in common is TLS", failure(remote("remote error", errors.New("tls: protocol version not supported"))), Misconfigured, ReasonTLS, "tls_min_version"},
	{"a server that wants a client certificate names its options", failure(remote("remote error", errors.New("tls: certificate required"))), Misconfigured, ReasonTLS, "tls_cert_file and tls_key_file"},
	{"a server that hangs up for want of one does, too", failure(&transport.Error{Cause: transport.ClientCertificate, Err: io.EOF}), Misconfigured, ReasonTLS, "tls_cert_file and tls_key_file"},
	{"400 of nginx that wants one does, too", status(400, "<html><head><title>400 No required SSL certificate was sent</title>"), Misconfigured, ReasonTLS, "tls_cert_file and tls_key_file"},
	{"400 of nginx that does not trust one does, too", status(400, "<html><head><title>400 The SSL certificate error</title>"), Misconfigured, ReasonTLS, "renew the one there"},
	{"a server that does not know its name asks for another", failure(remote("remote error", errors.New("tls: unrecognized name"))), Misconfigured, ReasonTLS, "tls_server_name"},
	{"another certificate than the pinned one prints its fingerprint", failure(&transport.Error{Cause: transport.PinMismatch, Err: errors.New("the server's certificate has the SHA-256 fingerprint AB:00:00")}), Misconfigured, ReasonCertificate, "fingerprint AB:00:00"},
	{"a server of old TLS is TLS", failure(errors.New("tls: server selected unsupported protocol version 301")), Misconfigured, ReasonTLS, "TLS 1.2"},
	{"an unknown host name is misconfigured", failure(remote("dial", &net.DNSError{Err: "no such host", Name: "abd.live.dynatrace.com", IsNotFound: true})), Misconfigured, ReasonHostUnknown, "abd.live.dynatrace.com"},
	{"a proxy that wants a password is misconfigured", failure(&transport.Error{Cause: transport.ProxyAuth, Err: errors.New("proxy: HTTP 407")}), Misconfigured, ReasonProxy, "HTTPS_PROXY"},
	{"a proxy that forbids is misconfigured", failure(&transport.Error{Cause: transport.ProxyForbids, Err: errors.New("proxy: HTTP 403 Forbidden")}), Misconfigured, ReasonProxy, "NO_PROXY"},
	{"an unreadable token is misconfigured", failure(&transport.Error{Cause: transport.NoToken, Err: errors.New("permission denied")}), Misconfigured, ReasonToken, "permission denied"},
	{"an impossible request is misconfigured", failure(&transport.Error{Cause: transport.NoRequest, Err: errors.New("bad URL")}), Misconfigured, ReasonRequest, "endpoint"},

	// Too large.
	{"413 is too large", status(413, `{"error":{"code":413,"message":"Message size limit exceeded after preprocessing on ingest endpoint"}}`), TooLarge, ReasonTooLarge, "after preprocessing"},
	{"413 of a gateway is too large", status(413, "<html><title>413 Request Entity Too Large</title></html>"), TooLarge, ReasonTooLarge, "web page: 413 Request Entity Too Large"},
	{"431 is too large once unpacked", status(431, ""), TooLarge, ReasonTooLarge, "unpacked"},

	// Rejected.
	{"400 is rejected", status(400, `{"error":{"code":400,"message":"Invalid JSON","constraintViolations":[{"path":"[3].content","message":"must be text"}]}}`), Rejected, ReasonRejected, "Invalid JSON; [3].content: must be text"},
	{"400 with nothing is rejected", status(400, ""), Rejected, ReasonRejected, "HTTP 400 Bad Request"},
	{"400 as a page of Jetty is reduced to its title", status(400, "<html>\n<head><title>Error 400 Bad Request</title></head><body><h2>HTTP ERROR 400 Bad Request</h2><table>...</table>", "Content-Type", "text/html"), Rejected, ReasonRejected, "(the server says: web page: Error 400 Bad Request)"},
	{"400 about the time range has its own reason", status(400, `{"error":{"code":400,"message":"All logs are out of correct time range."}}`), Rejected, ReasonTimeRange, "24 hours"},
	{"415 is rejected and names compress", status(415, ""), Rejected, ReasonRejected, "compress"},
	{"422 is rejected", status(422, ""), Rejected, ReasonRejected, "HTTP 422"},
	{"other 4xx are rejected", status(418, ""), Rejected, ReasonRejected, "HTTP 418"},
	{"499 is rejected", status(499, ""), Rejected, ReasonRejected, "HTTP 499"},
}

func TestJudge(t *testing.T) {
	for _, c := range verdicts {
		t.Run(c.name, func(t *testing.T) {
			v := Judge(c.answer)
			if v.Kind != c.kind || v.Reason != c.reason || v.Status != c.answer.Status {
				t.Errorf("judged %s, %s, %d, want %s, %s, %d", v.Kind, v.Reason, v.Status, c.kind, c.reason, c.answer.Status)
			}
			if !strings.Contains(v.Message, c.message) || (v.Message == "") != (c.message == "") {
				t.Errorf("says %q, want %q in it", v.Message, c.message)
			}
			checkMessage(t, v)
		})
	}
}

func TestJudge_EveryStatusHasAKindOfItsClass(t *testing.T) {
	for code := 100; code < 1000; code++ {
		v := Judge(status(code, ""))
		var allowed []Kind
		switch code / 100 {
		case 2:
			allowed = []Kind{Accepted}
		case 3:
			allowed = []Kind{Misconfigured}
		case 4:
			allowed = []Kind{Transient, Misconfigured, TooLarge, Rejected}
		case 5:
			allowed = []Kind{Transient, Misconfigured}
		default:
			allowed = []Kind{Transient}
		}
		found := false
		for _, kind := range allowed {
			found = found || kind == v.Kind
		}
		if !found {
			t.Errorf("%d is judged %s", code, v.Kind)
		}
	}
}

func TestJudge_CountsRejectedRecords(t *testing.T) {
	for said, want := range map[string]int{
		"2 events were not ingested because of timestamp out of correct time range":         2,
		"1531 events were not ingested because of timestamp out of correct time range.":     1531,
		"1 event was not ingested because of X":                                             1,
		"1,531 events were not ingested":                                                    1531,
		"2 events were not ingested because of X. 3 events were not ingested because of Y.": 5,
		"Event(s) have attributes that are too nested for records: 1, 2":                    0,
		"999999999999999999999 events were not ingested":                                    0,
		"events were not ingested":                                                          0,
		"10 events were ingested":                                                           0,
	} {
		v := Judge(status(200, `{"details":{"code":200,"message":"`+said+`"}}`))
		if v.Kind != Accepted || v.Rejected != want {
			t.Errorf("%q: %s with %d rejected, want %d", said, v.Kind, v.Rejected, want)
		}
	}
}

func TestJudge_RetryAfter(t *testing.T) {
	for _, c := range []struct {
		name, value string
		want        time.Duration
	}{
		{"none asks for nothing", "", 0},
		{"seconds are taken", " 7 ", 7 * time.Second},
		{"a date is taken", noon.Add(90 * time.Second).Format(http.TimeFormat), 90 * time.Second},
		{"a date that is over asks for nothing", noon.Add(-time.Hour).Format(http.TimeFormat), 0},
		{"negative seconds ask for nothing", "-5", 0},
		{"long ones are capped", "86400", maxRetryAfter},
		{"far dates are capped", noon.AddDate(10, 0, 0).Format(http.TimeFormat), maxRetryAfter},
		{"endless digits are capped", strings.Repeat("9", 50), maxRetryAfter},
		{"endless negative digits ask for nothing", "-" + strings.Repeat("9", 50), 0},
		{"nonsense asks for nothing", "soon", 0},
		{"fractions ask for nothing", "1.5", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, code := range []int{429, 503} {
				if got := Judge(status(code, "", "Retry-After", c.value)).RetryAfter; got != c.want {
					t.Errorf("%d: %s, want %s", code, got, c.want)
				}
			}
		})
	}
}

func TestJudge_MessagesHoldNoSecrets(t *testing.T) {
	const old = "AbCdEfGhIjKlMnOpQrStU" // a token of the former, dot-less form
	for name, a := range map[string]Answer{
		"echoed by the server":           status(400, `{"error":{"message":"bad header Authorization: Api-Token `+testSecret+`"}}`),
		"echoed by a page":               status(403, "<title>Api&#45;Token "+testSecret+"</title>"),
		"echoed as plain text":           status(502, "Authorization: Bearer "+testSecret),
		"another one than ours":          status(400, "dt0s16.ABCDEFGHIJKLMNOPQRSTUVWX.OTHEROTHEROTHER"),
		"cut off by the limit":           status(400, "x dt0c01.PUBLICPUBLICPUBLICPUBLIC.SECRETSECRET"),
		"in a redirect":                  status(302, "", "Location", "https://user:"+testSecret+"@evil.example/"+testSecret+"?t="+testSecret+"#"+testSecret),
		"in an error":                    failure(fmt.Errorf("malformed HTTP response %q", testSecret)),
		"of the old form":                {Status: 400, Body: []byte("token " + old + " unknown"), Token: old},
		"user and password of the proxy": failure(errors.New(`invalid proxy address "http://joe:OTHEROTHER%zz@proxy:3128": parse error`)),
	} {
		t.Run(name, func(t *testing.T) {
			if a.Token == "" {
				a.Token = testSecret
			}
			v := Judge(a)
			for _, leak := range []string{testSecret, "SECRET", "OTHEROTHER", old} {
				if strings.Contains(v.Message, leak) {
					t.Errorf("%q leaks %q", v.Message, leak)
				}
			}
			checkMessage(t, v)
		})
	}
}

func TestWithoutURL_ReturnsTheCause(t *testing.T) {
	err := transport.WithoutURL(&url.Error{Op: "parse", URL: "https://x/?api-token=" + testSecret, Err: errors.New("cause")})
	if err.Error() != "cause" {
		t.Errorf("got %q", err)
	}
}

func TestJudge_HostileTextsAreOneShortLine(t *testing.T) {
	for name, body := range map[string]string{
		"line breaks":             "{\"error\":{\"message\":\"a\\nb\\r\\n[error] forged\"}}",
		"terminal codes":          "\x1b[2J\x1b[31mhello",
		"bytes that are not text": "\x00\xff\xfe\x01\x02",
		"endless text":            strings.Repeat("日本", 1<<14),
		"endless markup":          strings.Repeat("<", 1<<16),
		"open title":              "<title>" + strings.Repeat("x", 1<<16),
		"deep JSON":               strings.Repeat(`{"error":`, 5000),
		"deep arrays":             `{"error":` + strings.Repeat("[", 1<<15),
		"wrong types":             `{"error":{"message":[1,2],"constraintViolations":"no"}}`,
		"null":                    `{"error":null,"details":null}`,
		"many violations":         `{"error":{"message":"m","constraintViolations":[` + strings.Repeat(`{"path":"p","message":"v"},`, 999) + `{}]}}`,
		"script first":            "<script>var a = '<b>'</script>",
	} {
		t.Run(name, func(t *testing.T) {
			for _, code := range []int{200, 302, 400, 404, 503} {
				a := status(code, body, "Location", "https://"+strings.Repeat("x", 1000))
				checkMessage(t, Judge(a))
				a.Via = "http://[redacted]@" + strings.Repeat("proxy.", 40) + ":3128"
				checkMessage(t, Judge(a))
			}
		})
	}
}

func checkMessage(t *testing.T, v Verdict) {
	t.Helper()
	if len(v.Message) > MaxMessage {
		t.Errorf("message of %d bytes: %s", len(v.Message), v.Message)
	}
	if !utf8.ValidString(v.Message) || strings.ContainsFunc(v.Message, func(r rune) bool { return unicode.IsControl(r) || r == 0x2028 }) {
		t.Errorf("message is not a line of text: %q", v.Message)
	}
}

func FuzzJudge(f *testing.F) {
	for _, c := range verdicts {
		failed := ""
		if c.answer.Err != nil {
			failed = c.answer.Err.Error()
		}
		f.Add(c.answer.Status, "Location", "https://x/"+testSecret, c.answer.Body, failed)
		f.Add(c.answer.Status, "Retry-After", "12", c.answer.Body, failed)
		f.Add(c.answer.Status, "Content-Type", "text/html", append(c.answer.Body, testSecret...), failed)
	}
	f.Fuzz(func(t *testing.T, code int, name, value string, body []byte, failed string) {
		a := Answer{Status: code, Header: http.Header{name: {value}}, Body: body, Token: testSecret, Now: noon}
		if code%2 == 1 {
			a.Via = "http://" + name
		}
		if failed != "" {
			a.Err = errors.New(failed)
		}
		v := Judge(a)
		checkMessage(t, v)
		if strings.Contains(v.Message, testSecret) {
			t.Errorf("the token is in %q", v.Message)
		}
		if v.RetryAfter < 0 || v.RetryAfter > maxRetryAfter {
			t.Errorf("asks for silence of %s", v.RetryAfter)
		}
		if v.Rejected < 0 || v.Rejected > 0 && v.Kind != Accepted {
			t.Errorf("%d records rejected by %s", v.Rejected, v.Kind)
		}
		if v.Kind == Accepted && (code < 200 || code > 299) {
			t.Errorf("%d is accepted", code)
		}
		if (v.Message == "") != (code == 204) {
			t.Errorf("%d says %q", code, v.Message)
		}
		if again := Judge(a); again != v {
			t.Errorf("judged %v, then %v", v, again)
		}
	})
}
