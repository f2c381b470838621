package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/pki"
)

const (
	saysClientCertificate = "the server wants a client certificate that it trusts"
	saysLastGood          = "the last good certificates stay in use: "
)

// replace replaces a file atomically, as a tool that renews certificates should.
func replace(t *testing.T, path string, data []byte) {
	t.Helper()
	next := path + ".next"
	if err := os.WriteFile(next, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, path); err != nil {
		t.Fatal(err)
	}
}

// probing makes the plugin probe often.
var probing = []string{"retry_initial", "100ms", "retry_max", "500ms"}

// nginx restarts with a certificate of another authority. Once the file holds that authority,
// replaced in place or behind a changed symbolic link (as Kubernetes mounts secrets), everything
// arrives once.
func TestNetwork_CAFileIsReloaded(t *testing.T) {
	needPeers(t, "nginx")
	const lines = networkLines
	for _, a := range everywhere("5.1.1", "1.9") {
		for _, way := range []string{"another file", "written over", "another directory behind a link"} {
			t.Run(a.name+", "+way, func(t *testing.T) {
				t.Parallel()
				old, next := pki.Authority(t), pki.Authority(t)
				local := pki.Spec{Names: []string{"127.0.0.1"}}
				dir := tempDir(t)
				path := filepath.Join(dir, "ca.pem")
				change := func() { replace(t, path, next.CertPEM()) }
				switch way {
				case "another file":
					replace(t, path, old.CertPEM())
				case "written over":
					replace(t, path, old.CertPEM())
					change = func() {
						if err := os.WriteFile(path, next.CertPEM(), 0o600); err != nil {
							t.Error(err)
						}
					}
				default:
					path = filepath.Join(dir, "..data", "ca.pem")
					for name, authority := range map[string]pki.Pair{"first": old, "second": next} {
						if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
							t.Fatal(err)
						}
						replace(t, filepath.Join(dir, name, "ca.pem"), authority.CertPEM())
					}
					link := func(to string) {
						if err := os.Symlink(to, filepath.Join(dir, "next")); err != nil {
							t.Error(err)
						}
						if err := os.Rename(filepath.Join(dir, "next"), filepath.Join(dir, "..data")); err != nil {
							t.Error(err)
						}
					}
					link("first")
					change = func() { link("second") }
				}
				first := old.Issue(t, local)
				f := startFront(t, frontOptions{certificate: &first})
				f.url += "/e/abc12345"
				r := a.start(t, to(f.destination, 1, append(probing, "tls_ca_file", path)...))
				r.write(0, numbered(1, lines))
				f.awaitStored(t, lines)
				f.awaitAnswer(t)

				f.renew(t, next.Issue(t, local))
				r.write(0, numbered(lines+1, 2*lines))
				await(t, "a line about the unknown authority", func() bool { return len(with(r.log(), "error", saysAuthority)) > 0 })
				if n := f.Stats().RecordsStored; n != lines {
					t.Errorf("%d lines arrived at a server that is not to be trusted", n-lines)
				}
				change()
				f.awaitStored(t, 2*lines)
				out := r.stop()
				f.wantLinesOnce(t, 2*lines)
				wantLines(t, out.lines, "info", "the certificates changed: tls_ca_file holds 1", 1)
				wantQuiet(t, out.lines, saysAuthority, saysDown, "the connection was c", "HTTP/2 connection")
			})
		}
	}
}

