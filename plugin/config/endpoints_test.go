package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const (
	viaActiveGate = "https://ag1.example.com:9999/e/abc12345"
	viaSaaS       = "https://abc12345.live.dynatrace.com"
)

func TestSeveralEndpointsKeepTheirOrder(t *testing.T) {
	for _, c := range []struct {
		name, in string
		hosts    []string
		warnings []string // the beginnings
	}{
		{"one", viaActiveGate, []string{"ag1.example.com:9999"}, nil},
		{"two", viaActiveGate + "," + viaSaaS, []string{"ag1.example.com:9999", "abc12345.live.dynatrace.com"}, nil},
		{"blanks around the comma", " " + viaActiveGate + " ,\t" + viaSaaS + "\n", []string{"ag1.example.com:9999", "abc12345.live.dynatrace.com"}, nil},
		{"an id among them", "https://ag1.example.com:9999/e/ABC12345, abc12345", []string{"ag1.example.com:9999", "abc12345.live.dynatrace.com"}, nil},
		{"eight", activeGates(8), []string{"ag1:9999", "ag2:9999", "ag3:9999", "ag4:9999", "ag5:9999", "ag6:9999", "ag7:9999", "ag8:9999"}, nil},
		{"IPv6, with queries", "https://[2001:db8::1]:9999/e/a1?structure=raw,https://[2001:db8::2]:9999/e/a1?structure=raw", []string{"[2001:db8::1]:9999", "[2001:db8::2]:9999"}, nil},
		{"two paths of a host", "https://ag:9999/e/a1,https://ag:9999/tenant/e/a1", []string{"ag:9999", "ag:9999"}, nil},
		{"another scheme", "https://127.0.0.1:9999/e/a1,http://127.0.0.1:9999/e/a1", []string{"127.0.0.1:9999", "127.0.0.1:9999"}, nil},
		{"another environment", viaActiveGate + ",def67890", []string{"ag1.example.com:9999", "def67890.live.dynatrace.com"},
			[]string{"number 2: is of the environment def67890, and number 1 of abc12345; all must lead to one"}},
		{"another environment behind one that says none", "https://127.0.0.1:9999," + viaActiveGate + ",https://ag:9999/e/other1", []string{"127.0.0.1:9999", "ag1.example.com:9999", "ag:9999"},
			[]string{"number 3: is of the environment other1, and number 2 of abc12345"}},
		{"a warning about one of them", viaSaaS + ",https://ag1.example.com:9999", []string{"abc12345.live.dynatrace.com", "ag1.example.com:9999"},
			[]string{"number 2: the URL has no /e/{environment-id}"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, warnings, err := ParseEndpoints(c.in, false)
			if err != nil {
				t.Fatal(err)
			}
			var hosts []string
			for _, e := range got {
				hosts = append(hosts, e.Host)
			}
			if !slices.Equal(hosts, c.hosts) {
				t.Errorf("got %q", hosts)
			}
			if !slices.EqualFunc(warnings, c.warnings, strings.HasPrefix) {
				t.Errorf("warnings %q, want %q", warnings, c.warnings)
			}
		})
	}
}

// activeGates gives n endpoints of one environment.
func activeGates(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("https://ag%d:9999/e/a1", i+1))
	}
	return strings.Join(all, ",")
}

func TestListsOfEndpointsThatAreRefused(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"one that is wrong", viaSaaS + ",https://abc12345.apps.dynatrace.com", `number 2: got the host "abc12345.apps.dynatrace.com", which is the web interface`},
		{"the first is wrong", "http://ag1.example.com:9999/e/a1," + viaSaaS, "number 1: got http to ag1.example.com:9999, takes https"},
		{"the same twice", viaSaaS + ",abc12345", "number 2: is the same as number 1, abc12345.live.dynatrace.com; keep one of them"},
		{"the same with its port", viaActiveGate + "," + viaSaaS + "," + viaSaaS + ":443/api/v2/logs/ingest", "number 3: is the same as number 2"},
		{"the same with the port of http", "http://127.0.0.1/e/a1,http://127.0.0.1:80/e/a1/", "number 2: is the same as number 1"},
		{"a comma at the end", viaSaaS + ",", "number 2: got nothing between the commas"},
		{"a variable that is not set", "," + viaSaaS, "number 1: got nothing between the commas, takes an environment id, a base URL or the full ingest URL; is a variable not set?"},
		{"a OneAgent", viaSaaS + ",http://localhost:14499/v2/logs/ingest", "number 2: is the OneAgent of this machine"},
		{"nine", activeGates(9), "got 9 of them, takes up to 8"},
		{"a password with a comma", "https://joe:hunter2,x@ag1.example.com/e/a1", "got a URL with a user or password (an @)"},
		{"quotation marks around all", `"` + viaSaaS + "," + viaActiveGate + `"`, "with quotation marks around it"},
		{"a comma in a query", "https://127.0.0.1/?x=1,hunter2", "number 2: stands behind a query and has no https:// before it; write a comma in a query as %2C"},
		{"a token", viaSaaS + "," + classicToken, "number 2: got a token"},
		{"a token of the old form", viaSaaS + ",ABCDEFhunter2abcdefghi", "number 2: got a word of 22 characters"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := ParseEndpoints(c.in, false)
			switch {
			case err == nil:
				t.Fatalf("got %v, want an error", got)
			case !strings.HasPrefix(err.Error(), c.want) && !strings.HasSuffix(err.Error(), c.want+"; write it without"):
				t.Errorf("got %q, want %q", err, c.want)
			case strings.Contains(err.Error(), "hunter2"):
				t.Errorf("shows what may be a secret: %q", err)
			}
		})
	}
}

