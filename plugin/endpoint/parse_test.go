package endpoint

import (
	"net/url"
	"strings"
	"testing"
)

const (
	secretPart   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQR"
	classicToken = "dt0c01.ABCDEFGHIJKLMNOPQRSTUVWX." + secretPart // valid in form and worth nothing
)

func TestParse_Endpoints(t *testing.T) {
	const saas = "https://abc12345.live.dynatrace.com/api/v2/logs/ingest"
	const gate = "https://ag.example.com:9999/e/abc12345/api/v2/logs/ingest"
	const managed = "https://dt.example.com/e/01234567-89ab-cdef-0123-456789abcdef/api/v2/logs/ingest"
	for _, c := range []struct {
		name, in, want string
		kind           Kind
		warning        string
	}{
		{"an environment id", "abc12345", saas, SaaS, ""},
		{"an environment id in capitals", "ABC12345", saas, SaaS, ""},
		{"an environment id with white space around", " abc12345\n", saas, SaaS, ""},
		{"a word that may be a host", "activegate", "https://activegate.live.dynatrace.com/api/v2/logs/ingest", SaaS, "is read as an environment id"},
		{"a SaaS base URL", "https://abc12345.live.dynatrace.com", saas, SaaS, ""},
		{"a SaaS base URL with a slash", "https://abc12345.live.dynatrace.com/", saas, SaaS, ""},
		{"a SaaS host", "abc12345.live.dynatrace.com", saas, SaaS, ""},
		{"a SaaS host in capitals with a final dot", "HTTPS://ABC12345.Live.Dynatrace.com./", saas, SaaS, ""},
		{"a full ingest URL", saas, saas, SaaS, ""},
		{"a full ingest URL with a slash", saas + "/", saas, SaaS, ""},
		{"a path that was added twice", saas + "/api/v2/logs/ingest", saas, SaaS, ""},
		{"the API URL of the Operator", "https://abc12345.live.dynatrace.com/api", saas, SaaS, ""},
		{"part of the path", "https://abc12345.live.dynatrace.com/api/v2/", saas, SaaS, ""},
		{"slashes too many", "https://abc12345.live.dynatrace.com//api//v2/logs/ingest//", saas, SaaS, ""},
		{"without a scheme but with slashes", "//abc12345.live.dynatrace.com", saas, SaaS, ""},
		{"an environment of a stage", "https://abc12345.sprint.dynatracelabs.com", "https://abc12345.sprint.dynatracelabs.com/api/v2/logs/ingest", SaaS, ""},
		{"/e/ on a SaaS host", "https://abc12345.live.dynatrace.com/e/abc12345", "https://abc12345.live.dynatrace.com/e/abc12345/api/v2/logs/ingest", SaaS, `the path "/e/abc12345" does not belong`},
		{"an ActiveGate", "https://ag.example.com:9999/e/abc12345", gate, ActiveGate, ""},
		{"an ActiveGate with a slash", "https://ag.example.com:9999/e/abc12345/", gate, ActiveGate, ""},
		{"an ActiveGate without a scheme", "ag.example.com:9999/e/abc12345", gate, ActiveGate, ""},
		{"the ingest URL of an ActiveGate", gate, gate, ActiveGate, ""},
		{"an ActiveGate by a short name", "ag-1:9999/e/abc", "https://ag-1:9999/e/abc/api/v2/logs/ingest", ActiveGate, ""},
		{"an ActiveGate by address", "https://[2001:DB8::1]:9999/e/abc", "https://[2001:db8::1]:9999/e/abc/api/v2/logs/ingest", ActiveGate, ""},
		{"an ActiveGate without an id", "https://ag.example.com:9999", "https://ag.example.com:9999/api/v2/logs/ingest", ActiveGate, "has no /e/{environment-id}, and ag.example.com:9999 is not a SaaS host (*.live.dynatrace.com); an ActiveGate takes https://ag.example.com:9999/e/{environment-id}, a Managed"},
		{"Managed", "https://dt.example.com/e/01234567-89ab-cdef-0123-456789abcdef", managed, Managed, ""},
		{"a proxy", "https://logs.example.com/dynatrace", "https://logs.example.com/dynatrace/api/v2/logs/ingest", Other, "has no /e/{environment-id}"},
		{"the platform's gateway", "https://logs.example.com/platform/classic/environment-api/v2/logs/ingest", "https://logs.example.com/platform/classic/environment-api/v2/logs/ingest", Other, "has no /e/"},
		{"a server for tests", "http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v2/logs/ingest", Other, ""},
		{"a server for tests over IPv6", "http://[::1]:8080/", "http://[::1]:8080/api/v2/logs/ingest", Other, ""},
		{"localhost alone", "localhost", "https://localhost/api/v2/logs/ingest", Other, ""},
		{"localhost with /e/", "http://localhost:8080/e/abc", "http://localhost:8080/e/abc/api/v2/logs/ingest", Managed, ""},
		{"the OneAgent", "http://localhost:14499/v2/logs/ingest", "http://localhost:14499/v2/logs/ingest", OneAgent, ""},
		{"the OneAgent with a slash", "http://localhost:14499/v2/logs/ingest/", "http://localhost:14499/v2/logs/ingest", OneAgent, ""},
		{"the OneAgent without a path", "http://127.0.0.1:14499", "http://127.0.0.1:14499/v2/logs/ingest", OneAgent, ""},
		{"the OneAgent over IPv6", "http://[::1]:14499/", "http://[::1]:14499/v2/logs/ingest", OneAgent, ""},
		{"the OneAgent without a scheme, which speaks no TLS", "localhost:14499", "http://localhost:14499/v2/logs/ingest", OneAgent, ""},
		{"the OneAgent without a scheme, with its path", "127.0.0.1:14499/v2/logs/ingest", "http://127.0.0.1:14499/v2/logs/ingest", OneAgent, ""},
		{"the OneAgent with half its path", "http://localhost:14499/v2/logs", "http://localhost:14499/v2/logs/ingest", OneAgent, ""},
		{"the OneAgent with a version", "http://localhost:14499/v2/", "http://localhost:14499/v2/logs/ingest", OneAgent, ""},
		{"the OneAgent with the path of the others", "http://localhost:14499/api/v2/logs/ingest", "http://localhost:14499/v2/logs/ingest", OneAgent, ""},
		{"the OneAgent on another port", "http://localhost:14500/v2/logs/ingest", "http://localhost:14500/v2/logs/ingest", OneAgent, ""},
		{"its path behind TLS on this machine", "https://localhost:8443/v2/logs/ingest", "https://localhost:8443/v2/logs/ingest", Other, ""},
		{"its port and an environment", "http://localhost:14499/e/abc", "http://localhost:14499/e/abc/api/v2/logs/ingest", Managed, ""},
		{"its port on another machine", "https://web.example.com:14499", "https://web.example.com:14499/api/v2/logs/ingest", Other, "has no /e/"},
		{"the structure in the query", "abc12345.live.dynatrace.com?structure=raw", saas + "?structure=raw", SaaS, ""},
		{"attributes in the query", saas + "?team=core&region=eu", saas + "?team=core&region=eu", SaaS, `an attribute of every record: "region", "team"`},
		{"the content type in the query", saas + "?Content-Type=application/json", saas + "?Content-Type=application/json", SaaS, "the query sets the content type"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, warnings, err := Parse(c.in)
			if err != nil {
				t.Fatal(err)
			}
			if got.IngestURL != c.want || got.Kind != c.kind {
				t.Errorf("got %s (%v), want %s (%v)", got.IngestURL, got.Kind, c.want, c.kind)
			}
			if u, err := url.Parse(got.IngestURL); err != nil || u.Host != got.Host {
				t.Errorf("Host is %q, the URL says %q (%v)", got.Host, u.Host, err)
			}
			switch {
			case c.warning == "" && len(warnings) > 0:
				t.Errorf("warnings: %q", warnings)
			case c.warning != "" && (len(warnings) != 1 || !strings.Contains(warnings[0], c.warning)):
				t.Errorf("warnings: %q, want one with %q", warnings, c.warning)
			}
		})
	}
}