// A new client certificate is used as soon as it is there, without an error. nginx rejects an
// expired one, which a line says, until a new one is there.
func TestNetwork_ClientCertificateIsReloaded(t *testing.T) {
	needPeers(t, "nginx")
	const lines = networkLines
	for _, a := range everywhere("5.1.1", "1.9") {
		start := func(t *testing.T, first pki.Pair, clients pki.Pair) (f *front, certFile, keyFile string, server pki.Pair, r run) {
			authority := pki.Authority(t)
			server = authority.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}})
			dir := tempDir(t)
			ca, _ := authority.Write(t, dir, "ca")
			certFile, keyFile = first.Write(t, dir, "client")
			f = startFront(t, frontOptions{certificate: &server, clients: &clients})
			f.url += "/e/abc12345"
			r = a.start(t, to(f.destination, 1, append(probing, "tls_ca_file", ca, "tls_cert_file", certFile, "tls_key_file", keyFile)...))
			return f, certFile, keyFile, server, r
		}
		t.Run(a.name+", renewed in time", func(t *testing.T) {
			t.Parallel()
			clients := pki.Authority(t)
			first, second := clients.Issue(t, pki.Spec{Client: true}), clients.Issue(t, pki.Spec{Client: true})
			f, certFile, keyFile, _, r := start(t, first, clients)
			r.write(0, numbered(1, lines))
			f.awaitStored(t, lines)
			await(t, "the first certificate to be used", func() bool { return f.sawClient(first) })
			sent := lines
			sendUntil := func(what string, condition func() bool) { // files are looked at once a second
				await(t, what, func() bool {
					r.write(0, numbered(sent+1, sent+10))
					sent += 10
					f.awaitStored(t, sent)
					return condition()
				})
			}
			// In between the pair does not fit, and the old one stays in use.
			replace(t, certFile, second.CertPEM())
			sendUntil("a line about the pair that does not fit", func() bool { return len(with(r.log(), "warn", saysLastGood)) > 0 })
			replace(t, keyFile, second.KeyPEM(t))
			sendUntil("the second certificate to be used", func() bool { return f.sawClient(second) })
			out := r.stop()
			f.wantLinesOnce(t, sent)
			wantLines(t, out.lines, "info", "the certificates changed: tls_ca_file holds 1, tls_cert_file has the fingerprint", 1)
			wantQuiet(t, out.lines, saysLastGood)
		})
		t.Run(a.name+", over", func(t *testing.T) {
			t.Parallel()
			clients := pki.Authority(t)
			over := time.Now().Add(4 * time.Second).Truncate(time.Second)
			first, second := clients.Issue(t, pki.Spec{Client: true, NotAfter: over}), clients.Issue(t, pki.Spec{Client: true})
			f, certFile, keyFile, server, r := start(t, first, clients)
			r.write(0, numbered(1, lines))
			f.awaitStored(t, lines)
			f.awaitAnswer(t)
			time.Sleep(time.Until(over.Add(time.Second))) // the clock is nginx's

			f.renew(t, server) // it forgets its connections and sessions
			r.write(0, numbered(lines+1, 2*lines))
			await(t, "a line about the client certificate", func() bool { return len(with(r.log(), "error", saysClientCertificate)) > 0 })
			replace(t, certFile, second.CertPEM())
			replace(t, keyFile, second.KeyPEM(t))
			f.awaitStored(t, 2*lines)
			out := r.stop()
			f.wantEachOnce(t, 1, 2*lines)
			await(t, "the second certificate to be used", func() bool { return f.sawClient(second) })
			wantQuiet(t, out.lines, saysClientCertificate, saysDown, "the connection was c", "HTTP/2 connection", saysLastGood)
		})
	}
}

// awaitAnswer waits until nginx has answered: what is stored before that is sent again if nginx is
// killed.
func (f *front) awaitAnswer(t *testing.T) {
	t.Helper()
	await(t, "an answer of nginx", func() bool { return strings.Contains(f.access(), "204 ") })
}

// sawClient reports whether nginx has accepted a request with the certificate.
func (f *front) sawClient(pair pki.Pair) bool {
	text, _ := os.ReadFile(filepath.Join(f.dir, "clients.log"))
	return strings.Contains(strings.ToLower(string(text)), fmt.Sprintf("204 %x\n", pair.Leaf.SerialNumber)) ||
		strings.Contains(strings.ToLower(string(text)), fmt.Sprintf("204 0%x\n", pair.Leaf.SerialNumber))
}
