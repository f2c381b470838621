package ingest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestCertificate_IsTrustedByItsPEMOnly(t *testing.T) {
	s := newServer(t, Options{TLSNames: []string{"other.example"}})
	url, ca, err := s.StartTLS("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) || !strings.HasPrefix(url, "https://127.0.0.1:") {
		t.Fatalf("%s %s", url, ca)
	}
	try := func(config *tls.Config) error {
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
		w, err := client.Get(url + healthPath)
		if err == nil {
			w.Body.Close()
			if w.ProtoMajor != 1 {
				t.Errorf("protocol %s", w.Proto)
			}
		}
		return err
	}
	for name, c := range map[string]struct {
		config *tls.Config
		want   string
	}{
		"trusted":             {&tls.Config{RootCAs: pool, ServerName: "other.example"}, ""},
		"a name not on it":    {&tls.Config{RootCAs: pool}, "127.0.0.1"},
		"not trusted":         {&tls.Config{RootCAs: x509.NewCertPool(), ServerName: "other.example"}, "unknown authority"},
		"TLS 1.1 is too old":  {&tls.Config{RootCAs: pool, ServerName: "other.example", MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11}, "protocol version"},
		"without a check":     {&tls.Config{InsecureSkipVerify: true}, ""},
		"HTTP/2 is not there": {&tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2", "http/1.1"}}, ""},
	} {
		err := try(c.config)
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestStats_CountConnectionsAndConcurrentRequests(t *testing.T) {
	s := newServer(t, Options{})
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			transport := &http.Transport{}
			defer transport.CloseIdleConnections()
			for range 25 {
				if status, _, _, err := send(&http.Client{Transport: transport}, url, `[{"content":"c"},{"content":"d"}]`); status != 204 {
					t.Errorf("%d %v", status, err)
				}
			}
		})
	}
	group.Wait()
	st := s.Stats()
	if st.Connections != 4 || st.Requests != 100 || st.IngestRequests != 100 || st.ByStatus[204] != 100 || st.RecordsStored != 200 || st.BytesWire != 100*33 {
		t.Errorf("%+v", st)
	}
	if n := len(s.Records()); n != 200 {
		t.Errorf("%d records", n)
	}
}

func TestServer_CloseMayBeRepeatedAndEndsListening(t *testing.T) {
	s := newServer(t, Options{})
	url, err := s.Start("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := http.Get(url + healthPath); err == nil {
		t.Error("still answers")
	}
	if _, err := s.Start("127.0.0.1:0"); err == nil {
		t.Error("starts again")
	}
}

func TestStats_AreACopy(t *testing.T) {
	s := newServer(t, Options{})
	st := s.Stats()
	st.ByStatus[204], st.Trims["x"] = 5, 5
	if st := s.Stats(); st.ByStatus[204] != 0 || st.Trims["x"] != 0 {
		t.Errorf("%+v", st)
	}
}

func TestOptions_ContradictionsAreRefused(t *testing.T) {
	for _, o := range []Options{
		{Profile: 7}, {Structure: 7}, {RequireEnvironmentPath: true}, {Tokens: []Token{{}}}, {UnsupportedStatus: 200}, {MissingScopeStatus: 1000},
		{Refuse: []string{"x", ""}}, {RefuseStatus: 204},
	} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}

func TestNDJSONStore_WritesOneLinePerRecord(t *testing.T) {
	var out strings.Builder
	s := newServer(t, Options{Store: NewNDJSONStore(&out)})
	wantStatus(t, post(s, "[{\"content\":\"a\\nb\"},\n{\"content\":\"c\"}]"), 204)
	lines := strings.Split(out.String(), "\n")
	if len(lines) != 3 || lines[2] != "" || fields(t, lines[0])["content"] != "a\nb" || fields(t, lines[1])["content"] != "c" {
		t.Errorf("%q", lines)
	}
	if s.Records() != nil {
		t.Error("records of a store that is not in memory")
	}
}

func TestServer_StoredKeysAreSorted(t *testing.T) {
	s := newServer(t, Options{})
	wantStatus(t, post(s, `{"z":1,"content":"c","a":{},"A":2,"é":3}`), 204)
	var keys []string
	members([]byte(only(t, s)), func(key, _ []byte) bool {
		keys = append(keys, unquote(key))
		return true
	})
	if !slices.IsSorted(keys) || len(keys) != 10 {
		t.Errorf("%q", keys)
	}
}

func TestServer_RecordsSurviveTheReuseOfBuffers(t *testing.T) {
	s := newServer(t, Options{})
	for i := range 50 {
		body, _ := json.Marshal(map[string]any{"content": strings.Repeat(string(rune('a'+i%26)), 1000+i)})
		wantStatus(t, post(s, string(body)), 204)
	}
	for i, r := range s.Records() {
		if want := strings.Repeat(string(rune('a'+i%26)), 1000+i); fields(t, string(r))["content"] != want {
			t.Fatalf("record %d is damaged", i)
		}
	}
}
