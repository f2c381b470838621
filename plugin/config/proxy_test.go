package config

import (
	"strings"
	"testing"
)

func TestLoad_ProxyArrives(t *testing.T) {
	if p := mustLoad(t, with()).Transport.Proxy; p.URL() != nil || p.Off() || p.String() != "environment" {
		t.Errorf("without the option: %v", p)
	}
	if p := mustLoad(t, with("proxy", "Off")).Transport.Proxy; p.URL() != nil || !p.Off() {
		t.Errorf("off: %v", p)
	}
	got := lines(t, with("proxy", "socks5://joe:hunter2@proxy:1080"))
	if len(got) != 1 || !strings.HasPrefix(got[0], "proxy: got ") || strings.Contains(got[0], "hunter2") {
		t.Errorf("got %q", got)
	}
}

func TestLoad_WarnsOfProxiesThatMakeLittleSense(t *testing.T) {
	for _, c := range []struct {
		p    properties
		want string
	}{
		{properties{"endpoint": "http://localhost:14499", "compress": "none", "proxy": "http://proxy:3128"}, "set `proxy off`"},
		{with("endpoint", "http://ag.example.com/e/abc12345", "allow_http", "on", "proxy", "http://joe:x@proxy:3128"), "unencrypted"},
		{with("proxy", "http://joe:x@proxy:3128"), ""},
	} {
		got := warnings(mustLoad(t, c.p))
		if (len(got) > 0) != (c.want != "") || c.want != "" && !containsLine(got, "proxy: ") || c.want != "" && !containsLine(got, c.want) {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
