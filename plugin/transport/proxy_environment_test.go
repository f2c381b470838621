package transport_test

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"

	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/transport"
)

func TestTransport_HidesThePasswordOfTheProxyInEveryForm(t *testing.T) {
	tr := transportTo(t, "https://env.example", by(t, "http://proxy:3128", joe, hunter2))
	for _, form := range []string{hunter2, "hunter2%40%2F%C3%A9", base64.StdEncoding.EncodeToString([]byte(joe + ":" + hunter2))} {
		if !slices.Contains(tr.Hidden(), form) {
			t.Errorf("%q is not among %q", form, tr.Hidden())
		}
	}
	if hidden := transportTo(t, "https://env.example", by(t, "http://proxy:3128", "", "")).Hidden(); len(hidden) > 0 {
		t.Errorf("hidden without a password: %q", hidden)
	}
}

// environment sets the variables about proxies to those of pairs, and takes all others away.
func environment(t *testing.T, pairs ...string) {
	t.Helper()
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "NO_PROXY", "no_proxy", "REQUEST_METHOD"} {
		t.Setenv(name, "")
	}
	for i := 0; i < len(pairs); i += 2 {
		t.Setenv(pairs[i], pairs[i+1])
	}
}

// toEndpoint is a transport to a URL by way of what proxy and the environment say.
func toEndpoint(t *testing.T, target string, proxy endpoint.Proxy) (*transport.Transport, error) {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	return transport.NewTransport(
		transport.Target{Endpoint: endpoint.Endpoint{IngestURL: target, Host: u.Host}}, transport.Options{Proxy: proxy})
}

func TestNewTransport_EnvironmentNamesAProxyForOtherMachinesOnly(t *testing.T) {
	environment(t, "HTTPS_PROXY", "http://joe:hunter2@proxy:3128", "HTTP_PROXY", "http://joe:hunter2@proxy:3128")
	named, _ := endpoint.ParseProxy("https://named:3129")
	none, _ := endpoint.ParseProxy("off")
	for _, c := range []struct {
		target string
		proxy  endpoint.Proxy
		want   string
	}{
		{"https://abc12345.live.dynatrace.com", endpoint.Proxy{}, "http://[redacted]@proxy:3128"},
		{"http://ag.example:9999", endpoint.Proxy{}, "http://[redacted]@proxy:3128"},
		{"http://localhost:14499", endpoint.Proxy{}, ""},
		{"https://a.localhost", endpoint.Proxy{}, ""},
		{"https://127.0.0.2:9999", endpoint.Proxy{}, ""},
		{"https://[::1]:9999", endpoint.Proxy{}, ""},
		{"https://abc12345.live.dynatrace.com", none, ""},
		{"https://abc12345.live.dynatrace.com", named, "https://named:3129"},
		{"https://127.0.0.1:9999", named, "https://named:3129"},
	} {
		tr, err := toEndpoint(t, c.target+"/api", c.proxy)
		if err != nil || tr.Via() != c.want {
			t.Errorf("%s: through %q, %v; want %q", c.target, tr.Via(), err, c.want)
		}
		if relayed := tr.RelayedBy() != ""; relayed != (c.want != "" && strings.HasPrefix(c.target, "http:")) {
			t.Errorf("%s: relayed %t", c.target, relayed)
		}
	}
}

