package plugin

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/flush"
	"out_dynatrace/plugin/internal/flushtest"
	"out_dynatrace/plugin/wire"
)

// loaded returns a configuration with pairs of option and value.
func loaded(t *testing.T, pairs ...string) *config.Config {
	t.Helper()
	o := options{"endpoint": "http://127.0.0.1:1/e/abc12345", "api_token": "dt0c01.PUBLICPUBLICPUBLICPUBLIC." + secret, "metadata_files": "off"}
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i]] = pairs[i+1]
	}
	cfg, err := config.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// atServer returns an instance that sends to a server of its own.
func atServer(t *testing.T, handler http.HandlerFunc, pairs ...string) (*Instance, *flushtest.Lines) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	log := new(flushtest.Lines)
	in, err := New(loaded(t, append([]string{"endpoint", server.URL + "/e/abc12345"}, pairs...)...), "5.1.1", log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(in.Close)
	return in, log
}

func TestInstance_EveryRequestHasTheConfiguredHeaders(t *testing.T) {
	var got http.Header
	in, _ := atServer(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		w.WriteHeader(http.StatusNoContent)
	}, "headers", "X-Gateway-Key=a key,x-team=web", "structure", "raw")
	if out := in.Flush([]byte("app"), flushtest.Chunk("a line"), false); out != flush.OutcomeOK {
		t.Fatal(out)
	}
	for name, want := range map[string]string{
		"X-Gateway-Key": "a key", "X-Team": "web", "X-Dynatrace-Options": "structure=raw", "User-Agent": "fluent-bit-output-dynatrace/" + wire.Version + " fluent-bit/5.1.1",
	} {
		if got.Get(name) != want {
			t.Errorf("%s: %q, want %q", name, got.Get(name), want)
		}
	}
}

func TestInstance_LogsNoHeaderThatAServerEchoes(t *testing.T) {
	const key = "Sup3rS3cretKey"
	in, log := atServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "you sent X-Gateway-Key: "+r.Header.Get("X-Gateway-Key"))
	}, "headers", "X-Gateway-Key="+key)
	in.Flush([]byte("app"), flushtest.Chunk("a line"), true)
	if log.Count("you sent X-Gateway-Key") == 0 || log.Count(key) > 0 {
		t.Errorf("want the answer without the key: %s", strings.Join(log.All, "\n"))
	}
}

func TestInstance_LogsNoPasswordThatAProxyEchoes(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent := r.Header.Get("Proxy-Authorization")
		_, encoded, _ := strings.Cut(sent, " ")
		plain, _ := base64.StdEncoding.DecodeString(encoded)
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprintf(w, "Proxy-Authorization=%s from http://%s@proxy: %s", sent, plain, plain)
	}))
	defer proxy.Close()
	const password = "hunter2"
	logged := new(flushtest.Lines)
	in, err := New(loaded(t, "endpoint", "http://ag.example/e/abc12345", "allow_http", "on", "proxy", strings.Replace(proxy.URL, "//", "//joe:"+password+"@", 1),
		"flush_deadline", "1s", "request_timeout", "1s"), "", logged)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if out := in.Flush([]byte("app"), flushtest.Chunk("a line"), true); out != flush.OutcomeRetry {
		t.Error(out)
	}
	text := strings.Join(logged.All, "\n")
	if !strings.Contains(text, "Bad Gateway") || strings.Contains(text, password) || strings.Contains(text, base64.StdEncoding.EncodeToString([]byte("joe:"+password))) {
		t.Errorf("logged %s", text)
	}
}
