package deliver

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"

	"out_dynatrace/plugin/transport"
)

func TestJudge_HealthOfTheEndpoint(t *testing.T) {
	status := func(code int) Answer { return Answer{Status: code} }
	failed := func(err error) Answer { return Answer{Err: err} }
	page := http.Header{"Content-Type": {"text/html"}}
	for _, c := range []struct {
		name string
		a    Answer
		want Health
	}{
		{"accepted", status(204), Healthy},
		{"accepted in part", Answer{Status: 200, Body: []byte(`{"details":{"message":"2 events were not ingested"}}`)}, Healthy},
		{"bad records", status(400), Healthy},
		{"another 4xx", status(418), Healthy},
		{"too large", status(413), Healthy},
		{"too large once unpacked", status(431), Healthy},
		{"the token is rejected", status(401), Healthy},
		{"the scope is missing", status(403), Healthy},
		{"the license is used up", status(402), Healthy},
		{"throttled", status(429), Healthy},
		{"throttled for a time", Answer{Status: 429, Header: http.Header{"Retry-After": {"30"}}}, Healthy},

		{"too slow for the server", status(408), Unhealthy},
		{"500", status(500), Unhealthy},
		{"501, no log storage", status(501), Unhealthy},
		{"502", status(502), Unhealthy},
		{"503", status(503), Unhealthy},
		{"the disk queue of an ActiveGate is full", Answer{Status: 503, Body: []byte("Usable space limit reached")}, Unhealthy},
		{"504", status(504), Unhealthy},
		{"another 5xx", status(520), Unhealthy},
		{"an unknown status", status(999), Unhealthy},
		{"404", status(404), Unhealthy},
		{"405", status(405), Unhealthy},
		{"410", status(410), Unhealthy},
		{"421", status(421), Unhealthy},
		{"a redirect", status(302), Unhealthy},
		{"a web page", Answer{Status: 200, Header: page}, Unhealthy},
		{"https is spoken there", Answer{Status: 400, Body: []byte("Client sent an HTTP request to an HTTPS server.")}, Unhealthy},
		{"a client certificate is wanted", Answer{Status: 400, Body: []byte("400 No required SSL certificate was sent")}, Unhealthy},
		{"the proxy wants a login", status(407), Unhealthy},
		{"the network wants a login", status(511), Unhealthy},
		{"the proxy forbids it", Answer{Status: 403, Header: page, Via: "http://proxy:3128"}, Unhealthy},

		{"nothing listens", failed(syscall.ECONNREFUSED), Unhealthy},
		{"reset", failed(syscall.ECONNRESET), Unhealthy},
		{"no route", failed(syscall.EHOSTUNREACH), Unhealthy},
		{"anything else", failed(fmt.Errorf("odd")), Unhealthy},
		{"an unknown host", failed(&net.DNSError{IsNotFound: true}), Unhealthy},
		{"DNS does not answer", failed(&net.DNSError{IsTimeout: true}), Unhealthy},
		{"no response in time", failed(transport.ErrAttemptTimeout), Unhealthy},
		{"no answer in this flush", failed(transport.ErrFlushDeadline), Unhealthy},
		{"an unknown authority", failed(x509.UnknownAuthorityError{}), Unhealthy},
		{"another name", failed(x509.HostnameError{Certificate: new(x509.Certificate)}), Unhealthy},
		{"another pin", failed(&transport.Error{Cause: transport.PinMismatch, Err: io.EOF}), Unhealthy},
		{"the proxy refuses to connect", failed(&transport.Error{Cause: transport.ProxyForbids, Err: errors.New("proxy: HTTP 403 Forbidden")}), Unhealthy},
		{"the proxy cannot connect", failed(&transport.Error{Cause: transport.ProxyCannotConnect, Err: errors.New("proxy: HTTP 502 Bad Gateway")}), Unhealthy},
		{"no request can be made", failed(&transport.Error{Cause: transport.NoRequest, Err: io.EOF}), Unhealthy},

		{"the plugin stops", failed(transport.ErrStopping), HealthUnknown},
		{"the token file cannot be read", failed(&transport.Error{Cause: transport.NoToken, Err: io.EOF}), HealthUnknown},
	} {
		if got := Judge(c.a).Health; got != c.want {
			t.Errorf("%s: %d, want %d (%+v)", c.name, got, c.want, Judge(c.a))
		}
	}
	if got := (Verdict{}).Health; got != HealthUnknown {
		t.Errorf("a verdict that nobody filled in: %d", got)
	}
}

func TestJudge_EveryStatusHasAHealth(t *testing.T) {
	for status := 100; status < 1000; status++ {
		v := Judge(Answer{Status: status})
		want := Healthy
		if v.Kind == Transient && status != 429 || v.Kind == Misconfigured && status > 403 || status >= 300 && status <= 399 {
			want = Unhealthy
		}
		if got := v.Health; got != want {
			t.Errorf("%d: %d, want %d", status, got, want)
		}
	}
}
