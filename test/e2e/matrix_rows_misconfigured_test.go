package e2e

import (
	"fmt"
	"io"
	"net/http"
	"sync/atomic"

	"out_dynatrace/test/host"
	"out_dynatrace/test/ingest"
)

// misconfiguredRows returns rows with mistakes in the configuration or the environment, which a
// person has to fix.
func misconfiguredRows() []row {
	refused := func(status int, what, cure string) row {
		return row{name: fmt.Sprintf("%d, %s", status, what), told: tellsRetry, lasting: &ingest.Fault{Status: status}, options: shortFlush, check: says(cure)}
	}
	return []row{
		{name: "401, until the token file holds the right one", told: tellsRetry, options: shortFlush, refusals: []string{ingest.ReasonUnknownToken},
			check: says(saysToken), prepare: func(t *trial) {
				file, mend := wrongTokenFile(t.T, t.d)
				t.section, t.mend = withTokenFile(t.section, file), mend
			}, during: mendAfterRetry},
		refused(402, "the license is used up", saysLicense),
		refused(403, "the token lacks the scope", saysScope),
		refused(404, "not the API", saysURL),
		refused(405, "not the API", saysURL),
		refused(501, "no log storage", saysNoLogs),
		redirectRow(),
		pageRow(),
		{name: "the certificate is not trusted, until a restart with `tls_ca_file`", told: tellsKeep, tls: true, options: shortFlush,
			during: (*trial).awaitRetry, check: says(saysAuthority), mended: func(t *trial) section {
				return append(host.Props("tls_ca_file", t.d.caFile), t.section...)
			}},
		{name: "the host is unknown, until a restart with the right one", told: tellsKeep, options: shortFlush,
			prepare: func(t *trial) {
				t.section = append(host.Props("endpoint", "http://no-such-host.invalid", "allow_http", "on"), t.section...)
			}, during: (*trial).awaitRetry, mended: func(t *trial) section {
				return append(host.Props("endpoint", t.d.url), t.section...)
			}},
	}
}

// says returns a check for one error line with a phrase, and at the end one with the count.
func says(phrase string) func(*trial, outcome) {
	return func(t *trial, out outcome) {
		t.Helper()
		if n := len(with(out.lines, "error", phrase)); n < 1 || n > 2 {
			t.Errorf("%d lines with %q, want one:\n%s", n, phrase, show(out.lines))
		}
	}
}

// redirectRow redirects to another server, which must not get the token.
func redirectRow() row {
	return row{name: "a redirect to another server, which never sees a request", told: tellsRetry, options: shortFlush, prepare: func(t *trial) {
		t.elsewhere = newDestination(t.T)
		t.d.setFault(ingest.Fault{Status: http.StatusTemporaryRedirect, Body: "-", Header: map[string]string{"Location": t.elsewhere.url + "/api/v2/logs/ingest"}})
	}, during: mendAfterRetry, check: func(t *trial, out outcome) {
		if s := t.elsewhere.Stats(); s.Connections != 0 || s.Requests != 0 {
			t.Errorf("the other server saw %d connections and %d requests", s.Connections, s.Requests)
		}
		says(saysRedirect)(t, out)
	}}
}

// pageRow has a login page that answers 200 in place of the API.
func pageRow() row {
	return row{name: "a web page answers with 200 in place of the API", told: tellsRetry, options: shortFlush, prepare: func(t *trial) {
		var mended atomic.Bool
		t.mend = func() { mended.Store(true) }
		t.front(func(_ int, w http.ResponseWriter, r *http.Request) bool {
			if mended.Load() {
				return false
			}
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "text/html")
			_, _ = w.Write([]byte("<!DOCTYPE html><html><head><title>Sign in</title></head><body></body></html>"))
			return true
		})
	}, during: mendAfterRetry, check: says(saysPage)}
}
