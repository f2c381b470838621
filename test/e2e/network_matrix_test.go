package e2e

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/test/pki"
)

// networkDoc is the document with the table of paths, between the same marks as the fault matrix.
const networkDoc = "../../docs/network.md"

// networkLines are shipped in each cell.
const networkLines = 100

// networkFormats are the formats that each path is tried with.
var networkFormats = []string{"json", "jsonl", "text", "otlp"}

// mediaTypes are the media types of the formats.
var mediaTypes = map[string]string{"json": "application/json", "jsonl": "application/x-ndjson", "text": "text/plain", "otlp": "application/x-protobuf"}

// networkEndpoints are the forms of an endpoint: what follows host and port.
var networkEndpoints = []struct{ name, path string }{
	{"base URL, as of SaaS", ""},
	{"with /e/{id}, as of ActiveGate and Managed", "/e/abc12345"},
	{"full ingest URL", "/e/abc12345/api/v2/logs/ingest"},
}

// way is a network path from the agent to the local Dynatrace.
type way struct {
	name  string
	needs []string
	// start runs the servers, and gives the options of the output, and what has to be seen of the
	// way in the logs of the servers.
	start func(t *testing.T) (f *front, pairs, env []string, seen map[*peer]string)
}

const overHTTP2 = `(?m)^20[04] HTTP/2\.0 TLSv1\.3 client=NONE$`

func networkWays() []way {
	localhost := pki.Spec{Names: []string{"127.0.0.1"}}
	privately := func(t *testing.T, o frontOptions) (f *front, ca string) {
		authority := pki.Authority(t)
		pair := authority.Issue(t, localhost)
		o.certificate = &pair
		ca, _ = authority.Write(t, tempDir(t), "ca")
		return startFront(t, o), ca
	}
	return []way{
		{"plain", []string{"nginx"}, func(t *testing.T) (*front, []string, []string, map[*peer]string) {
			f := startFront(t, frontOptions{})
			return f, nil, nil, map[*peer]string{f.peer: `(?m)^20[04] HTTP/1\.1 - client=-$`}
		}},
		{"TLS, authority of the system", []string{"nginx"}, func(t *testing.T) (*front, []string, []string, map[*peer]string) {
			f, ca := privately(t, frontOptions{})
			return f, nil, []string{"SSL_CERT_FILE=" + ca}, map[*peer]string{f.peer: overHTTP2}
		}},
		{"private authority", []string{"nginx"}, func(t *testing.T) (*front, []string, []string, map[*peer]string) {
			f, ca := privately(t, frontOptions{})
			return f, []string{"tls_ca_file", ca}, nil, map[*peer]string{f.peer: overHTTP2}
		}},
		{"client certificate", []string{"nginx"}, func(t *testing.T) (*front, []string, []string, map[*peer]string) {
			clients := pki.Authority(t)
			cert, key := clients.Issue(t, pki.Spec{Client: true}).Write(t, tempDir(t), "client")
			f, ca := privately(t, frontOptions{clients: &clients})
			return f, []string{"tls_ca_file", ca, "tls_cert_file", cert, "tls_key_file", key}, nil,
				map[*peer]string{f.peer: `(?m)^20[04] HTTP/2\.0 TLSv1\.3 client=SUCCESS$`}
		}},
		{"pin", []string{"nginx"}, func(t *testing.T) (*front, []string, []string, map[*peer]string) {
			pair := pki.SelfSigned(t, "activegate")
			f := startFront(t, frontOptions{certificate: &pair})
			return f, []string{"tls_pin_sha256", certificate.FingerprintOf(pair.Leaf).String()}, nil, map[*peer]string{f.peer: overHTTP2}
		}},
		{"http proxy", []string{"nginx", "tinyproxy"}, func(t *testing.T) (*front, []string, []string, map[*peer]string) {
			f, ca := privately(t, frontOptions{})
			address, proxy := startTinyproxy(t, false)
			return f, []string{"tls_ca_file", ca, "proxy", "http://" + address}, nil,
				map[*peer]string{f.peer: overHTTP2, proxy: fmt.Sprintf(`CONNECT 127\.0\.0\.1:%d HTTP/1\.1`, f.port)}
		}},
		{"https proxy with auth, client certificate, pin", []string{"nginx", "squid"}, func(t *testing.T) (*front, []string, []string, map[*peer]string) {
			clients, pair := pki.Authority(t), pki.SelfSigned(t, "activegate")
			cert, key := clients.Issue(t, pki.Spec{Client: true}).Write(t, tempDir(t), "client")
			f := startFront(t, frontOptions{certificate: &pair, clients: &clients})
			proxy := startSquid(t)
			ca, _ := proxy.authority.Write(t, tempDir(t), "proxy")
			return f, []string{"tls_ca_file", ca, "tls_cert_file", cert, "tls_key_file", key, "tls_pin_sha256", certificate.FingerprintOf(pair.Leaf).String(),
					"proxy", "https://" + withLogin(proxy.https)}, nil,
				map[*peer]string{f.peer: `(?m)^20[04] HTTP/2\.0 TLSv1\.3 client=SUCCESS$`, proxy.peer: fmt.Sprintf(`TCP_TUNNEL/200 \d+ CONNECT 127\.0\.0\.1:%d %s `, f.port, proxyUser)}
		}},
	}
}

