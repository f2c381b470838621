package endpoint

import (
	"strings"
	"testing"

	"out_dynatrace/plugin/secret/secrettest"
)

func TestParseProxy_WithAndWithoutPassword(t *testing.T) {
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
		{`http://DOM\joe:a^{"}<>|[b]` + "`@proxy:3128", "http://DOM%5Cjoe:a%5E%7B%22%7D%3C%3E%7C%5Bb%5D%60@proxy:3128", "http://[redacted]@proxy:3128"},
		{"http://joe:a@b@proxy:3128", "http://joe:a%40b@proxy:3128", "http://[redacted]@proxy:3128"},
		{"http://joe:a{b@[fe80::1%25Eth0]", "http://joe:a%7Bb@[fe80::1%25Eth0]:80", "http://[redacted]@[fe80::1%Eth0]:80"},
		{"http://Proxy.example.:3128", "http://proxy.example.:3128", "http://proxy.example.:3128"},
		{"http://joe@proxy:3128", "http://joe@proxy:3128", "http://[redacted]@proxy:3128"},
	} {
		p, err := ParseProxy(c.in)
		if err != nil || p.URL().String() != c.url || p.String() != c.text || p.Off() {
			t.Errorf("%q: got %v, %v", c.in, p, err)
			continue
		}
		if out := secrettest.Printed(struct{ P Proxy }{p}) + secrettest.Printed(&p); strings.Contains(out, "hunter2") {
			t.Errorf("the password is printed: %s", out)
		}
	}
	if p, err := ParseProxy("Environment"); err != nil || p.URL() != nil || p.Off() || p.String() != "environment" {
		t.Errorf("environment: %v, %v", p, err)
	}
	if p, err := ParseProxy("Off"); err != nil || p.URL() != nil || !p.Off() || p.String() != "off" {
		t.Errorf("off: %v, %v", p, err)
	}
}

func TestParseProxy_RejectsWithoutShowingThePassword(t *testing.T) {
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
		"http://joe:${PASS}hunter@proxy:80": "a variable that was not replaced, takes environment, off, or http://host:port; in user and password write $ { as %24 %7B if they are meant",
		"http://${PROXY}:80":                "a variable that was not replaced",
		`"http://joe:hunter2@proxy:80"`:     "with quotation marks around it",
		"http://-:80":                       "no valid host name",
		"http://2001:db8::1:3128":           "an IPv6 address without brackets, takes [2001:db8::1]",
		classicToken:                        "got a token",
	} {
		_, err := ParseProxy(in)
		if err == nil {
			t.Errorf("%q is accepted", in)
			continue
		}
		if got := err.Error(); !strings.HasPrefix(got, "got ") || !strings.Contains(got, want) || strings.Contains(got, "hunter") || strings.Contains(got, secretPart) || strings.Contains(got, "\n") {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestParseEnvironmentProxy_EveryForm(t *testing.T) {
	for in, want := range map[string]string{
		"proxy:3128":                        "http://proxy:3128",
		"proxy":                             "http://proxy:80",
		"127.0.0.1:3128":                    "http://127.0.0.1:3128",
		"[::1]:3128":                        "http://[::1]:3128",
		"joe:hunter2@proxy:3128":            "http://joe:hunter2@proxy:3128",
		"HTTP://Proxy.Example:3128/":        "http://proxy.example:3128",
		"https://proxy":                     "https://proxy:443",
		"http://[2001:db8::1]:3128":         "http://[2001:db8::1]:3128",
		"http://[fe80::1%25eth0]:3128":      "http://[fe80::1%25eth0]:3128",
		"http://proxy:3128/a/path":          "http://proxy:3128",
		"socks5://joe:hunter2@proxy":        "socks5://joe:hunter2@proxy:1080",
		"socks5h://proxy:1081":              "socks5h://proxy:1081",
		" http://proxy:3128\n":              "http://proxy:3128",
		`http://DOM\joe:a^{}"b@proxy:3128`:  "http://DOM%5Cjoe:a%5E%7B%7D%22b@proxy:3128",
		"http://joe:a%2Fb%25zz@proxy:3128":  "http://joe:a%2Fb%25zz@proxy:3128",
		"http://under_score.example.:03128": "http://under_score.example.:03128",
	} {
		if u, err := ParseEnvironmentProxy(in); err != nil || u.String() != want {
			t.Errorf("%q: got %v, %v; want %s", in, u, err, want)
		}
	}
}

func TestParseEnvironmentProxy_RejectsWithoutShowingThePassword(t *testing.T) {
	const read, kind = "cannot be read, takes http://host:port, or http://user:password@host:port with / ? # @ % as", "names a proxy of an unknown kind"
	for in, want := range map[string]string{
		"http://joe:hunter%zz2@proxy:3128":  read,
		"joe:hunter%zz2@proxy:3128":         read,
		"http://joe:12/hunter2@proxy:3128":  read,
		"http://joe:12?hunter2@proxy:3128":  read,
		"http://joe:12#hunter2@proxy:3128":  read,
		"http://joe:hunter 2@proxy:3128":    read,
		"http://joe:hunterü@proxy:3128":     read,
		"http://127.0.0.1:port":             read,
		"http://proxy:99999":                read,
		"http://proxy:0":                    read,
		"http://http://proxy:3128":          read,
		"//proxy:3128":                      read,
		"http://":                           read,
		":3128":                             read,
		"http://2001:db8::1:3128":           read,
		`"http://joe:hunter2@proxy:3128"`:   read,
		"http://$(PROXY_HOST):3128":         read,
		"ftp://joe:hunter2@proxy:3128":      kind,
		"socks4://joe:hunter2@proxy:3128":   kind,
		"https2://joe:hunter2@proxy:80/a/b": kind,
	} {
		u, err := ParseEnvironmentProxy(in)
		if err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "hunter") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got %v, %v; want %q", in, u, err, want)
		}
	}
}

func FuzzEnvironmentProxy(f *testing.F) {
	for _, s := range []string{"", "proxy:3128", "http://joe:hunter2@proxy:3128", "socks5h://[fe80::1%25eth0]", "http://joe:%zz@proxy", `DOM\joe:^{}"@proxy:1/x?y#z`, "http://http://proxy"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := ParseEnvironmentProxy(s)
		if err != nil {
			if strings.Contains(err.Error(), "\n") || len(err.Error()) > 300 {
				t.Errorf("the error is no short line: %q", err)
			}
			return
		}
		if again, err := ParseEnvironmentProxy(u.String()); err != nil || again.String() != u.String() || u.Port() == "" || u.Hostname() == "" {
			t.Errorf("%q is read as %s and that as %v, %v", s, u, again, err)
		}
	})
}
