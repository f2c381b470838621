package deliver

import (
	"fmt"
	"net/url"
	"os"

	"golang.org/x/net/http/httpproxy"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/endpoint"
)

// findProxy is the proxy on the way to an endpoint, nil if there is none. The environment, which can name another one for each host, does
// not change while the process runs, so this is asked once. An endpoint on this machine is never reached through what the environment
// names. The error shows nothing of the variable, which may hold a password.
func findProxy(cfg *config.Config, e endpoint.Endpoint) (*url.URL, error) {
	if named := cfg.Proxy.URL(); named != nil || cfg.Proxy.Off() || e.Loopback() {
		return named, nil
	}
	target, err := url.Parse(e.IngestURL)
	if err != nil {
		return nil, fmt.Errorf("endpoint: %w", withoutURL(err))
	}
	variable, value := fromEnvironment("HTTPS_PROXY", "https_proxy")
	if e.Plain() {
		variable, value = fromEnvironment("HTTP_PROXY", "http_proxy")
	}
	if value == "" || exempt(target) {
		return nil, nil
	}
	proxy, err := endpoint.ParseEnvironmentProxy(value)
	if err != nil {
		return nil, fmt.Errorf("proxy: the variable %s of the environment %w", variable, err)
	}
	return proxy, nil
}

// fromEnvironment is the first of the variables that holds something.
func fromEnvironment(names ...string) (name, value string) {
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			return name, value
		}
	}
	return "", ""
}

// exempt reports whether NO_PROXY leaves a URL out, by the rules of net/http. It is asked with a proxy that stands for any: those of the
// environment are dropped without a word there if they cannot be read.
func exempt(target *url.URL) bool {
	_, list := fromEnvironment("NO_PROXY", "no_proxy")
	one := httpproxy.Config{HTTPProxy: "http://proxy", HTTPSProxy: "http://proxy", NoProxy: list}
	proxy, err := one.ProxyFunc()(target)
	return err == nil && proxy == nil
}
