package deliver

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"out_dynatrace/plugin/config"
)

func TestAPasswordIsHiddenInEveryForm(t *testing.T) {
	transport := transportTo(t, "https://env.example", by(t, "http://proxy:3128", joe, hunter2))
	for _, form := range []string{hunter2, "hunter2%40%2F%C3%A9", base64.StdEncoding.EncodeToString([]byte(joe + ":" + hunter2))} {
		if !slices.Contains(transport.Hidden(), form) {
			t.Errorf("%q is not among %q", form, transport.Hidden())
		}
	}
	if hidden := transportTo(t, "https://env.example", by(t, "http://proxy:3128", "", "")).Hidden(); len(hidden) > 0 {
		t.Errorf("hidden without a password: %q", hidden)
	}
}

func TestTheEnvironmentNamesAProxyForOtherMachinesOnly(t *testing.T) {
	var asked []string
	environment := func(r *http.Request) (*url.URL, error) {
		asked = append(asked, r.URL.Host)
		return url.Parse("http://joe:hunter2@proxy:3128")
	}
	named, _ := config.ParseProxy("https://named:3129")
	none, _ := config.ParseProxy("off")
	for _, c := range []struct {
		host, scheme string
		proxy        config.Proxy
		want         string
	}{
		{"abc12345.live.dynatrace.com", "https", config.Proxy{}, "http://[redacted]@proxy:3128"},
		{"ag.example:9999", "http", config.Proxy{}, "http://[redacted]@proxy:3128"},
		{"localhost:14499", "http", config.Proxy{}, ""},
		{"a.localhost", "https", config.Proxy{}, ""},
		{"127.0.0.2:9999", "https", config.Proxy{}, ""},
		{"[::1]:9999", "https", config.Proxy{}, ""},
		{"abc12345.live.dynatrace.com", "https", none, ""},
		{"abc12345.live.dynatrace.com", "https", named, "https://named:3129"},
		{"127.0.0.1:9999", "https", named, "https://named:3129"},
	} {
		transport, err := newTransport(&config.Config{Proxy: c.proxy}, config.Endpoint{IngestURL: c.scheme + "://" + c.host + "/api", Host: c.host}, nil, environment)
		if err != nil || transport.Via() != c.want {
			t.Errorf("%s: through %q, %v; want %q", c.host, transport.Via(), err, c.want)
		}
		if relayed := transport.Relayed(); relayed != (c.want != "" && c.scheme == "http") {
			t.Errorf("%s: relayed %t", c.host, relayed)
		}
	}
	if len(asked) != 2 {
		t.Errorf("the environment was asked for %q", asked)
	}
}

func TestEachEndpointHasTheProxyThatTheEnvironmentNamesForIt(t *testing.T) {
	environment := func(r *http.Request) (*url.URL, error) { // as with NO_PROXY=near.example
		if r.URL.Hostname() == "near.example" {
			return nil, nil
		}
		return url.Parse(map[string]string{"http": "http://proxy:3128", "https": "https://secure:3129"}[r.URL.Scheme])
	}
	cfg := new(config.Config)
	for _, u := range []string{"https://far.example/api", "https://near.example/api", "http://far.example/api", "http://localhost/api"} {
		parsed, err := url.Parse(u)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Endpoints = append(cfg.Endpoints, config.Endpoint{IngestURL: u, Host: parsed.Host})
	}
	var via []string
	for i, endpoint := range cfg.Endpoints {
		transport, err := newTransport(cfg, endpoint, nil, environment)
		if err != nil {
			t.Fatal(err)
		}
		via = append(via, transport.Via())
		if relayed, direct := transport.Relayed(), transport.current.DialTLSContext == nil; relayed != (i == 2) || direct != (i != 0) {
			t.Errorf("%s: relayed %t, TLS to the server itself %t", endpoint, relayed, direct)
		}
	}
	if want := []string{"https://secure:3129", "", "http://proxy:3128", ""}; !slices.Equal(via, want) {
		t.Errorf("by way of %q, want %q", via, want)
	}
}

func TestAnEnvironmentThatCannotBeReadIsToldWithoutItsPassword(t *testing.T) {
	for scheme, variable := range map[string]string{"https": "HTTPS_PROXY", "http": "HTTP_PROXY"} {
		endpoint := config.Endpoint{IngestURL: scheme + "://ag.example/api", Host: "ag.example"}
		for _, environment := range []environmentProxy{
			func(*http.Request) (*url.URL, error) {
				return nil, errors.New(`invalid proxy address "joe:hunter2@proxy"`)
			},
			func(*http.Request) (*url.URL, error) { return url.Parse("ftp://joe:hunter2@proxy") },
			func(*http.Request) (*url.URL, error) { return url.Parse("http://joe:123#hunter2@proxy") },
			func(*http.Request) (*url.URL, error) { return url.Parse("http://joe:123/hunter2@proxy") },
			func(*http.Request) (*url.URL, error) { return url.Parse("http://joe:123?hunter2@proxy") },
		} {
			_, err := newTransport(new(config.Config), endpoint, nil, environment)
			if err == nil || !strings.Contains(err.Error(), "proxy: the variable "+variable) || strings.Contains(err.Error(), "hunter") || strings.Contains(err.Error(), "123") {
				t.Errorf("got %v", err)
			}
		}
	}
}