// On every path each line arrives once, no warning is logged, and the logs of the servers in
// between show that the requests took that path. The table in the docs is the result of the host.
func TestNetwork_EveryPath(t *testing.T) {
	ways := networkWays()
	agents := everywhere("5.1.1")
	var mu sync.Mutex
	green := map[string]int{}
	t.Run("ways", func(t *testing.T) {
		for _, w := range ways {
			for _, format := range networkFormats {
				for _, endpoint := range networkEndpoints {
					for _, a := range agents {
						name := strings.Join([]string{format, endpoint.name, w.name}, ": ")
						t.Run(name+": "+a.name, func(t *testing.T) {
							t.Parallel()
							needPeers(t, w.needs...)
							travel(t, a, w, format, endpoint.path)
							if !t.Failed() && !a.real() {
								mu.Lock()
								green[name]++
								mu.Unlock()
							}
						})
					}
				}
			}
		}
	})
	var b strings.Builder
	b.WriteString(matrixBegin + "\n| Format | `endpoint` |")
	for _, w := range ways {
		b.WriteString(" " + w.name + " |")
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(ways)) + "\n")
	for _, format := range networkFormats {
		for _, endpoint := range networkEndpoints {
			fmt.Fprintf(&b, "| `%s` | %s |", format, endpoint.name)
			for _, w := range ways {
				if green[strings.Join([]string{format, endpoint.name, w.name}, ": ")] == 0 {
					t.Logf("%s, %s, %s was not tried or failed: the table in %s is not compared", format, endpoint.name, w.name, networkDoc)
					return
				}
				b.WriteString(" ✓ |")
			}
			b.WriteString("\n")
		}
	}
	if err := checkDocument(networkDoc, b.String()+matrixEnd, *update); err != nil {
		t.Error(err)
	}
}

// travel ships some lines on a path.
func travel(t *testing.T, a agent, w way, format, path string) {
	t.Helper()
	f, pairs, env, seen := w.start(t)
	f.url += path
	s := to(f.destination, 1, append(pairs, "format", format)...)
	s.env = env
	r := a.start(t, s)
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(show(r.log()))
		}
	})
	r.write(0, numbered(1, networkLines))
	f.awaitStored(t, networkLines)
	out := r.stop()
	f.wantLinesOnce(t, networkLines)
	expected := []string{}
	if path == "" {
		expected = append(expected, "the URL has no /e/{environment-id}")
	}
	wantQuiet(t, out.lines, expected...)
	for _, e := range f.seen() {
		if e.OTLP != (format == "otlp") || !strings.HasPrefix(e.ContentType, mediaTypes[format]) {
			t.Errorf("a request of %s to %s", e.ContentType, e.Path)
		}
	}
	for p, pattern := range seen {
		await(t, p.name+" to tell of "+pattern, func() bool { return regexp.MustCompile(pattern).MatchString(p.access()) })
	}
}

