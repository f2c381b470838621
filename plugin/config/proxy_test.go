package config

import (
	"strings"
	"testing"
)

func TestProxiesAreReadWithAndWithoutPassword(t *testing.T) {
	for _, c := range []struct{ in, url, text string }{
		{"http://proxy.example.com:3128", "http://proxy.example.com:3128", "http://proxy.example.com:3128"},
		{"https://Proxy:3129/", "https://proxy:3129", "https://proxy:3129"},
		{"proxy:3128", "http://proxy:3128", "http://proxy:3128"},
		{"http://proxy", "http://proxy:80", "http://proxy:80"},
		{"https://proxy", "https://proxy:443", "https://proxy:443"},
		{"http://[::1]:3128", "http://[::1]:3128", "http://[::1]:3128"},
		{"http://joe:hunter2@proxy:3128", "http://joe:hunter2@proxy:3128", "http://[redacted]@proxy:3128"},
		{"joe:hunter2@proxy:3128", "http://joe:hunter2@proxy:3128", "http://[redacted]@proxy:3128"},
		{"http://dom%5Cjoe:a%2Fb%40c%23@proxy:3128", "http://dom%5Cjoe:a%2Fb%40c%23@proxy:3128", "http://[redacted]@proxy:3128"},
		{"http://joe@proxy:3128", "http://joe@proxy:3128", "http://[redacted]@proxy:3128"},
	} {
		p, err := ParseProxy(c.in)
		if err != nil || p.URL().String() != c.url || p.String() != c.text || p.Off() {
			t.Errorf("%q: got %v, %v", c.in, p, err)
			continue
		}
		if out := printed(t, struct{ P Proxy }{p}) + printed(t, &p) + printed(t, Config{Proxy: p}); strings.Contains(out, "hunter2") {
			t.Errorf("the password is printed: %s", out)
		}
	}
	if p := mustLoad(t, with()).Proxy; p.URL() != nil || p.Off() || p.String() != "environment" {
		t.Errorf("without the option: %v", p)
	}
	if p := mustLoad(t, with("proxy", "Off")).Proxy; p.URL() != nil || !p.Off() || p.String() != "off" {
		t.Errorf("off: %v", p)
	}
}

func TestProxiesThatCannotBeReadAreRefusedWithoutTheirPassword(t *testing.T) {
	for in, want := range map[string]string{
		"socks5://proxy:1080":               "a SOCKS proxy can only come from the environment",
		"http://":                           "cannot be read as a URL",
		"http://proxy:99999":                "takes a port from 1 to 65535",
		"http://proxy:3128/path":            "without a path behind it",
		"http://proxy:3128?a=b":             "without a path behind it",
		"http://joe:hunter/2@proxy:3128":    "write / ? # @ % as %2F %3F %23 %40 %25",
		"http://joe:12/hunter2@proxy:3128":  "write / ? # @ % as %2F %3F %23 %40 %25",
		"http://joe:12#hunter2@proxy:3128":  "write / ? # @ % as %2F %3F %23 %40 %25",
		"http://joe:hunter%2@proxy:3128":    "write / ? # @ % as %2F %3F %23 %40 %25",
		"http://joe:hunter 2@proxy:3128":    "with white space",
		"http://joe:${PASS}hunter@proxy:80": "a variable that was not replaced",
		`"http://joe:hunter2@proxy:80"`:     "with quotation marks around it",
		"http://-:80":                       "no valid host name",
		"http://2001:db8::1:3128":           "an IPv6 address without brackets, takes [2001:db8::1]",
		classicToken:                        "got a token",
	} {
		got := lines(t, with("proxy", in))
		if len(got) != 1 || !strings.HasPrefix(got[0], "proxy: got ") || !strings.Contains(got[0], want) || strings.Contains(got[0], "hunter") || strings.Contains(got[0], secretPart) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestProxiesThatMakeLittleSenseAreWarnedOf(t *testing.T) {
	for _, c := range []struct {
		p    properties
		want string
	}{
		{properties{"endpoint": "http://localhost:14499", "compress": "none", "proxy": "http://proxy:3128"}, "set `proxy off`"},
		{with("endpoint", "http://ag.example.com/e/abc12345", "allow_http", "on", "proxy", "http://joe:x@proxy:3128"), "unencrypted"},
		{with("proxy", "http://joe:x@proxy:3128"), ""},
	} {
		got := mustLoad(t, c.p).Warnings
		if (len(got) > 0) != (c.want != "") || c.want != "" && !containsLine(got, "proxy: ") || c.want != "" && !containsLine(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