func TestWhatOtherOptionsMeanForSeveralEndpoints(t *testing.T) {
	const local = "https://127.0.0.1:9999/e/a1"
	two := viaActiveGate + "," + viaSaaS
	for _, c := range []struct {
		name string
		p    properties
		want []string // the beginnings of the warnings
	}{
		{"nothing to say", with("endpoint", two), nil},
		{"a platform token, which the ActiveGate may refuse", with("endpoint", two, "api_token", platformTok), []string{"api_token: is a platform token, which an ActiveGate (ag1.example.com:9999) may refuse"}},
		{"http to one", with("endpoint", "http://ag1.example.com:9999/e/abc12345,"+viaSaaS, "allow_http", "on"), []string{"endpoint: number 1: the token and the logs travel unencrypted to ag1.example.com:9999"}},
		{"TLS to one of them", with("endpoint", "http://127.0.0.1:9999/e/abc12345,"+viaSaaS, "tls_server_name", "abc12345.live.dynatrace.com"), nil},
		{"TLS to none of them", with("endpoint", "http://127.0.0.1:9999/e/abc12345,http://127.0.0.1:9998/e/abc12345", "tls_server_name", "x"), []string{"tls_server_name: has no effect"}},
		{"one name for all", with("endpoint", "https://ag1.example.com:9999/e/a1,https://ag2.example.com:9999/e/a1", "tls_server_name", "ag1.example.com"),
			[]string{"tls_server_name: is looked for in the certificate of every endpoint, number 2, ag2.example.com:9999, too"}},
		{"a name for the one that there is", with("endpoint", viaActiveGate, "tls_server_name", "x.example.com"), nil},
		{"no time for the second", with("endpoint", two, "flush_deadline", "15s"), []string{"flush_deadline: is 15s: after a request that got no answer within `request_timeout`, 15s, there is no time for the next endpoint"}},
		{"a little time for the second", with("endpoint", two, "flush_deadline", "17s"), nil},
		{"no time is needed for one", with("flush_deadline", "15s"), nil},
		{"a short timeout to another machine", with("endpoint", local+",https://ag:9999/e/a1", "request_timeout", "5s"), []string{"request_timeout: is 5s"}},
		{"a short timeout to this machine", with("endpoint", local+",https://localhost:9998/e/a1", "request_timeout", "5s"), nil},
		{"a proxy that sees its password and one of them", with("endpoint", "http://127.0.0.1:9999/e/abc12345,"+viaSaaS, "proxy", "http://joe:hunter2@proxy:3128"), []string{"proxy: gets the token, the logs and its own password unencrypted"}},
		{"another data model in none", with("endpoint", two, "structure", "raw"), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := mustLoad(t, c.p).Warnings; !slices.EqualFunc(got, c.want, strings.HasPrefix) {
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

// FuzzEndpoints: every one of a list that is accepted would be accepted alone and is there once, and every message is one line.
func FuzzEndpoints(f *testing.F) {
	for _, s := range []string{viaActiveGate + "," + viaSaaS, "a1,b2", ",", "a1,a1", "https://h/?a=b,https://h/?a=c", "https://u:p,q@h", `"a1,b2"`, "https://h:443/,https://h", activeGates(9)} {
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, s string, allowHTTP bool) {
		all, warnings, err := ParseEndpoints(s, allowHTTP)
		if err != nil {
			warnings = append(warnings, err.Error())
		}
		for _, w := range warnings {
			if strings.ContainsAny(w, "\n\r") {
				t.Errorf("more than one line: %q", w)
			}
		}
		if err == nil && (len(all) == 0 || len(all) > maxEndpoints) {
			t.Fatalf("%q gives %d", s, len(all))
		}
		for i, e := range all {
			again, _, err := ParseEndpoint(e.IngestURL, allowHTTP)
			if err != nil || again != e {
				t.Errorf("%q gives %+v, which gives %+v, %v", s, e, again, err)
			}
			if slices.Contains(all[i+1:], e) {
				t.Errorf("%q gives %v twice", s, e)
			}
		}
	})
}