// nginx sends GOAWAY after every third request.
func TestNetwork_HTTP2ContinuesAfterGoAway(t *testing.T) {
	needPeers(t, "nginx")
	for _, a := range everywhere("5.1.1") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			pair := pki.SelfSigned(t, "127.0.0.1")
			f := startFront(t, frontOptions{certificate: &pair, extra: "keepalive_requests 3;"})
			s := to(f.destination, 4, "tls_pin_sha256", certificate.FingerprintOf(pair.Leaf).String(), "max_payload_records", "50")
			r := a.start(t, s)
			const lines = 3000
			for from := 1; from < lines; from += 500 {
				r.write(0, numbered(from, from+499))
			}
			f.awaitStored(t, lines)
			out := r.stop()
			f.wantLinesOnce(t, lines)
			wantQuiet(t, out.lines, "the URL has no /e/{environment-id}")
			if n := strings.Count(f.access(), "204 HTTP/2.0"); n < lines/50 {
				t.Errorf("%d requests of HTTP/2, want %d or more", n, lines/50)
			}
		})
	}
}

// A proxy for plain HTTP reads each request and repeats it.
func TestNetwork_PlainEndpointThroughAProxy(t *testing.T) {
	for name, start := range map[string]func(t *testing.T) (proxy string, p *peer, pairs []string){
		"tinyproxy": func(t *testing.T) (string, *peer, []string) {
			address, p := startTinyproxy(t, true)
			return "http://" + withLogin(address), p, nil
		},
		"squid over TLS": func(t *testing.T) (string, *peer, []string) {
			s := startSquid(t)
			ca, _ := s.authority.Write(t, tempDir(t), "proxy")
			return "https://" + withLogin(s.https), s.peer, []string{"tls_ca_file", ca}
		},
	} {
		for _, a := range everywhere("5.1.1") {
			t.Run(name+", "+a.name, func(t *testing.T) {
				t.Parallel()
				needPeers(t, strings.Fields(name)[0])
				d := newDestination(t)
				proxy, p, pairs := start(t)
				r := a.start(t, to(d, 1, append(pairs, "proxy", proxy)...))
				r.write(0, numbered(1, networkLines))
				d.awaitStored(t, networkLines)
				out := r.stop()
				d.wantLinesOnce(t, networkLines)
				wantQuiet(t, out.lines)
				await(t, "the proxy to tell of it", func() bool { return strings.Contains(p.access(), "POST "+d.url+"/") })
			})
		}
	}
}

// 0.0.0.0 reaches this machine but is not a loopback address; only squid resolves dynatrace.test.
func TestNetwork_EnvironmentNamesTheProxy(t *testing.T) {
	needPeers(t, "nginx", "squid")
	authority := pki.Authority(t)
	pair := authority.Issue(t, pki.Spec{Names: []string{"dynatrace.test", "0.0.0.0", "127.0.0.1"}})
	ca, _ := authority.Write(t, tempDir(t), "ca")
	proxy := startSquid(t)
	for _, c := range []struct {
		name, host string
		env, pairs []string
	}{
		{"HTTPS_PROXY, with a password", "dynatrace.test", []string{"HTTPS_PROXY=http://" + withLogin(proxy.http)}, nil},
		{"https_proxy", "dynatrace.test", []string{"https_proxy=http://" + withLogin(proxy.http), "HTTP_PROXY=http://127.0.0.1:1"}, nil},
		{"NO_PROXY", "0.0.0.0", []string{"HTTPS_PROXY=http://127.0.0.1:1", "NO_PROXY=example.com,0.0.0.0"}, nil},
		{"proxy off", "0.0.0.0", []string{"HTTPS_PROXY=http://127.0.0.1:1"}, []string{"proxy", "off"}},
		{"a proxy of its own", "dynatrace.test", []string{"HTTPS_PROXY=http://127.0.0.1:1"}, []string{"proxy", "http://" + withLogin(proxy.http)}},
		{"an endpoint on this machine", "127.0.0.1", []string{"HTTPS_PROXY=http://127.0.0.1:1"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, a := range everywhere("5.1.1") {
				t.Run(a.name, func(t *testing.T) {
					t.Parallel()
					f := startFront(t, frontOptions{certificate: &pair})
					f.url = fmt.Sprintf("https://%s:%d/e/abc12345", c.host, f.port)
					s := to(f.destination, 1, append(slices.Clone(c.pairs), "tls_ca_file", ca)...)
					s.env = c.env
					r := a.start(t, s)
					r.write(0, numbered(1, networkLines))
					f.awaitStored(t, networkLines)
					out := r.stop()
					f.wantLinesOnce(t, networkLines)
					wantQuiet(t, out.lines)
					if strings.Contains(out.text, proxyPassword) {
						t.Errorf("the password of the proxy was shown:\n%s", out.text)
					}
				})
			}
		})
	}
}
