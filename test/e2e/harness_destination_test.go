package e2e

import (
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
	"out_dynatrace/test/ingest"
)

// destination is a local Dynatrace environment that takes one token.
type destination struct {
	*ingest.Server
	url, token string
	caFile     string // with withTLS

	fault atomic.Pointer[ingest.Fault] // as long as it is set

	mu        sync.Mutex
	exchanges []ingest.Exchange
}

// newDestination starts a destination without TLS.
func newDestination(t *testing.T) *destination { return startDestination(t, false, ingest.Options{}) }

// startDestination starts a destination. Its token is the first in the options, or a new one.
func startDestination(t *testing.T, tls bool, o ingest.Options) *destination {
	t.Helper()
	if len(o.Tokens) == 0 {
		o.Tokens = []ingest.Token{{Value: newToken()}}
	}
	d := &destination{token: o.Tokens[0].Value}
	o.Observe = func(e ingest.Exchange) {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.exchanges = append(d.exchanges, e)
	}
	var err error
	if d.Server, err = ingest.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Server.Close() })
	if tls {
		var pem []byte
		if d.url, pem, err = d.StartTLS("127.0.0.1:0"); err == nil {
			d.caFile = filepath.Join(tempDir(t), "ca.pem")
			err = os.WriteFile(d.caFile, pem, 0o600)
		}
	} else {
		d.url, err = d.Start("127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// ageless returns limits without a maximum age: the chunks of the corpus are old.
func ageless() ingest.Limits { return ingest.Limits{MaxAge: math.MaxInt64} }

// newToken returns a random access token in Dynatrace's format.
func newToken() string {
	text := make([]byte, 24+64)
	for i := range text {
		text[i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[rand.IntN(32)]
	}
	return fmt.Sprintf("dt0c01.%s.%s", text[:24], text[24:])
}

// setFault answers every request with the fault until clearFault is called.
func (d *destination) setFault(f ingest.Fault) {
	d.fault.Store(&f)
	d.ScriptFunc(func(int, *http.Request) *ingest.Fault { return d.fault.Load() })
}

func (d *destination) clearFault() { d.fault.Store(nil) }

// seen returns the ingest requests so far.
func (d *destination) seen() []ingest.Exchange {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.exchanges)
}

// awaitStored waits until at least n records are stored.
func (d *destination) awaitStored(t *testing.T, n int) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for d.Stats().RecordsStored < n {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v in vain for %d records: %+v", patience, n, d.Stats())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// contents returns the contents of the stored records.
func (d *destination) contents(t *testing.T) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, record := range d.Records() {
			var r struct {
				Content *string `json:"content"`
			}
			if err := json.Unmarshal(record, &r); err != nil || r.Content == nil {
				t.Errorf("a record without content (%v): %.200s", err, record)
				continue
			}
			if !yield(*r.Content) {
				return
			}
		}
	}
}

// wantLinesOnce fails the test unless exactly the numbered lines 1 to n are stored, once each and
// byte for byte.
func (d *destination) wantLinesOnce(t *testing.T, n int) {
	t.Helper()
	d.wantOnly(t, 1, n)
}

// wantOnly is wantLinesOnce for the lines numbered from..to.
func (d *destination) wantOnly(t *testing.T, from, to int) {
	t.Helper()
	d.wantEachOnce(t, from, to)
	d.wantClean(t)
}

// wantEachOnce is wantOnly without the check for rejected requests.
func (d *destination) wantEachOnce(t *testing.T, from, to int) {
	t.Helper()
	a := corpus.CheckNumbered(to, d.contents(t))
	early := slices.ContainsFunc(a.Doubled, func(n int) bool { return n < from })
	missing := slices.DeleteFunc(a.Missing, func(n int) bool { return n < from })
	if len(a.Missing)-len(missing) != from-1 || early {
		t.Errorf("lines before %d arrived, too", from)
	}
	if a.Missing = missing; !a.OK() {
		t.Error(a)
	}
}

// wantClean fails the test if the server trimmed, dropped or rejected anything.
func (d *destination) wantClean(t *testing.T) {
	t.Helper()
	s := d.Stats()
	if s.DuplicateKeys != 0 || s.InvalidUTF8 != 0 || len(s.RejectedRecords) != 0 {
		t.Errorf("the server found fault with what was sent: %+v", s)
	}
	for reason, n := range s.RejectedRequests {
		if reason != ingest.ReasonFault {
			t.Errorf("the server refused %d requests: %s", n, reason)
		}
	}
}

// numbered returns the lines numbered from..to, as corpus.WriteNumbered writes them.
func numbered(from, to int) []byte {
	all := numberedLines()
	return all.text[all.ends[from-1]:all.ends[to]]
}

// mostLines is the largest number that numbered accepts.
const mostLines = 100_000

var numberedLines = sync.OnceValue(func() (lines struct {
	text []byte
	ends []int // ends[i] is where line i ends
}) {
	w := (*appender)(&lines.text)
	if err := corpus.WriteNumbered(w, mostLines); err != nil {
		panic(err)
	}
	lines.ends = []int{0}
	for i, c := range lines.text {
		if c == '\n' {
			lines.ends = append(lines.ends, i+1)
		}
	}
	return lines
})

// appender is an io.Writer that appends to a slice.
type appender []byte

func (a *appender) Write(p []byte) (int, error) {
	*a = append(*a, p...)
	return len(p), nil
}
