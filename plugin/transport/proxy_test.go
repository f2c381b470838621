package transport_test

import (
	"crypto/tls"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/test/pki"
)

// proxyServer is a small HTTP proxy that takes joe's password only.
type proxyServer struct {
	*httptest.Server
	connects, relayed atomic.Int32
	clientCert        atomic.Bool // somebody showed one to the proxy itself
	agent             atomic.Value
}

const joe, hunter2 = "joe", "hunter2@/é"

func runProxy(t *testing.T, over *pki.Pair) *proxyServer {
	t.Helper()
	p := new(proxyServer)
	p.Server = httptest.NewUnstartedServer(http.HandlerFunc(p.serve))
	p.Config.ErrorLog = quietLog
	if over != nil {
		p.TLS = &tls.Config{Certificates: []tls.Certificate{over.TLS()}, ClientAuth: tls.RequestClientCert}
		p.StartTLS()
	} else {
		p.Start()
	}
	t.Cleanup(p.Close)
	return p
}

func (p *proxyServer) serve(w http.ResponseWriter, r *http.Request) {
	p.agent.Store(r.UserAgent())
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		p.clientCert.Store(true)
	}
	if r.Header.Get("Proxy-Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte(joe+":"+hunter2)) {
		w.Header().Set("Proxy-Authenticate", `Basic realm="x"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
		return
	}
	if r.Method != http.MethodConnect {
		p.relayed.Add(1)
		r.RequestURI = ""
		r.Header.Del("Proxy-Authorization")
		answer, err := new(http.Transport).RoundTrip(r)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer answer.Body.Close()
		w.WriteHeader(answer.StatusCode)
		_, _ = io.Copy(w, answer.Body)
		return
	}
	p.connects.Add(1)
	server, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer server.Close()
	client, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
	go func() {
		_, _ = io.Copy(server, client)
		server.Close()
	}()
	_, _ = io.Copy(client, server)
}

// by names a proxy with user and password.
func by(t *testing.T, proxy, user, password string) func(*setup) {
	t.Helper()
	u, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	if user != "" {
		u.User = url.UserPassword(user, password)
	}
	p, err := endpoint.ParseProxy(u.String())
	if err != nil {
		t.Fatal(err)
	}
	return func(c *setup) { c.Proxy = p }
}

func TestTransport_TLSOptionsHoldBehindAProxyAndNotForIt(t *testing.T) {
	dir := t.TempDir()
	authority := pki.Authority(t)
	ca, _ := authority.Write(t, dir, "ca")
	client, clientKey := authority.Issue(t, pki.Spec{Client: true}).Write(t, dir, "client")
	self := pki.SelfSigned(t, "activegate")
	named := authority.Issue(t, pki.Spec{Names: []string{"server.example"}})
	onlyLoopback := authority.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}})
	off := func(c *setup) { c.TLS.Verify = false }

	for _, proxy := range []*proxyServer{runProxy(t, nil), runProxy(t, &onlyLoopback)} {
		for _, c := range []struct {
			name   string
			target string
			set    []func(*setup)
			kind   deliver.Kind
			says   string
		}{
			{"plain http", func() string { s, _ := serve(t, answer(204, "")); return s.URL }(), with(trusts(ca)), deliver.Accepted, ""},
			{"tls_ca_file", secure(t, onlyLoopback).URL, with(trusts(ca)), deliver.Accepted, ""},
			{"tls_server_name", secure(t, named).URL, with(trusts(ca), asks("server.example")), deliver.Accepted, ""},
			{"the host of the endpoint, not of the proxy", secure(t, named).URL, with(trusts(ca)), deliver.Misconfigured, "another name"},
			{"a pin", secure(t, self).URL, with(trusts(ca), pins(self.Leaf)), deliver.Accepted, ""},
			{"a wrong pin", secure(t, self).URL, with(trusts(ca), pins(onlyLoopback.Leaf)), deliver.Misconfigured, "is none of tls_pin_sha256"},
			{"an unknown authority", secure(t, self).URL, with(trusts(ca), asks("activegate")), deliver.Misconfigured, "set tls_pin_sha256 to " + certificate.FingerprintOf(self.Leaf).String()},
			{"a client certificate", secure(t, onlyLoopback, wants(authority, tls.VersionTLS13)).URL, with(trusts(ca), shows(client, clientKey)), deliver.Accepted, ""},
			{"a client certificate that is missing", secure(t, onlyLoopback, wants(authority, tls.VersionTLS13)).URL, with(trusts(ca)), deliver.Misconfigured, "tls_cert_file"},
			{"tls_min_version", secure(t, onlyLoopback, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 }).URL,
				with(trusts(ca), func(c *setup) { c.TLS.MinVersion = tls.VersionTLS13 }), deliver.Misconfigured, "tls_min_version"},
			{"tls_verify off", secure(t, self).URL, with(trusts(ca), off), deliver.Accepted, ""},
		} {
			t.Run(c.name+" by "+proxy.URL[:5], func(t *testing.T) {
				before := proxy.connects.Load() + proxy.relayed.Load()
				tr := transportTo(t, c.target, append(c.set, by(t, proxy.URL, joe, hunter2))...)
				v := quick(t, c.target, through(tr)).Send(t.Context(), payload, true)
				if v.Kind != c.kind || !strings.Contains(v.Message, c.says) || strings.Contains(v.Message, "hunter") {
					t.Errorf("%s, %s: %s", v.Kind, v.Reason, v.Message)
				}
				if proxy.connects.Load()+proxy.relayed.Load() == before {
					t.Error("it did not go through the proxy")
				}
				if agent := proxy.agent.Load(); agent != "fluent-bit-output-dynatrace/1.2.3" {
					t.Errorf("the proxy was asked by %q", agent)
				}
			})
		}
		if proxy.clientCert.Load() {
			t.Error("the proxy was shown the client certificate")
		}
	}
	t.Run("a proxy is not trusted because tls_verify is off for the server", func(t *testing.T) {
		stranger := pki.SelfSigned(t, "127.0.0.1")
		proxy := runProxy(t, &stranger)
		target := secure(t, self).URL
		v := quick(t, target, through(transportTo(t, target, off, by(t, proxy.URL, joe, hunter2)))).Send(t.Context(), payload, true)
		expectVerdict(t, v, deliver.Misconfigured, deliver.ReasonCertificate, "the proxy's certificate is signed by an unknown authority: name a PEM file with it in tls_ca_file")
		if proxy.connects.Load() != 0 {
			t.Error("it got the password")
		}
	})
}

func TestTransport_FailuresOfProxies(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	nobody := "//" + listener.Addr().String()
	pair := pki.SelfSigned(t, "127.0.0.1")
	named := pki.SelfSigned(t, "proxy.example")
	namedCA, _ := named.Write(t, t.TempDir(), "ca")
	plain, overTLS := runProxy(t, nil), runProxy(t, &pair)
	refuses := func(code int, header ...string) string {
		server, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(header); i += 2 {
				w.Header().Add(header[i], header[i+1])
			}
			w.WriteHeader(code)
		})
		return server.URL
	}
	right := pki.SelfSigned(t, "127.0.0.1")
	rightCA, _ := right.Write(t, t.TempDir(), "right")
	const https, http = "https://env.example", "http://env.example"
	const silent = "the proxy does not answer: check host and port in `proxy` or HTTPS_PROXY; retrying (request_timeout exceeded while connecting through the proxy "
	for _, c := range []struct {
		name, target, proxy, user string
		set                       func(*setup)
		kind                      deliver.Kind
		reason                    deliver.Reason
		says                      string
	}{
		{"a wrong password", https, plain.URL, joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "put them into `proxy` or HTTPS_PROXY"},
		{"a wrong password, http", http, plain.URL, joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "put them into `proxy` or HTTPS_PROXY"},
		{"no password", https, plain.URL, "", nil, deliver.Misconfigured, deliver.ReasonProxy, "wants a user and password"},
		{"a login that is no password", https, refuses(407, "Proxy-Authenticate", "Negotiate", "Proxy-Authenticate", "NTLM"), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "neither NTLM"},
		{"a login that is no password, http", http, refuses(407, "Proxy-Authenticate", "NTLM"), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "neither NTLM"},
		{"a proxy that forbids", https, refuses(403), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "allow host and port of `endpoint` there"},
		{"a proxy that forbids, http", http, refuses(403, "Content-Type", "text/html"), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "allow host and port of `endpoint` there"},
		{"a wrong password, in tinyproxy's way", https, refuses(401), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "put them into `proxy` or HTTPS_PROXY"},
		{"a wrong password, in tinyproxy's way, http", http, refuses(401, "Content-Type", "text/html"), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "put them into `proxy` or HTTPS_PROXY"},
		{"a server that forbids, http", http, refuses(403, "Content-Type", "application/json"), joe, nil, deliver.Misconfigured, deliver.ReasonToken, "logs.ingest"},
		{"no proxy at all", https, refuses(400), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "those of an HTTP proxy"},
		{"a proxy that cannot reach the server", https, refuses(502), joe, nil, deliver.Transient, deliver.ReasonNetwork, "the proxy cannot reach the server"},
		{"a proxy in trouble, http", http, refuses(503), joe, nil, deliver.Transient, deliver.ReasonServerError, "through the proxy http://[redacted]@127.0.0.1:"},
		{"a proxy that knows no such page, http", http, refuses(404), joe, nil, deliver.Misconfigured, deliver.ReasonURL, "through the proxy http://[redacted]@127.0.0.1:"},
		{"a proxy that refuses the body, http", http, refuses(413), joe, nil, deliver.TooLarge, deliver.ReasonTooLarge, "through the proxy http://[redacted]@127.0.0.1:"},
		{"a proxy that answers with a page, http", http, refuses(200, "Content-Type", "text/html"), joe, nil, deliver.Misconfigured, deliver.ReasonNotTheAPI, "through the proxy http://[redacted]@127.0.0.1:"},
		{"a proxy that says nothing, http", http, rawServer(t, stalls("")), joe, nil, deliver.Transient, deliver.ReasonTimeout, "while waiting for the response through the proxy http://[redacted]@127.0.0.1:"},
		{"nobody listens", https, "http:" + nobody, joe, nil, deliver.Transient, deliver.ReasonNetwork, "check host and port in `proxy` or HTTPS_PROXY"},
		{"nobody listens, http", http, "http:" + nobody, joe, nil, deliver.Transient, deliver.ReasonNetwork, "check host and port in `proxy` or HTTPS_PROXY"},
		{"nobody listens, proxy over TLS", https, "https:" + nobody, joe, nil, deliver.Transient, deliver.ReasonNetwork, "check host and port in `proxy` or HTTPS_PROXY"},
		{"a proxy that wants TLS", https, rawServer(t, says("\x15\x03\x01\x00\x02\x02\x16")), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "write it with https://"},
		{"a proxy that wants TLS and hangs up", https, strings.Replace(overTLS.URL, "https:", "http:", 1), joe, nil, deliver.Transient, deliver.ReasonNetwork, "whether it wants https:// in front of them"},
		{"a proxy that wants no TLS", https, strings.Replace(plain.URL, "http:", "https:", 1), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "write it with http://"},
		{"a proxy of another name", https, runProxy(t, &named).URL, joe, trusts(namedCA), deliver.Misconfigured, deliver.ReasonCertificate, "the proxy's certificate is for another name"},
		{"something that is no proxy", https, rawServer(t, says("SSH-2.0-OpenSSH_9.2\r\n")), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "what answers there is no HTTP proxy: check host and port"},
		{"a page without a head", https, rawServer(t, says("<html>\r\n")), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "what answers there is no HTTP proxy"},
		{"a broken head", https, rawServer(t, says("HTTP/1.1 200 OK\r\nnothing\r\n\r\n")), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "what answers there is no HTTP proxy"},
		{"something that is no proxy, http", http, rawServer(t, says("SSH-2.0-OpenSSH_9.2\r\n")), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "what answers there is no HTTP proxy: check host and port"},
		{"something that is no proxy and speaks first", https, greets(t), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "what answers there is no HTTP proxy: check host and port"},
		{"something that is no proxy and speaks first, http", http, greets(t), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "what answers there is no HTTP proxy: check host and port"},
		{"a proxy that wants TLS, http", http, rawServer(t, says("\x15\x03\x01\x00\x02\x02\x16")), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "write it with https://"},
		{"a proxy that hangs up", https, rawServer(t, says("")), joe, nil, deliver.Transient, deliver.ReasonNetwork, "the proxy closes the connection without an answer"},
		{"a proxy that stalls in its handshake", https, "https://" + mute(t), joe, nil, deliver.Transient, deliver.ReasonTimeout, silent + "https://[redacted]@127.0.0.1:"},
		{"a proxy over TLS that stalls", https, muteOverTLS(t, right), joe, trusts(rightCA), deliver.Transient, deliver.ReasonTimeout, silent + "https://[redacted]@127.0.0.1:"},
		{"a proxy that says nothing", https, "http://" + mute(t), joe, nil, deliver.Transient, deliver.ReasonTimeout, silent + "http://[redacted]@127.0.0.1:"},
		{"a proxy that stalls", https, rawServer(t, stalls("HTTP/1.1 200")), joe, nil, deliver.Transient, deliver.ReasonTimeout, silent + "http://[redacted]@127.0.0.1:"},
		{"a proxy that is not the one in trouble", https, rawServer(t, stalls("HTTP/1.1 200 OK\r\n\r\n")), joe, nil, deliver.Transient, deliver.ReasonTimeout, "no response in time; retrying (request_timeout exceeded while connecting through the proxy"},
		{"a login page", https, rawServer(t, then("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", "<html>login</html>")), joe, nil, deliver.Misconfigured, deliver.ReasonProxy, "the proxy answers with a page of its own, such as a login"},
		{"a login page that is over before TLS", https, rawServer(t, says("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlogin")), joe, nil, deliver.Transient, deliver.ReasonNetwork, "the proxy answers with a page of its own, such as a login"},
		{"a login page and then nothing", https, rawServer(t, stalls("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")), joe, nil, deliver.Transient, deliver.ReasonNetwork, "the proxy answers with a page of its own, such as a login"},
		{"a login page without a head", https, rawServer(t, then("HTTP/1.1 200 OK\r\n\r\n", "<html>login</html>")), joe, nil, deliver.Misconfigured, deliver.ReasonScheme, "whether it is the proxy that answers, with a login page"},
		{"a proxy that goes on in HTTP", https, rawServer(t, then("HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n\r\n")), joe, nil, deliver.Misconfigured, deliver.ReasonScheme, "whether it is the proxy that answers, with a login page"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			set := with(by(t, c.proxy, c.user, "hunter3"))
			if c.set != nil {
				set = append(set, c.set)
			}
			v := quick(t, c.target, timeout(2*time.Second), through(transportTo(t, c.target, set...))).Send(t.Context(), payload, true)
			expectVerdict(t, v, c.kind, c.reason, c.says)
			if strings.Contains(v.Message, "hunter") || strings.Contains(v.Message, base64.StdEncoding.EncodeToString([]byte("joe:hunter3"))) {
				t.Errorf("the password is in %q", v.Message)
			}
		})
	}
}

// mute is the address of somebody who takes connections and does nothing with them.
func mute(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener.Addr().String()
}

// muteOverTLS is the URL of somebody who takes connections, speaks TLS, and says nothing by it.
func muteOverTLS(t *testing.T, pair pki.Pair) string {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{pair.TLS()}})
	if err != nil {
		t.Fatal(err)
	}
	serveEach(t, listener, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	return "https://" + listener.Addr().String()
}

// then says something, and something else to whatever comes next.
func then(first, second string) func(*net.TCPConn) {
	return func(conn *net.TCPConn) {
		_, _ = io.WriteString(conn, first)
		_, _ = io.ReadFull(conn, make([]byte, 1))
		says(second)(conn)
	}
}

func TestTransport_ProxyHandshakeTimeout(t *testing.T) {
	const server = "https://env.example"
	tr := transportTo(t, server, by(t, "https://"+mute(t), joe, hunter2))
	tr.SetHandshakeTimeout(100 * time.Millisecond)
	v := quick(t, server, through(tr)).Send(t.Context(), payload, true)
	expectVerdict(t, v, deliver.Transient, deliver.ReasonTimeout, "the proxy does not answer: check host and port in `proxy` or HTTPS_PROXY")
}
