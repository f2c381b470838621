package config

import (
	"slices"
	"strings"
	"testing"
)

const (
	viaActiveGate = "https://ag1.example.com:9999/e/abc12345"
	viaSaaS       = "https://abc12345.live.dynatrace.com"
)

func TestLoad_WarnsOfOptionsThatDoNotFitSeveralEndpoints(t *testing.T) {
	const local = "https://127.0.0.1:9999/e/a1"
	two := viaActiveGate + "," + viaSaaS
	for _, c := range []struct {
		name string
		p    properties
		want []string // the beginnings of the warnings
	}{
		{"nothing to say", with("endpoint", two), nil},
		{"a platform token, which the ActiveGate may reject", with("endpoint", two, "api_token", platformTok), []string{"api_token: is a platform token, which an ActiveGate (ag1.example.com:9999) may reject"}},
		{"http to one", with("endpoint", "http://ag1.example.com:9999/e/abc12345,"+viaSaaS, "allow_http", "on"), []string{"endpoint: number 1: the token and the logs travel unencrypted to ag1.example.com:9999"}},
		{"TLS to one of them", with("endpoint", "http://127.0.0.1:9999/e/abc12345,"+viaSaaS, "tls_server_name", "abc12345.live.dynatrace.com"), nil},
		{"TLS to none of them", with("endpoint", "http://127.0.0.1:9999/e/abc12345,http://127.0.0.1:9998/e/abc12345", "tls_server_name", "x"), []string{"tls_server_name: has no effect"}},
		{"one name for all", with("endpoint", "https://ag1.example.com:9999/e/a1,https://ag2.example.com:9999/e/a1", "tls_server_name", "ag1.example.com"),
			[]string{"tls_server_name: is expected in the certificate of every endpoint, including number 2, ag2.example.com:9999"}},
		{"a name for the one that there is", with("endpoint", viaActiveGate, "tls_server_name", "x.example.com"), nil},
		{"no time for the second", with("endpoint", two, "flush_deadline", "15s"), []string{"flush_deadline: is 15s: after a request that got no response within `request_timeout`, 15s, there is no time for the next endpoint"}},
		{"a little time for the second", with("endpoint", two, "flush_deadline", "17s"), nil},
		{"no time is needed for one", with("flush_deadline", "15s"), nil},
		{"a short timeout to another machine", with("endpoint", local+",https://ag:9999/e/a1", "request_timeout", "5s"), []string{"request_timeout: is 5s"}},
		{"a short timeout to this machine", with("endpoint", local+",https://localhost:9998/e/a1", "request_timeout", "5s"), nil},
		{"a proxy that sees its password and one of them", with("endpoint", "http://127.0.0.1:9999/e/abc12345,"+viaSaaS, "proxy", "http://joe:hunter2@proxy:3128"), []string{"proxy: gets the token, the logs and its own password unencrypted"}},
		{"another data model in none", with("endpoint", two, "structure", "raw"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := warnings(mustLoad(t, c.p)); !slices.EqualFunc(got, c.want, strings.HasPrefix) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if got := lines(t, with("endpoint", viaActiveGate+","+viaSaaS+"?structure=flattened", "structure", "raw")); len(got) != 1 || !strings.HasPrefix(got[0], "structure: is raw, and the query of `endpoint` names another one") {
		t.Errorf("got %q", got)
	}
	if got := lines(t, with("endpoint", viaSaaS+",https://x y")); len(got) != 1 || !strings.HasPrefix(got[0], "endpoint: number 2: got ") {
		t.Errorf("got %q", got)
	}
}

func TestLoad_HTTPToAnotherMachineMustBeAllowed(t *testing.T) {
	const takes = ", takes https (the token would travel unencrypted); `allow_http on` permits it"
	for in, want := range map[string]string{
		"http://ag.example.com:9999/e/abc":                  "endpoint: got http to ag.example.com:9999" + takes,
		"http://127.0.0.1.example.com":                      "endpoint: got http to 127.0.0.1.example.com" + takes,
		"http://ag1.example.com:9999/e/abc12345," + viaSaaS: "endpoint: number 1: got http to ag1.example.com:9999" + takes,
		viaSaaS + ",http://ag1.example.com:9999/e/abc12345": "endpoint: number 2: got http to ag1.example.com:9999" + takes,
	} {
		if got := lines(t, with("endpoint", in)); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q", in, got)
		}
	}
	c := mustLoad(t, with("endpoint", "http://ag.example.com:9999/e/abc", "allow_http", "on"))
	if got := c.Endpoints[0].IngestURL; got != "http://ag.example.com:9999/e/abc/api/v2/logs/ingest" || len(c.Warnings) != 1 {
		t.Errorf("got %v, %q", got, c.Warnings)
	}
}