func TestNewTransport_ProxyOfTheEnvironment(t *testing.T) {
	const https, http = "https://ag.example:9999/api", "http://ag.example:9999/api"
	for _, c := range []struct {
		name, target, want string
		variables          []string
	}{
		{"none", https, "", nil},
		{"each scheme has its own", https, "http://secure:1", []string{"HTTPS_PROXY", "secure:1", "HTTP_PROXY", "plain:2"}},
		{"each scheme has its own, http", http, "http://plain:2", []string{"HTTPS_PROXY", "secure:1", "HTTP_PROXY", "plain:2"}},
		{"that of the other scheme does not count", https, "", []string{"HTTP_PROXY", "plain:2", "http_proxy", "plain:2"}},
		{"capitals come first", https, "http://upper:1", []string{"https_proxy", "lower:2", "HTTPS_PROXY", "upper:1"}},
		{"without capitals", https, "http://lower:2", []string{"https_proxy", "lower:2"}},
		{"without capitals, http", http, "http://lower:2", []string{"http_proxy", "lower:2"}},
		{"SOCKS", https, "socks5://proxy:1080", []string{"HTTPS_PROXY", "socks5://proxy:1080"}},
		{"SOCKS with names", https, "socks5h://proxy:1080", []string{"HTTPS_PROXY", "socks5h://proxy"}},
		{"IPv6", https, "http://[2001:db8::1]:3128", []string{"HTTPS_PROXY", "http://[2001:db8::1]:3128"}},
		{"over TLS, with a password", https, "https://[redacted]@proxy:443", []string{"HTTPS_PROXY", `https://DOM\joe:^{"}@proxy`}},
		{"a CGI program is something else", http, "http://plain:2", []string{"HTTP_PROXY", "plain:2", "REQUEST_METHOD", "GET"}},
		{"NO_PROXY", https, "", []string{"HTTPS_PROXY", "proxy:1", "NO_PROXY", "other.example, .ag.example, ag.example:9999"}},
		{"no_proxy", https, "", []string{"HTTPS_PROXY", "proxy:1", "no_proxy", "example"}},
		{"NO_PROXY before no_proxy", https, "http://proxy:1", []string{"HTTPS_PROXY", "proxy:1", "no_proxy", "example", "NO_PROXY", "other.example"}},
		{"NO_PROXY with another port", https, "http://proxy:1", []string{"HTTPS_PROXY", "proxy:1", "NO_PROXY", "ag.example:443"}},
		{"NO_PROXY with an address", "https://10.1.2.3/api", "", []string{"HTTPS_PROXY", "proxy:1", "NO_PROXY", "10.0.0.0/8"}},
		{"NO_PROXY with an IPv6 address", "https://[2001:db8::1]:9999/api", "", []string{"HTTPS_PROXY", "proxy:1", "NO_PROXY", "2001:db8::1"}},
		{"NO_PROXY with an IPv6 address and a port", "https://[2001:db8::1]:9999/api", "", []string{"HTTPS_PROXY", "proxy:1", "NO_PROXY", "[2001:db8::1]:9999"}},
		{"what NO_PROXY leaves out does not need a proxy that can be read", https, "", []string{"HTTPS_PROXY", "http://joe:%zz@proxy", "NO_PROXY", "*"}},
		{"nor does the other scheme", https, "http://proxy:1", []string{"HTTPS_PROXY", "proxy:1", "HTTP_PROXY", "http://joe:%zz@proxy"}},
		{"nor this machine", "https://127.0.0.1:9999/api", "", []string{"HTTPS_PROXY", "http://joe:%zz@proxy"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			environment(t, c.variables...)
			tr, err := toEndpoint(t, c.target, endpoint.Proxy{})
			if err != nil || tr.Via() != c.want {
				t.Errorf("through %q, %v; want %q", tr.Via(), err, c.want)
			}
		})
	}
}

func TestNewTransport_ProxyOfTheEnvironmentIsPerEndpoint(t *testing.T) {
	environment(t, "HTTP_PROXY", "http://proxy:3128", "HTTPS_PROXY", "https://secure:3129", "NO_PROXY", "near.example")
	var via []string
	for i, target := range []string{"https://far.example/api", "https://near.example/api", "http://far.example/api", "http://localhost/api"} {
		tr, err := toEndpoint(t, target, endpoint.Proxy{})
		if err != nil {
			t.Fatal(err)
		}
		via = append(via, tr.Via())
		if relayed, direct := tr.RelayedBy() != "", tr.Newest(false).DialTLSContext == nil; relayed != (i == 2) || direct != (i != 0) {
			t.Errorf("%s: relayed %t, TLS to the server itself %t", target, relayed, direct)
		}
	}
	if want := []string{"https://secure:3129", "", "http://proxy:3128", ""}; !slices.Equal(via, want) {
		t.Errorf("by way of %q, want %q", via, want)
	}
}

func TestNewTransport_UnreadableEnvironmentRevealsNoPassword(t *testing.T) {
	for variable, target := range map[string]string{
		"HTTPS_PROXY": "https://ag.example/api", "https_proxy": "https://ag.example/api", "HTTP_PROXY": "http://ag.example/api", "http_proxy": "http://ag.example/api",
	} {
		for _, value := range []string{
			"http://joe:hunter2%zz@proxy:3128", "http://127.0.0.123:port", "ftp://joe:hunter2@proxy",
			"http://joe:123#hunter2@proxy", "http://joe:123/hunter2@proxy", "http://joe:123?hunter2@proxy",
		} {
			environment(t, variable, value, "NO_PROXY", "near.example")
			_, err := toEndpoint(t, target, endpoint.Proxy{})
			if err == nil || !strings.HasPrefix(err.Error(), "proxy: the environment variable "+variable+" ") || strings.Contains(err.Error(), "hunter") || strings.Contains(err.Error(), "123") {
				t.Errorf("%s=%s: got %v", variable, value, err)
			}
		}
	}
}
