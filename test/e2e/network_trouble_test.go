package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/test/pki"
)

// complaint is a line of the log: its level, and phrases that it contains.
type complaint struct {
	level string
	says  []string
}

// Each mistake, as real servers report it, becomes one line that says what to change. No chunk is
// given up, and nothing arrives.
func TestNetwork_EachFailureIsLoggedInOneLine(t *testing.T) {
	authority, strangers := pki.Authority(t), pki.Authority(t)
	dir := tempDir(t)
	ca, _ := authority.Write(t, dir, "ca")
	client, clientKey := strangers.Issue(t, pki.Spec{Client: true}).Write(t, dir, "stranger")
	right := authority.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}})
	named := authority.Issue(t, pki.Spec{Names: []string{"gate.example"}})
	rsa := authority.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}, RSA: true})
	old := pki.AuthorityUntil(t, time.Now().Add(-time.Hour))
	late := old.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}})
	lateCA, _ := old.Write(t, dir, "late")
	over := authority.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}, NotAfter: time.Now().Add(-time.Hour)})
	self := pki.SelfSigned(t, "activegate")
	fingerprint := certificate.FingerprintOf(self.Leaf).String()
	trusting := func(pairs ...string) []string { return append([]string{"tls_ca_file", ca}, pairs...) }

	for _, c := range []struct {
		name  string
		needs []string
		front frontOptions
		// pairs gives the options, after starting a proxy if there is one.
		pairs func(t *testing.T, f *front) []string
		level string
		says  []string
		// or is what another build of the same server makes of it.
		or *complaint
	}{
		{"an unknown authority", nil, frontOptions{certificate: &self}, func(*testing.T, *front) []string { return nil },
			"error", []string{"is for another name", "in tls_server_name", "set tls_pin_sha256 to " + fingerprint}, nil},
		{"an unknown authority, the name is right", nil, frontOptions{certificate: &self}, func(*testing.T, *front) []string { return []string{"tls_server_name", "activegate"} },
			"error", []string{saysAuthority, "set tls_pin_sha256 to " + fingerprint}, nil},
		{"another host", nil, frontOptions{certificate: &named}, func(*testing.T, *front) []string { return trusting() },
			"error", []string{"is for another name", "in tls_server_name"}, nil},
		{"an expired certificate", nil, frontOptions{certificate: &over}, func(*testing.T, *front) []string { return trusting() },
			"error", []string{"is expired or not valid yet: renew it"}, nil},
		{"another certificate than the pinned", nil, frontOptions{certificate: &self}, func(*testing.T, *front) []string {
			return []string{"tls_pin_sha256", certificate.FingerprintOf(right.Leaf).String()}
		}, "error", []string{"is none of tls_pin_sha256", fingerprint}, nil},
		{"no client certificate", nil, frontOptions{certificate: &right, clients: &authority}, func(*testing.T, *front) []string { return trusting() },
			"error", []string{"name it and its key in tls_cert_file and tls_key_file", "No required SSL certificate was sent"}, nil},
		{"a client certificate of strangers", nil, frontOptions{certificate: &right, clients: &authority}, func(*testing.T, *front) []string {
			return trusting("tls_cert_file", client, "tls_key_file", clientKey)
		}, "error", []string{"name it and its key in tls_cert_file and tls_key_file, or renew the one there", "The SSL certificate error"}, nil},
		{"a server that speaks TLS 1.2 only", nil, frontOptions{certificate: &right, protocols: "TLSv1.2"}, func(*testing.T, *front) []string {
			return trusting("tls_min_version", "1.3")
		}, "error", []string{"and what tls_min_version asks for"}, nil},
		{"a server that speaks TLS 1.1 only", nil, frontOptions{certificate: &right, protocols: "TLSv1.1", extra: "ssl_ciphers ALL:@SECLEVEL=0;"}, func(*testing.T, *front) []string {
			return trusting()
		}, "error", []string{"the server must offer TLS 1.2 or newer"}, nil},
		{"a server with ciphers of old only", nil, frontOptions{certificate: &rsa, protocols: "TLSv1.2", extra: "ssl_ciphers AES128-SHA;"}, func(*testing.T, *front) []string {
			return trusting()
		}, "error", []string{"with a cipher suite of ECDHE"}, nil},
		{"a certificate of an authority that is over", nil, frontOptions{certificate: &late}, func(*testing.T, *front) []string {
			return []string{"tls_ca_file", lateCA}
		}, "error", []string{"an authority of the server's certificate is expired"}, nil},
		{"http to its https port", nil, frontOptions{certificate: &right}, func(_ *testing.T, f *front) []string {
			return []string{"endpoint", strings.Replace(f.url, "https:", "http:", 1)}
		}, "error", []string{"write `endpoint` with https://"}, nil},

		{"tinyproxy: a wrong password", []string{"tinyproxy"}, frontOptions{certificate: &right}, func(t *testing.T, _ *front) []string {
			address, _ := startTinyproxy(t, true)
			return trusting("proxy", "http://joe:wrong-wrong-wrong-wrong@"+address)
		}, "error", []string{"put them into `proxy` or HTTPS_PROXY"}, nil},
		{"tinyproxy: a port that it does not connect to", []string{"tinyproxy"}, frontOptions{certificate: &right}, func(t *testing.T, _ *front) []string {
			address, _ := startTinyproxy(t, false, 443)
			return trusting("proxy", "http://"+address)
		}, "error", []string{"allow host and port of `endpoint` there"}, nil},
		{"squid: a wrong password", []string{"squid"}, frontOptions{certificate: &right}, func(t *testing.T, _ *front) []string {
			return trusting("proxy", "http://joe:wrong-wrong-wrong-wrong@"+startSquid(t).http)
		}, "error", []string{"put them into `proxy` or HTTPS_PROXY"}, nil},
		{"squid: no password", []string{"squid"}, frontOptions{certificate: &right}, func(t *testing.T, _ *front) []string {
			return trusting("proxy", "http://"+startSquid(t).http)
		}, "error", []string{"put them into `proxy` or HTTPS_PROXY"}, nil},
		{"squid: a server that it cannot reach", []string{"squid"}, frontOptions{certificate: &right}, func(t *testing.T, _ *front) []string {
			return trusting("proxy", "http://"+withLogin(startSquid(t).http), "endpoint", "https://127.0.0.1:1/e/abc12345")
		}, "warn", []string{"the proxy cannot reach the server"}, nil},
		{"squid: a server that it does not know", []string{"squid"}, frontOptions{certificate: &right}, func(t *testing.T, _ *front) []string {
			return trusting("proxy", "http://"+withLogin(startSquid(t).http), "endpoint", "https://nowhere.invalid/e/abc12345")
		}, "warn", []string{"check the host of `endpoint`, and whether the proxy knows"}, nil},
		{"squid: its own authority is unknown", []string{"squid"}, frontOptions{certificate: &right}, func(t *testing.T, _ *front) []string {
			return trusting("proxy", "https://"+withLogin(startSquid(t).https))
		}, "error", []string{"the proxy's certificate is signed by an unknown authority: name a PEM file with it in tls_ca_file"}, nil},
		{"squid: its certificate is for another name", []string{"squid"}, frontOptions{certificate: &right}, func(t *testing.T, _ *front) []string {
			s := startSquid(t)
			ca, _ := s.authority.Write(t, tempDir(t), "proxy")
			return []string{"tls_ca_file", ca, "proxy", "https://" + strings.Replace(withLogin(s.https), "127.0.0.1", "localhost", 1)}
		}, "error", []string{"the proxy's certificate is for another name"}, nil},
		{"squid: a wrong password of odd characters", []string{"squid"}, frontOptions{certificate: &right}, func(t *testing.T, _ *front) []string {
			return trusting("proxy", "http://joe:wr%40ng%2Fwr%C3%B6ng%23wrong-wrong-wrong@"+startSquid(t).http)
		}, "error", []string{"put them into `proxy` or HTTPS_PROXY"}, nil},
		{"squid: http where it speaks TLS", []string{"squid"}, frontOptions{certificate: &right}, func(t *testing.T, _ *front) []string {
			return trusting("proxy", "http://"+withLogin(startSquid(t).https))
			// Built with OpenSSL it closes the connection, built with GnuTLS it answers with an
			// alert.
		}, "warn", []string{"the proxy closes the connection without an answer", "whether it wants https:// in front of them"}, &complaint{"error", []string{"the proxy expects TLS on this port"}}},
		{"squid: TLS where it speaks http", []string{"squid"}, frontOptions{certificate: &right}, func(t *testing.T, _ *front) []string {
			return trusting("proxy", "https://"+withLogin(startSquid(t).http))
		}, "error", []string{"the proxy does not speak TLS on this port"}, nil},
		{"nginx is no proxy", nil, frontOptions{certificate: &right}, func(t *testing.T, _ *front) []string {
			plain := startFront(t, frontOptions{})
			return trusting("proxy", plain.url)
		}, "error", []string{"are those of an HTTP proxy"}, nil},
		{"nobody is there", nil, frontOptions{certificate: &right}, func(*testing.T, *front) []string {
			return trusting("proxy", "http://"+withLogin("127.0.0.1:1"))
		}, "warn", []string{"nothing listens at the proxy's host and port", "check host and port in `proxy` or HTTPS_PROXY"}, nil},
	} {
		for _, a := range everywhere("5.1.1") {
			t.Run(c.name+": "+a.name, func(t *testing.T) {
				t.Parallel()
				needPeers(t, append(slices.Clone(c.needs), "nginx")...)
				f := startFront(t, c.front)
				f.url += "/e/abc12345"
				// A flush that waits for the next probe holds up the end until its deadline.
				s := to(f.destination, 1, append(c.pairs(t, f), "flush_deadline", "3s", "request_timeout", "2500ms")...)
				s.grace, s.lossy = time.Second, true
				r := a.start(t, s)
				r.write(0, numbered(1, 50))
				defer func() {
					if t.Failed() {
						t.Log("the log:\n" + show(r.log()))
					}
				}()
				want := complaint{c.level, c.says}
				await(t, "a line about it", func() bool {
					if c.or != nil && len(with(r.log(), c.or.level, c.or.says[0])) > 0 {
						want = *c.or
					}
					return len(with(r.log(), want.level, want.says[0])) > 0
				})
				out := r.stop()
				first := slices.DeleteFunc(slices.Clone(out.lines), func(l logLine) bool { return strings.Contains(l.message, "(repeated ") }) // what was folded is told at the end
				for _, phrase := range want.says {
					wantLines(t, first, want.level, phrase, 1)
				}
				wantQuiet(t, out.lines, want.says[0], "the server can hold a request for 10s", "no time left in this flush") // the latter on a busy machine
				if n := f.Stats().RecordsStored; n != 0 {
					t.Errorf("%d records arrived", n)
				}
				if out.report != nil && out.report.Summary.Errors+out.report.Summary.OK != 0 {
					t.Errorf("want nothing but RETRY: %+v", out.report.Summary.Counts)
				}
				for _, secret := range []string{proxyPassword, "wrong-wrong", "wr%40ng", "wr@ng"} {
					if strings.Contains(out.text, secret) {
						t.Errorf("a password was shown:\n%s", out.text)
					}
				}
			})
		}
	}
}
