package transport

import (
	"encoding/base64"
	"net/url"
	"os"
	"strings"

	"golang.org/x/net/http/httpproxy"

	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/option"
)

// findProxy returns the proxy on the way to an endpoint, nil if there is none. The environment can
// name another one for each host. It does not change while the process runs, so it is read once. A
// proxy of the environment is never used for an endpoint on this machine. The error shows nothing
// of the variable, which may hold a password.
func findProxy(proxy endpoint.Proxy, to endpoint.Endpoint) (*url.URL, error) {
	if named := proxy.URL(); named != nil || proxy.Off() || to.Loopback() {
		return named, nil
	}
	target, err := url.Parse(to.IngestURL)
	if err != nil {
		return nil, option.Errorf("endpoint", "%w", WithoutURL(err))
	}
	variable, value := fromEnvironment("HTTPS_PROXY", "https_proxy")
	if to.Plain() {
		variable, value = fromEnvironment("HTTP_PROXY", "http_proxy")
	}
	if value == "" || exempt(target) {
		return nil, nil
	}
	found, err := endpoint.ParseEnvironmentProxy(value)
	if err != nil {
		return nil, option.Errorf("proxy", "the environment variable %s %w", variable, err)
	}
	return found, nil
}

// fromEnvironment returns the first of the variables that is set to something.
func fromEnvironment(names ...string) (name, value string) {
	for _, name := range names {
		if value := os.Getenv(name); value != "" {
			return name, value
		}
	}
	return "", ""
}

// exempt reports whether NO_PROXY exempts a URL, by the rules of net/http. It asks with a
// placeholder for the proxy, because net/http silently ignores one that it cannot read.
func exempt(target *url.URL) bool {
	_, list := fromEnvironment("NO_PROXY", "no_proxy")
	one := httpproxy.Config{HTTPProxy: "http://proxy", HTTPSProxy: "http://proxy", NoProxy: list}
	proxy, err := one.ProxyFunc()(target)
	return err == nil && proxy == nil
}

// proxySecrets returns the forms in which a message could hold the password of a proxy.
func proxySecrets(proxy *url.URL) []string {
	if proxy == nil || proxy.User == nil {
		return nil
	}
	password, _ := proxy.User.Password()
	_, escaped, _ := strings.Cut(proxy.User.String(), ":")
	basic := base64.StdEncoding.EncodeToString([]byte(proxy.User.Username() + ":" + password))
	return []string{basic, escaped, password}
}
