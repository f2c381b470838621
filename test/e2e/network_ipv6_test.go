package e2e

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/test/pki"
)

// needIPv6 skips a test on a machine without IPv6.
func needIPv6(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skipf("no IPv6 on this machine's loopback, so this is not tested: %v", err)
	}
	listener.Close()
}

// The endpoint is an IPv6 address, or a name that has one; proxies are reached over IPv6 or connect
// to it.
func TestNetwork_IPv6(t *testing.T) {
	needIPv6(t)
	authority := pki.Authority(t)
	named := authority.Issue(t, pki.Spec{Names: []string{"::1", "localhost"}})
	self := pki.SelfSigned(t, "activegate")
	ca, _ := authority.Write(t, tempDir(t), "ca")
	trusting := []string{"tls_ca_file", ca}
	for _, c := range []struct {
		name, host string
		needs      []string
		front      frontOptions
		// proxy starts one, and gives the options and what its log has to tell of the way to the
		// port of nginx.
		proxy func(t *testing.T, port int) (pairs []string, p *peer, seen string)
		pairs []string
	}{
		{"plain", "[::1]", nil, frontOptions{}, nil, nil},
		{"TLS", "[::1]", nil, frontOptions{certificate: &named}, nil, trusting},
		{"pin", "[::1]", nil, frontOptions{certificate: &self}, nil, []string{"tls_pin_sha256", certificate.FingerprintOf(self.Leaf).String()}},
		{"a name with an address of each kind", "localhost", nil, frontOptions{certificate: &named}, nil, trusting},
		{"tinyproxy", "[::1]", []string{"tinyproxy"}, frontOptions{certificate: &named}, func(t *testing.T, port int) ([]string, *peer, string) {
			address, p := startTinyproxy(t, true)
			return []string{"proxy", "http://" + withLogin(address)}, p, fmt.Sprintf(`CONNECT \[::1\]:%d HTTP/1\.1`, port)
		}, trusting},
		{"squid", "[::1]", []string{"squid"}, frontOptions{certificate: &named}, func(t *testing.T, port int) ([]string, *peer, string) {
			s := startSquidAt(t, "::1")
			return []string{"proxy", "http://" + withLogin(s.http)}, s.peer, fmt.Sprintf(`TCP_TUNNEL/200 \d+ CONNECT \[::1\]:%d %s `, port, proxyUser)
		}, trusting},
		{"squid over TLS, pin", "[::1]", []string{"squid"}, frontOptions{certificate: &self}, func(t *testing.T, port int) ([]string, *peer, string) {
			s := startSquidAt(t, "::1")
			ca, _ := s.authority.Write(t, tempDir(t), "proxy")
			return []string{"tls_ca_file", ca, "proxy", "https://" + withLogin(s.https)}, s.peer, fmt.Sprintf(`TCP_TUNNEL/200 \d+ CONNECT \[::1\]:%d %s `, port, proxyUser)
		}, []string{"tls_pin_sha256", certificate.FingerprintOf(self.Leaf).String()}},
		{"squid, plain", "[::1]", []string{"squid"}, frontOptions{}, func(t *testing.T, port int) ([]string, *peer, string) {
			s := startSquidAt(t, "::1")
			return []string{"proxy", "http://" + withLogin(s.http)}, s.peer, fmt.Sprintf(`POST http://\[::1\]:%d/`, port)
		}, nil},
	} {
		for _, a := range everywhere("5.1.1") {
			t.Run(c.name+": "+a.name, func(t *testing.T) {
				t.Parallel()
				needPeers(t, append(slices.Clone(c.needs), "nginx")...)
				o := c.front
				o.address = "::1"
				f := startFront(t, o)
				if c.host == "localhost" {
					if addresses, _ := net.LookupHost("localhost"); !slices.Contains(addresses, "::1") {
						t.Skipf("localhost has no IPv6 address on this machine, so this is not tested: %v", addresses)
					}
				}
				f.url = strings.Replace(f.url, "[::1]", c.host, 1) + "/e/abc12345"
				pairs := slices.Clone(c.pairs)
				var proxy *peer
				seen := ""
				if c.proxy != nil {
					var more []string
					more, proxy, seen = c.proxy(t, f.port)
					pairs = append(pairs, more...)
				}
				r := a.start(t, to(f.destination, 1, pairs...))
				r.write(0, numbered(1, networkLines))
				f.awaitStored(t, networkLines)
				out := r.stop()
				f.wantLinesOnce(t, networkLines)
				wantQuiet(t, out.lines)
				if proxy != nil {
					await(t, "the proxy to tell of "+seen, func() bool { return regexp.MustCompile(seen).MatchString(proxy.access()) })
				}
			})
		}
	}
}
