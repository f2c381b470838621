package ingest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// send posts one record over the wire and returns status, body and error.
func send(client *http.Client, url, body string) (status int, answer string, header http.Header, err error) {
	r, err := http.NewRequest(http.MethodPost, url+ingestPath, strings.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	r.GetBody = nil // so that the transport does not send it again by itself
	r.Header.Set("Authorization", "Api-Token "+classicToken)
	r.Header.Set("Content-Type", "application/json")
	w, err := client.Do(r)
	if err != nil {
		return 0, "", nil, err
	}
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	return w.StatusCode, string(text), w.Header, err
}

// listening starts s with TLS or without and returns a client that keeps no
// connection, for which a cut is an error and no reason to try again.
func listening(t testing.TB, s *Server, secure bool) (client *http.Client, url string) {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	var err error
	if secure {
		var ca []byte
		if url, ca, err = s.StartTLS("127.0.0.1:0"); err == nil {
			pool := x509.NewCertPool()
			pool.AppendCertsFromPEM(ca)
			transport.TLSClientConfig = &tls.Config{RootCAs: pool}
		}
	} else {
		url, err = s.Start("127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}, url
}

func TestFault_AnswersAndStoresAsDeclared(t *testing.T) {
	for _, c := range []struct {
		name   string
		fault  Fault
		status int
		text   string
		header string // Name: value
		stored int
	}{
		{"full", Full503(), 503, `{"error":{"code":503,"message":"Usable space limit reached"}}`, "Content-Type: " + jsonType, 0},
		{"throttled", Throttled429(5 * time.Second), 429, `"code":429`, "Retry-After: 5", 0},
		{"throttled without a hint", Throttled429(0), 429, `"code":429`, "Retry-After: ", 0},
		{"page", HTML400(), 400, "HTTP ERROR 400 Bad Request", "Content-Type: text/html;charset=utf-8", 0},
		{"gateway", BadGateway502(), 502, "", "Content-Type: ", 0},
		{"gateway timeout", GatewayTimeout504(), 504, "", "Content-Type: ", 0},
		{"stored although refused", Fault{Status: 503, StoreFirst: true}, 503, "Usable", "Content-Type: " + jsonType, 1},
		{"a 200 stores", Fault{Status: 200, Body: "hm"}, 200, "hm", "Content-Type: text/plain; charset=utf-8", 1},
		{"a 204 is nothing special", Fault{Status: 204}, 204, "", "Content-Type: ", 1},
		{"own body", Fault{Status: 400, Body: "no", ContentType: "a/b", Header: map[string]string{"X-A": "b"}}, 400, "no", "X-A: b", 0},
		{"no body", Fault{Status: 500, Body: "-"}, 500, "", "Content-Length: 0", 0},
		{"endless", Endless(100_000), 400, "all work and no play\nall work", "Content-Length: ", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t, Options{})
			client, url := listening(t, s, false)
			s.Script(c.fault)
			status, body, header, err := send(client, url, `{}`)
			if err != nil || status != c.status || !strings.Contains(body, c.text) || c.text == "" && body != "" {
				t.Errorf("%d %q %v", status, body, err)
			}
			if name, want, _ := strings.Cut(c.header, ": "); header.Get(name) != want {
				t.Errorf("%s is %q, want %q", name, header.Get(name), want)
			}
			if n := len(s.Records()); n != c.stored {
				t.Errorf("%d records stored, want %d", n, c.stored)
			}
			if st := s.Stats(); st.Faults != 1 || st.ByStatus[c.status] != 1 || (st.RejectedRequests[ReasonFault] == 1) != (c.stored == 0) {
				t.Errorf("%+v", st)
			}
			if status, _, _, err := send(client, url, `{}`); status != 204 || err != nil {
				t.Errorf("after the script: %d %v", status, err)
			}
		})
	}
}

func TestFault_CutConnectionsLookAsOnTheWire(t *testing.T) {
	for _, secure := range []bool{false, true} {
		for _, c := range []struct {
			fault  Fault
			want   error
			stored int
		}{
			{ResetBefore(), syscall.ECONNRESET, 0},
			{ResetAfter(), syscall.ECONNRESET, 1},
			{Fault{Close: true}, io.EOF, 0},
			{Half(), io.ErrUnexpectedEOF, 1},
			{Fault{HalfBody: true}, io.ErrUnexpectedEOF, 0},
		} {
			s := newServer(t, Options{})
			client, url := listening(t, s, secure)
			s.Script(c.fault)
			_, body, _, err := send(client, url, `{}`)
			if !errors.Is(err, c.want) {
				t.Errorf("TLS %t, %s: error %v, want %v", secure, c.fault, err, c.want)
			}
			if c.fault.HalfBody && (body == "" || body[0] != '{') {
				t.Errorf("half of the answer is %q", body)
			}
			if n := len(s.Records()); n != c.stored {
				t.Errorf("TLS %t, %s: %d records stored, want %d", secure, c.fault, n, c.stored)
			}
			if st := s.Stats(); st.ByStatus[0] != 1 {
				t.Errorf("TLS %t, %s: %+v", secure, c.fault, st)
			}
		}
	}
}

func TestFault_TimesRepeatAStepAndTheRuleComesFirst(t *testing.T) {
	s := newServer(t, Options{})
	s.Script(Fault{Status: 503, Times: 2}, Fault{Status: 429}, Fault{Status: 500, Times: -1})
	s.ScriptFunc(func(n int, r *http.Request) *Fault {
		if n == 2 && r.URL.Path == ingestPath {
			return &Fault{Status: 418}
		}
		return nil
	})
	call{method: "GET"}.do(s) // takes no step
	for i, want := range []int{503, 418, 503, 429, 500, 500, 500} {
		if got := post(s, `{}`).Code; got != want {
			t.Errorf("request %d: %d, want %d", i+1, got, want)
		}
	}
	s.Reset()
	if got := post(s, `{}`).Code; got != 204 {
		t.Errorf("after Reset: %d", got)
	}
	if st := s.Stats(); st.Requests != 1 || len(s.Records()) != 1 {
		t.Errorf("after Reset: %+v", st)
	}
}

func TestDelay_PassesBeforeTheRealAnswer(t *testing.T) {
	var slept []time.Duration
	var storedBefore []int
	var s *Server
	s = newServer(t, Options{Sleep: func(_ context.Context, d time.Duration) error {
		slept = append(slept, d)
		storedBefore = append(storedBefore, len(s.Records()))
		return nil
	}})
	s.Script(Slow(12*time.Second), Fault{Delay: time.Minute, StoreFirst: true}, Fault{Delay: time.Hour, Status: 503})
	for _, want := range []int{204, 204, 503} {
		wantStatus(t, post(s, `{"content":"c"}`), want)
	}
	if len(slept) != 3 || slept[0] != 12*time.Second || slept[1] != time.Minute || slept[2] != time.Hour {
		t.Errorf("slept %v", slept)
	}
	if storedBefore[0] != 0 || storedBefore[1] != 2 || len(s.Records()) != 2 {
		t.Errorf("stored before the delay: %v, at the end %d", storedBefore, len(s.Records()))
	}
	if st := s.Stats(); st.BytesWire != 3*15 {
		t.Errorf("%d bytes on the wire", st.BytesWire)
	}
}

func TestDelay_EndsWithTheClientAndWithTheServer(t *testing.T) {
	for _, who := range []string{"client", "server"} {
		t.Run(who, func(t *testing.T) {
			waiting := make(chan struct{})
			counted := make(chan Exchange, 1)
			s := newServer(t, Options{
				Sleep: func(ctx context.Context, _ time.Duration) error {
					close(waiting)
					<-ctx.Done()
					return ctx.Err()
				},
				Observe: func(e Exchange) { counted <- e },
			})
			client, url := listening(t, s, false)
			s.Script(Slow(time.Hour))
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var group sync.WaitGroup
			group.Go(func() {
				r, _ := http.NewRequestWithContext(ctx, http.MethodPost, url+ingestPath, strings.NewReader(`{}`))
				if w, err := client.Do(r); err == nil {
					w.Body.Close()
					t.Errorf("answered %d", w.StatusCode)
				}
			})
			<-waiting
			if who == "client" {
				cancel()
			} else if err := s.Close(); err != nil {
				t.Error(err)
			}
			if e := <-counted; e.Status != 0 || e.Stored != 0 || e.Fault != "delay=1h0m0s:ok" {
				t.Errorf("%+v", e)
			}
			group.Wait()
			if n := len(s.Records()); n != 0 {
				t.Errorf("%d records stored", n)
			}
		})
	}
}

func TestDelay_UnderAnotherHTTPServerEndsWithClose(t *testing.T) {
	waiting := make(chan struct{})
	s := newServer(t, Options{Sleep: func(ctx context.Context, _ time.Duration) error {
		close(waiting)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Second):
			t.Error("Close did not end the delay")
			return nil
		}
	}})
	s.Script(Slow(time.Hour))
	aborted := make(chan any)
	go func() {
		defer func() { aborted <- recover() }()
		post(s, `{}`)
	}()
	<-waiting
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if got := <-aborted; got != http.ErrAbortHandler {
		t.Errorf("the handler ended with %v", got)
	}
}

func TestBody_EndlessOneIsBoundedInTime(t *testing.T) {
	s := newServer(t, Options{})
	_, url := listening(t, s, false)
	s.Script(Fault{EndlessBody: 1 << 40, EndlessFor: 20 * time.Millisecond})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true}}
	status, body, _, err := send(client, url, `{}`)
	if status != 400 || err == nil || int64(len(body)) >= 1<<40 {
		t.Errorf("%d, %d bytes, %v; want the body to break off", status, len(body), err)
	}
}