func TestParse_RejectsWithoutShowingSecrets(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"the web interface", "https://abc12345.apps.dynatrace.com/ui/apps/x", `got the host "abc12345.apps.dynatrace.com", which is the web interface, takes https://abc12345.live.dynatrace.com`},
		{"the web interface of a stage", "https://abc12345.dev.apps.dynatracelabs.com", "takes https://abc12345.dev.dynatracelabs.com"},
		{"SaaS without an id", "https://live.dynatrace.com", "without an environment id"},
		{"SaaS with an empty variable", "https://.live.dynatrace.com", "is the variable for the environment id empty?"},
		{"SaaS with a placeholder", "https://your-environment-id.live.dynatrace.com", "a placeholder"},
		{"a placeholder in braces", "https://{your-environment-id}.live.dynatrace.com", "a placeholder"},
		{"a placeholder for the id", "https://ag.example.com:9999/e/ENVIRONMENT_ID", "takes /e/ followed by the id"},
		{"/e/ without an id", "https://ag.example.com:9999/e/", "takes /e/ followed by the id"},
		{"/e/ with an empty variable", "https://ag.example.com:9999/e//api/v2/logs/ingest", "takes /e/ followed by the id"},
		{"another scheme", "ftp://abc12345.live.dynatrace.com", "begins with https://"},
		{"a scheme without slashes", "https:abc12345.live.dynatrace.com", "with two slashes"},
		{"a scheme with one slash", "http:/abc12345.live.dynatrace.com", "with two slashes"},
		{"a user", "https://user:hunter2@ag.example.com/e/abc", "with a user or password"},
		{"a user without a scheme", "user:hunter2@ag.example.com/e/abc", "with a user or password"},
		{"a password that looks like a path", "https://user:1/hunter2@ag.example.com/api/x", "with a user or password"},
		{"a password that looks like a query", "https://user:1?hunter2&x@ag.example.com", "with a user or password"},
		{"a token in the query", "https://abc12345.live.dynatrace.com/?Api-Token=hunter2", "with a token in the query"},
		{"an escaped token in the query", "https://abc12345.live.dynatrace.com/?api%2Dtoken=hunter2", "with a token in the query"},
		{"a token under another name", "https://abc12345.live.dynatrace.com/?x=" + classicToken, "with a token in the query"},
		{"a broken query", "https://abc12345.live.dynatrace.com/?a=%zz", "with a query that cannot be read"},
		{"IPv6 without brackets", "https://2001:db8::1:9999/e/abc", "an IPv6 address without brackets, takes [2001:db8::1] or [2001:db8::1]:9999"},
		{"IPv6 without brackets and port", "https://2001:db8::1/e/abc", "an IPv6 address without brackets"},
		{"a fragment", "https://abc12345.live.dynatrace.com/#dashboards", "without # and what follows it"},
		{"a token", classicToken, "got a token"},
		{"a token as the host", "https://" + classicToken, "got a token"},
		{"a word too long for an id", "abcdefghijklmnopqrstu", "got a word of 21 characters"},
		{"a Managed id", "01234567-89ab-cdef-0123-456789abcdef", "takes https://{domain}/e/01234567-89ab-cdef-0123-456789abcdef"},
		{"white space", "https://abc 12345.live.dynatrace.com", "with white space in it"},
		{"a comment", "abc12345 # ours", "a comment needs a line of its own"},
		{"a control character", "https://abc12345\x01.live.dynatrace.com", "not printable ASCII"},
		{"a letter that is not ASCII", "https://äbc12345.live.dynatrace.com", "not printable ASCII"},
		{"quotation marks", `"https://abc12345.live.dynatrace.com"`, "with quotation marks"},
		{"a variable", "https://${DT_ENV}.live.dynatrace.com", "a variable that was not replaced"},
		{"a shell variable", "https://$DT_ENV.live.dynatrace.com", "a variable that was not replaced"},
		{"a template", "https://{{ .Values.env }}.live.dynatrace.com", "a variable that was not replaced"},
		{"a port too large", "https://ag.example.com:99999/e/abc", "takes a port from 1 to 65535"},
		{"port zero", "https://ag.example.com:0/e/abc", "takes a port from 1 to 65535"},
		{"a port in letters", "https://ag.example.com:port/e/abc", "cannot be read as a URL"},
		{"no host", "https:///e/abc", "no valid host name"},
		{"a host with an empty label", "https://ag..example.com/e/abc", "no valid host name"},
		{"OTLP", "https://abc12345.live.dynatrace.com/api/v2/otlp/v1/logs", `got the OTLP path "/api/v2/otlp/v1/logs", takes the base URL https://abc12345.live.dynatrace.com`},
		{"https to a OneAgent", "https://localhost:14499", "got https to localhost:14499, takes http://localhost:14499: a OneAgent speaks no TLS"},
		{"OTLP of a OneAgent", "http://localhost:14499/api/v2/otlp/v1/logs", "got the OTLP path"},
		{"OTLP of an ActiveGate", "https://ag.example.com:9999/e/abc/api/v2/otlp", "takes the base URL https://ag.example.com:9999/e/abc"},
		{"another API", "https://abc12345.live.dynatrace.com/api/v2/metrics/ingest", "takes the base URL https://abc12345.live.dynatrace.com"},
		{"Firehose", "https://abc12345.live.dynatrace.com/api/v2/logs/ingest/aws_firehose", "the path of another API"},
		{"digits", "9999", "no valid host name"},
		{"half an address", "https://10.0.1/e/abc", "no valid host name"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, err := Parse(c.in)
			if err == nil {
				t.Fatalf("got %s", got.IngestURL)
			}
			if text := err.Error(); !strings.Contains(text, c.want) || strings.Contains(text, "\n") {
				t.Errorf("got  %q\nwant %q", text, c.want)
			}
			if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), secretPart) {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

func TestEndpoint_ExposedIsHTTPToAnotherMachine(t *testing.T) {
	for in, want := range map[string]bool{
		"http://ag.example.com:9999/e/abc": true, "http://127.0.0.1.example.com": true,
		"https://ag.example.com:9999/e/abc": false, "http://localhost:8080": false, "http://127.0.0.1:14499": false,
	} {
		if e, _, err := Parse(in); err != nil || e.Exposed() != want {
			t.Errorf("%s: got %v, %v", in, e.Exposed(), err)
		}
	}
}

func TestEndpoint_LoopbackIsThisMachineOnly(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "localhost:80": true, "a.localhost:80": true, "127.1.2.3:80": true, "[::1]:80": true, "[::1]": true, "[::ffff:127.0.0.1]:80": true,
		"": false, "10.0.0.1": false, "localhost.example.com": false, "[2001:db8::1]:80": false,
	} {
		if got := (Endpoint{Host: host}).Loopback(); got != want {
			t.Errorf("%q: got %v", host, got)
		}
	}
}

// FuzzParse: whatever is accepted is a URL that means the same when it is given again, and every
// message is one line.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"abc12345", "https://abc12345.live.dynatrace.com/", "ag:9999/e/abc", "http://[::1]:14499/v2/logs/ingest", "https://h/e/x/api/v2/logs/ingest?a=b",
		"user:pass@h", "https://h:0", "//h", "h:1/%2f/e/%41", "https://h/api/v2/otlp", "https://h/v2/logs/ingest/api", "h:/$0?", "https://user:1?x@h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, warnings, err := Parse(s)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Errorf("more than one line: %q", err)
			}
			return
		}
		for _, w := range warnings {
			if strings.ContainsAny(w, "\n\r") {
				t.Errorf("more than one line: %q", w)
			}
		}
		u, err := url.Parse(e.IngestURL)
		if err != nil || u.User != nil || u.Host == "" || u.Host != e.Host || !strings.HasSuffix(u.EscapedPath(), oneAgentPath) {
			t.Fatalf("%q gives %q (host %q): %v", s, e.IngestURL, e.Host, err)
		}
		again, _, err := Parse(e.IngestURL)
		if err != nil || again != e {
			t.Errorf("%q gives %+v, which gives %+v, %v", s, e, again, err)
		}
	})
}
