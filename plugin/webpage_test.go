package plugin

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"compress/gzip"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/telemetry"
)

// pages is a server that rejects what holds flushtest.Poison, or everything, with a web page.
type pages struct {
	mu       sync.Mutex
	all      bool
	first    int // requests that are rejected whatever they hold
	taken    []string
	requests int
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(r.Body)
	}
	var records []flushtest.Stored
	if err := json.NewDecoder(body).Decode(&records); err != nil {
		panic(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests++
	rejected := p.all || p.requests <= p.first
	for _, record := range records {
		rejected = rejected || flushtest.IsPoison(record)
	}
	if rejected {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, "<html><title>Bad Request - Invalid Hostname</title></html>")
		return
	}
	for _, record := range records {
		p.taken = append(p.taken, record.Content)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (p *pages) instance(t *testing.T, endpoints ...string) (*Instance, *flushtest.Lines) {
	t.Helper()
	if endpoints == nil {
		server := httptest.NewServer(p)
		t.Cleanup(server.Close)
		endpoints = []string{server.URL + "/e/abc12345"}
	}
	cfg, err := config.Load(options{"endpoint": strings.Join(endpoints, ","), "api_token": "dt0c01.PUBLICPUBLICPUBLICPUBLIC." + secret, "metadata_files": "off"})
	if err != nil {
		t.Fatal(err)
	}
	log := new(flushtest.Lines)
	in, err := New(cfg, "", log)
	if err != nil {
		t.Fatal(err)
	}
	in.now = func() time.Time { return flushtest.Clock }
	t.Cleanup(in.Close)
	return in, log
}

// Such a server is not the API, but for instance a gateway that does not know the host.
func TestInstance_DropsNothingForAServerThatAnswersWithWebPages(t *testing.T) {
	for _, n := range []int{1, 2, 10, 1000} {
		p := &pages{all: true}
		in, log := p.instance(t)
		data := flushtest.Chunk(flushtest.Contents(n)...)
		for range 3 {
			if out := in.Flush(tag, data, false); out != flush.OutcomeRetry {
				t.Errorf("%d records: %v", n, out)
			}
		}
		if p.requests > 3*12 {
			t.Errorf("%d records: %d requests", n, p.requests)
		}
		if dropped := in.dropped(); dropped != 0 || log.Count("a web page rejects the records") == 0 || log.Count("check `endpoint`") == 0 {
			t.Errorf("%d records: dropped %d, logged %q", n, dropped, log.All)
		}
		p.mu.Lock()
		p.all = false
		p.mu.Unlock()
		if out := in.Flush(tag, data, false); out != flush.OutcomeOK || len(p.taken) != n {
			t.Errorf("%d records, once the server is right: %v, %d taken", n, out, len(p.taken))
		}
	}
}

// The record is found even if it is the first one that the server sees.
func TestInstance_FindsABadRecordThatAWebPageRejects(t *testing.T) {
	for _, bad := range [][]int{{0}, {7}, {99}, {0, 1}, {3, 50, 98}} {
		p := new(pages)
		in, _ := p.instance(t)
		data := flushtest.Chunk(flushtest.Contents(100, bad...)...)
		out := flush.OutcomeRetry
		for rounds := 0; out == flush.OutcomeRetry; rounds++ {
			if rounds == 1 {
				in.Flush(tag, flushtest.Chunk("another chunk"), false) // which shows that the server is the API
			}
			if rounds == 5 {
				t.Fatalf("%v: it does not end", bad)
			}
			out = in.Flush(tag, data, false)
		}
		if got := in.counters.Get(telemetry.DroppedRejected); out != flush.OutcomeOK || got != uint64(len(bad)) || len(p.taken) < 100-len(bad) || len(p.taken) > 101-len(bad) {
			t.Errorf("%v: %v, dropped %d, %d taken", bad, out, got, len(p.taken))
		}
	}
}

// What the server rejected before it became the API says nothing about the records.
func TestInstance_AsksAServerAgainThatBecomesTheAPI(t *testing.T) {
	for first := range 40 {
		for _, n := range []int{1, 3, 10, 200} {
			p := &pages{first: first}
			in, log := p.instance(t)
			data := flushtest.Chunk(flushtest.Contents(n, n/2)...)
			out := flush.OutcomeRetry
			for rounds := 0; out == flush.OutcomeRetry; rounds++ {
				if out = in.Flush(tag, data, false); n == 1 && rounds > first {
					break // nothing else shows what this server is
				}
				if rounds == 50 {
					t.Fatalf("%d pages, %d records: it does not end", first, n)
				}
			}
			if got := in.counters.Get(telemetry.DroppedRejected); n > 1 && (got != 1 || len(p.taken) != n-1) || n == 1 && got != 0 {
				t.Errorf("%d pages, %d records: %v, dropped %d, %d taken; logged %q", first, n, out, got, len(p.taken), log.All)
			}
		}
	}
}

func TestInstance_SendsToTheNextEndpointAfterAWebPage(t *testing.T) {
	wrong, right := &pages{all: true}, new(pages)
	first, second := httptest.NewServer(wrong), httptest.NewServer(right)
	defer first.Close()
	defer second.Close()
	in, log := wrong.instance(t, first.URL+"/e/abc12345", second.URL+"/e/abc12345")
	if out := in.Flush(tag, flushtest.Chunk(flushtest.Contents(50)...), false); out != flush.OutcomeOK || len(right.taken) != 50 || in.dropped() != 0 {
		t.Errorf("%v, %d taken, logged %q", out, len(right.taken), log.All)
	}
}
