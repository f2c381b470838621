package e2e

import (
	"io"
	"net/http"
	"strings"
	"time"

	"out_dynatrace/test/ingest"
)

// hostileRows returns rows with answers that no server should give.
func hostileRows() []row {
	garbage := func(status int) ingest.Fault {
		return ingest.Fault{Status: status, Body: "\x1f\x8bno gzip", ContentType: "application/json", Header: map[string]string{"Content-Encoding": "gzip"}}
	}
	scripted := func(name string, f ingest.Fault) row {
		return row{name: name, told: tellsOK, faults: []ingest.Fault{f}}
	}
	// Once each, before the destination does its best.
	once := func(name string, answer func(*trial, http.ResponseWriter, *http.Request)) row {
		return row{name: name, told: tellsOK, prepare: func(t *trial) {
			t.front(func(n int, w http.ResponseWriter, r *http.Request) bool {
				if n > 1 {
					return false
				}
				answer(t, w, r)
				return true
			})
		}, check: func(t *trial, _ outcome) {
			if n := t.turns.Load(); n != 5 && !t.agent.real() {
				t.Errorf("%d requests, want four and one that is answered so", n)
			}
		}}
	}
	const endless = 1 << 30
	return []row{
		scripted("503 with a body that does not end", ingest.Fault{Status: 503, EndlessBody: endless, EndlessFor: 30 * time.Second}),
		scripted("400 with a body that does not end, once", ingest.Fault{EndlessBody: endless, EndlessFor: 30 * time.Second}),
		scripted("503 with a body that is not gzip", garbage(503)),
		scripted("200 with a body that is not gzip", garbage(200)),
		once("a body shorter than its Content-Length", func(t *trial, w http.ResponseWriter, r *http.Request) {
			raw(t, w, r, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 100000\r\n\r\nshort")
		}),
		once("an answer that is not HTTP", func(t *trial, w http.ResponseWriter, r *http.Request) {
			raw(t, w, r, "220 mail.example ESMTP\r\n")
		}),
		once("a flood of 103", func(_ *trial, w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Link", "</"+strings.Repeat("x", 1000)+">")
			for range 1000 {
				w.WriteHeader(http.StatusEarlyHints)
			}
			w.WriteHeader(http.StatusServiceUnavailable)
		}),
	}
}
