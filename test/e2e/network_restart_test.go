package e2e

import (
	"crypto/md5"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/test/corpus"
	"out_dynatrace/test/pki"
)

// nginx is killed amid requests, with bodies that it has not passed on and answers that it has not
// sent. Some lines may therefore arrive twice.
func TestNetwork_RestartOfNginxLosesNothing(t *testing.T) {
	needPeers(t, "nginx")
	const lines, each = 6000, 1000
	for _, a := range everywhere("5.1.1") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			pair := pki.SelfSigned(t, "127.0.0.1")
			f := startFront(t, frontOptions{certificate: &pair})
			f.url += "/e/abc12345"
			r := a.start(t, to(f.destination, 4, append(probing, "tls_pin_sha256", certificate.FingerprintOf(pair.Leaf).String(), "max_payload_records", "20")...))
			for from := 1; from < lines; from += each {
				before := f.Stats().RecordsStored
				r.write(0, numbered(from, from+each-1))
				await(t, "some of it to arrive", func() bool { return f.Stats().RecordsStored > before })
				f.kill()
				f.start()
			}
			var found corpus.Arrival
			await(t, "every line", func() bool {
				found = corpus.CheckNumbered(lines, f.contents(t))
				return len(found.Missing) == 0
			})
			out := r.stop()
			if len(found.Damaged) > 0 {
				t.Error(found)
			}
			t.Logf("%d of %d lines arrived twice", len(found.Doubled), lines)
			for _, l := range with(out.lines, "error", "") {
				t.Errorf("a restart is the moment's fault: %s", l.message)
			}
		})
	}
}

// Each supported version, alone on the server, with a client certificate and HTTP/2.
func TestNetwork_TLSVersions(t *testing.T) {
	needPeers(t, "nginx")
	authority, clients := pki.Authority(t), pki.Authority(t)
	dir := tempDir(t)
	ca, _ := authority.Write(t, dir, "ca")
	cert, key := clients.Issue(t, pki.Spec{Client: true}).Write(t, dir, "client")
	server := authority.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}})
	for _, c := range []struct{ offered, minimum string }{{"TLSv1.2", "1.2"}, {"TLSv1.3", "1.2"}, {"TLSv1.2 TLSv1.3", "1.3"}} {
		for _, a := range everywhere("5.1.1") {
			t.Run(fmt.Sprintf("%s, at least %s: %s", c.offered, c.minimum, a.name), func(t *testing.T) {
				t.Parallel()
				f := startFront(t, frontOptions{certificate: &server, clients: &clients, protocols: c.offered})
				f.url += "/e/abc12345"
				r := a.start(t, to(f.destination, 1, "tls_ca_file", ca, "tls_cert_file", cert, "tls_key_file", key, "tls_min_version", c.minimum))
				r.write(0, numbered(1, networkLines))
				f.awaitStored(t, networkLines)
				out := r.stop()
				f.wantLinesOnce(t, networkLines)
				wantQuiet(t, out.lines)
				newest := c.offered[strings.LastIndex(c.offered, "TLS"):]
				await(t, "the log of nginx", func() bool { return strings.Contains(f.access(), "204 HTTP/2.0 "+newest+" client=SUCCESS") })
			})
		}
	}
}

// The password reaches squid unchanged, and is logged nowhere.
func TestNetwork_ProxyPasswordOfOddCharacters(t *testing.T) {
	needPeers(t, "nginx", "squid")
	const password = "p@ss/w:rd#?%-hunter2-hunter2"
	for _, a := range everywhere("5.1.1") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			pair := pki.SelfSigned(t, "127.0.0.1")
			f := startFront(t, frontOptions{certificate: &pair})
			f.url += "/e/abc12345"
			proxy := startSquid(t)
			put(t, proxy.dir, "passwords", fmt.Sprintf("%s:%x\n", proxyUser, md5.Sum([]byte(password))))
			login := url.UserPassword(proxyUser, password).String()
			r := a.start(t, to(f.destination, 1, "tls_pin_sha256", certificate.FingerprintOf(pair.Leaf).String(), "proxy", "http://"+login+"@"+proxy.http))
			r.write(0, numbered(1, networkLines))
			f.awaitStored(t, networkLines)
			out := r.stop()
			f.wantLinesOnce(t, networkLines)
			wantQuiet(t, out.lines)
			for _, form := range []string{"hunter2", "p%40ss"} {
				if strings.Contains(out.text, form) {
					t.Errorf("the password was shown:\n%s", out.text)
				}
			}
		})
	}
}
