package e2e

import (
	"cmp"
	"crypto/md5"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"out_dynatrace/test/ingest"
	"out_dynatrace/test/pki"
)

// front is nginx in front of a local Dynatrace.
type front struct {
	*destination
	*peer
	port int
	dir  string
}

// frontOptions configure nginx.
type frontOptions struct {
	certificate *pki.Pair // nil is plain http
	clients     *pki.Pair // an authority whose certificates it asks clients for; nil does not ask
	extra       string    // directives of the server
	address     string    // it listens on; "" is 127.0.0.1
	protocols   string    // of TLS; "" is TLSv1.2 TLSv1.3
}

// startFront starts nginx at https://127.0.0.1:port, at http:// without a certificate, or at
// another address.
func startFront(t *testing.T, o frontOptions) *front {
	t.Helper()
	d := startDestination(t, false, ingest.Options{})
	dir := peerDir(t)
	f := &front{destination: d, port: freePorts(t, 1)[0], dir: dir}
	address := net.JoinHostPort(cmp.Or(o.address, "127.0.0.1"), fmt.Sprint(f.port))
	listen, tls, scheme := "", "", "http"
	if o.certificate != nil {
		scheme, listen = "https", " ssl http2"
		cert, key := o.certificate.Write(t, dir, "server")
		tls = fmt.Sprintf("ssl_certificate %s; ssl_certificate_key %s; ssl_protocols %s;", cert, key, cmp.Or(o.protocols, "TLSv1.2 TLSv1.3"))
	}
	if o.clients != nil {
		ca, _ := o.clients.Write(t, dir, "clients")
		tls += fmt.Sprintf(" ssl_client_certificate %s; ssl_verify_client on;", ca)
	}
	var temp strings.Builder
	for _, name := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&temp, "%s_temp_path %s; ", name, filepath.Join(dir, name))
	}
	conf := put(t, dir, "nginx.conf", fmt.Sprintf(`
daemon off; master_process off; pid %[1]s/nginx.pid; error_log stderr;
events { worker_connections 128; }
http {
  log_format met '$status $server_protocol $ssl_protocol client=$ssl_client_verify';
  access_log %[1]s/access.log met;
  log_format client '$status $ssl_client_serial';
  access_log %[1]s/clients.log client;
  client_max_body_size 20m;
  %[2]s
  server {
    listen %[3]s%[4]s;
    %[5]s
    %[6]s
    location / { proxy_pass %[7]s; proxy_http_version 1.1; }
  }
}
`, dir, temp.String(), address, listen, tls, o.extra, d.url))
	f.peer = startPeer(t, dir, "nginx", []string{address}, "-p", dir, "-c", conf)
	d.url = fmt.Sprintf("%s://%s", scheme, address)
	return f
}

// renew restarts nginx with another certificate.
func (f *front) renew(t *testing.T, certificate pki.Pair) {
	t.Helper()
	f.kill()
	certificate.Write(t, f.dir, "server")
	f.start()
}

// proxyPassword is long enough to be searched for in every log.
const proxyUser, proxyPassword = "joe", "hunter2-hunter2-hunter2"

// startTinyproxy starts a tinyproxy, with or without a password. It connects to the given ports
// only, or to all if there are none.
func startTinyproxy(t *testing.T, auth bool, ports ...int) (url string, p *peer) {
	t.Helper()
	dir := peerDir(t)
	port := freePorts(t, 1)[0]
	text := fmt.Sprintf("Port %d\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nLogFile \"%s/access.log\"\nLogLevel Connect\n", port, dir)
	if auth {
		text += fmt.Sprintf("BasicAuth %s %s\n", proxyUser, proxyPassword)
	}
	for _, one := range ports {
		text += fmt.Sprintf("ConnectPort %d\n", one)
	}
	p = startPeer(t, dir, "tinyproxy", []string{fmt.Sprintf("127.0.0.1:%d", port)}, "-d", "-c", put(t, dir, "tinyproxy.conf", text))
	return fmt.Sprintf("127.0.0.1:%d", port), p
}

// squid is a squid that requires a password, with a plain and a TLS port.
type squid struct {
	*peer
	http, https string // host and port
	authority   pki.Pair
}

// startSquid starts a squid on 127.0.0.1. Only it resolves the name dynatrace.test.
func startSquid(t *testing.T) *squid {
	t.Helper()
	return startSquidAt(t, "127.0.0.1")
}

// startSquidAt starts a squid on another address.
func startSquidAt(t *testing.T, address string) *squid {
	t.Helper()
	dir := peerDir(t)
	s := &squid{authority: pki.Authority(t)}
	pair := s.authority.Issue(t, pki.Spec{Names: []string{address}})
	cert := put(t, dir, "proxy.pem", string(pair.CertPEM())+string(pair.KeyPEM(t)))
	hosts := put(t, dir, "hosts", "127.0.0.1 dynatrace.test\n")
	passwords := put(t, dir, "passwords", fmt.Sprintf("%s:%x\n", proxyUser, md5.Sum([]byte(proxyPassword))))
	ports := freePorts(t, 2)
	s.http, s.https = net.JoinHostPort(address, fmt.Sprint(ports[0])), net.JoinHostPort(address, fmt.Sprint(ports[1]))
	helper := "/usr/lib/squid/basic_ncsa_auth"
	if _, err := os.Stat(helper); err != nil {
		t.Fatalf("squid's password helper is missing: %v", err)
	}
	conf := put(t, dir, "squid.conf", fmt.Sprintf(`
http_port %[2]s
https_port %[3]s tls-cert=%[4]s
hosts_file %[5]s
auth_param basic program %[7]s %[6]s
auth_param basic children 1 startup=1
auth_param basic realm proxy
acl known proxy_auth REQUIRED
http_access allow known
http_access deny all
visible_hostname proxy.test
pid_filename none
access_log stdio:%[1]s/access.log squid
cache_log %[1]s/cache.log
coredump_dir %[1]s
cache deny all
cache_mem 8 MB
max_filedescriptors 256
pinger_enable off
netdb_filename none
shutdown_lifetime 0 seconds
`, dir, s.http, s.https, cert, hosts, passwords, helper))
	// Its shared memory bears the name of the service: two of one name take it from each other, and
	// one that is killed leaves it.
	service := fmt.Sprintf("e2e%d", ports[0])
	t.Cleanup(func() {
		left, _ := filepath.Glob("/dev/shm/" + service + "-*")
		for _, segment := range left {
			os.Remove(segment)
		}
	})
	s.peer = startPeer(t, dir, "squid", []string{s.http, s.https}, "-N", "-n", service, "-f", conf)
	return s
}

// withLogin puts user and password before host and port.
func withLogin(address string) string { return proxyUser + ":" + proxyPassword + "@" + address }
