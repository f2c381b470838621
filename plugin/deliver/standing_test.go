package deliver

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"testing"
)

func TestOnlyWhatIsAnEndpointsOwnFaultSpeaksForAnother(t *testing.T) {
	status := func(code int) Answer { return Answer{Status: code} }
	failed := func(err error) Answer { return Answer{Err: err} }
	page := http.Header{"Content-Type": {"text/html"}}
	for _, c := range []struct {
		name string
		a    Answer
		want standing
	}{
		{"accepted", status(204), works},
		{"accepted in part", Answer{Status: 200, Body: []byte(`{"details":{"message":"2 events were not ingested"}}`)}, works},
		{"bad records", status(400), works},
		{"another 4xx", status(418), works},
		{"too large", status(413), works},
		{"too large once unpacked", status(431), works},
		{"the token is refused", status(401), works},
		{"the scope is missing", status(403), works},
		{"the licence is used up", status(402), works},
		{"throttled", status(429), works},
		{"throttled for a time", Answer{Status: 429, Header: http.Header{"Retry-After": {"30"}}}, works},

		{"too slow for the server", status(408), fails},
		{"500", status(500), fails},
		{"501, no log storage", status(501), fails},
		{"502", status(502), fails},
		{"503", status(503), fails},
		{"the disk queue of an ActiveGate is full", Answer{Status: 503, Body: []byte("Usable space limit reached")}, fails},
		{"504", status(504), fails},
		{"another 5xx", status(520), fails},
		{"no status that HTTP knows", status(999), fails},
		{"404", status(404), fails},
		{"405", status(405), fails},
		{"410", status(410), fails},
		{"421", status(421), fails},
		{"a redirect", status(302), fails},
		{"a web page", Answer{Status: 200, Header: page}, fails},
		{"https is spoken there", Answer{Status: 400, Body: []byte("Client sent an HTTP request to an HTTPS server.")}, fails},
		{"a client certificate is wanted", Answer{Status: 400, Body: []byte("400 No required SSL certificate was sent")}, fails},
		{"the proxy wants a login", status(407), fails},
		{"the network wants a login", status(511), fails},
		{"the proxy forbids it", Answer{Status: 403, Header: page, Via: "http://proxy:3128"}, fails},

		{"nothing listens", failed(syscall.ECONNREFUSED), fails},
		{"reset", failed(syscall.ECONNRESET), fails},
		{"no route", failed(syscall.EHOSTUNREACH), fails},
		{"anything else", failed(fmt.Errorf("odd")), fails},
		{"an unknown host", failed(&net.DNSError{IsNotFound: true}), fails},
		{"DNS does not answer", failed(&net.DNSError{IsTimeout: true}), fails},
		{"no answer in time", failed(errAttemptTimeout), fails},
		{"no answer in this flush", failed(errFlushDeadline), fails},
		{"an unknown authority", failed(x509.UnknownAuthorityError{}), fails},
		{"another name", failed(x509.HostnameError{Certificate: new(x509.Certificate)}), fails},
		{"another pin", failed(&pinError{}), fails},
		{"the proxy refuses to connect", failed(&proxyError{status: 403}), fails},
		{"the proxy cannot connect", failed(&proxyError{status: 502}), fails},
		{"no request can be made", failed(errRequest), fails},

		{"the plugin stops", failed(errStopping), unknown},
		{"the token file cannot be read", failed(errToken), unknown},
	} {
		if got := standingOf(Judge(c.a)); got != c.want {
			t.Errorf("%s: %d, want %d (%+v)", c.name, got, c.want, Judge(c.a))
		}
	}
	if got := standingOf(Verdict{}); got != unknown {
		t.Errorf("a verdict that nobody filled in: %d", got)
	}
}

func TestEveryStatusTellsSomethingAboutItsEndpoint(t *testing.T) {
	for status := 100; status < 1000; status++ {
		v := Judge(Answer{Status: status})
		want := works
		if v.Kind == Transient && status != 429 || v.Kind == Misconfigured && status > 403 || status >= 300 && status <= 399 {
			want = fails
		}
		if got := standingOf(v); got != want {
			t.Errorf("%d: %d, want %d", status, got, want)
		}
	}
}
