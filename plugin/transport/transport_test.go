package transport_test

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/plugin/deliver"
	"out_dynatrace/plugin/telemetry"
	"out_dynatrace/plugin/transport"
	"out_dynatrace/test/pki"
)

// secure runs a TLS server on 127.0.0.1 with a certificate.
func secure(t *testing.T, pair pki.Pair, change ...func(*tls.Config)) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(answer(204, ""))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair.TLS()}}
	server.Config.ErrorLog = quietLog
	for _, f := range change {
		f(server.TLS)
	}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

// wants makes a server ask for a client certificate of an authority.
func wants(authority pki.Pair, version uint16) func(*tls.Config) {
	return func(c *tls.Config) {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, x509.NewCertPool()
		c.ClientCAs.AddCert(authority.Leaf)
		c.MaxVersion = version
	}
}

// sends makes a server show another certificate behind its own.
func sends(issuer pki.Pair) func(*tls.Config) {
	return func(c *tls.Config) {
		c.Certificates[0].Certificate = append(c.Certificates[0].Certificate, issuer.Leaf.Raw)
	}
}

func trusts(path string) func(*setup) {
	return func(c *setup) { c.TLS.CAFile = path }
}

func shows(certFile, keyFile string) func(*setup) {
	return func(c *setup) { c.TLS.CertFile, c.TLS.KeyFile = certFile, keyFile }
}

func pins(of ...*x509.Certificate) func(*setup) {
	return func(c *setup) {
		for _, one := range of {
			c.TLS.Pins = append(c.TLS.Pins, certificate.FingerprintOf(one))
		}
	}
}

func asks(name string) func(*setup) {
	return func(c *setup) { c.TLS.ServerName = name }
}

func TestTransport_TLS(t *testing.T) {
	dir := t.TempDir()
	authority := pki.Authority(t)
	ca, _ := authority.Write(t, dir, "ca")
	otherCA, _ := pki.Authority(t).Write(t, dir, "other")
	client, clientKey := authority.Issue(t, pki.Spec{Client: true}).Write(t, dir, "client")
	stranger, strangerKey := pki.Authority(t).Issue(t, pki.Spec{Client: true}).Write(t, dir, "stranger")
	named := authority.Issue(t, pki.Spec{Names: []string{"server.example"}})
	over := authority.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}, NotAfter: time.Now().Add(-time.Hour)})
	early := authority.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}, NotBefore: time.Now().Add(time.Hour)})
	right := authority.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}})
	self := pki.SelfSigned(t, "activegate")
	late := pki.AuthorityUntil(t, time.Now().Add(-time.Hour))
	lateCA, _ := late.Write(t, dir, "late")
	cn := pki.SelfSigned(t)
	cnFile, _ := cn.Write(t, dir, "cn")
	const v12, v13 = tls.VersionTLS12, tls.VersionTLS13
	good, bad := secure(t, right), certificate.FingerprintOf(right.Leaf).String()
	plain, _ := serve(t, answer(204, ""))
	off := func(c *setup) { c.TLS.Verify = false }
	min13 := func(c *setup) { c.TLS.MinVersion = v13 }

	for _, c := range []struct {
		name   string
		server *httptest.Server
		set    []func(*setup)
		kind   deliver.Kind
		reason deliver.Reason
		says   string
	}{
		{"an authority of tls_ca_file is trusted", good, with(trusts(ca)), deliver.Accepted, deliver.ReasonAccepted, ""},
		{"an unknown authority is not, and the file is named", good, nil, deliver.Misconfigured, deliver.ReasonCertificate, "name that file in tls_ca_file"},
		{"an unknown authority is not, and the pin that accepts it is printed", good, nil, deliver.Misconfigured, deliver.ReasonCertificate, "set tls_pin_sha256 to " + bad},
		{"that intermediate certificates may be missing is shown", good, nil, deliver.Misconfigured, deliver.ReasonCertificate, "or the server does not send the intermediate certificates: let it send them, or save"},
		{"but not when they are there", secure(t, right, sends(authority)), nil, deliver.Misconfigured, deliver.ReasonCertificate, "signed by an unknown authority (an ActiveGate has a self-signed one by default)"},
		{"nor of one that signed itself", secure(t, pki.SelfSigned(t, "127.0.0.1")), nil, deliver.Misconfigured, deliver.ReasonCertificate, "signed by an unknown authority (an ActiveGate has a self-signed one by default)"},
		{"another authority is not", good, with(trusts(otherCA)), deliver.Misconfigured, deliver.ReasonCertificate, "set tls_pin_sha256 to " + bad},
		{"another name is not, and the names it holds are shown", secure(t, named), with(trusts(ca)), deliver.Misconfigured, deliver.ReasonCertificate, "tls_server_name"},
		{"tls_server_name is the name that counts", secure(t, named), with(trusts(ca), asks("server.example")), deliver.Accepted, deliver.ReasonAccepted, ""},
		{"the wrong tls_server_name is refused", good, with(trusts(ca), asks("server.example")), deliver.Misconfigured, deliver.ReasonCertificate, "another name"},
		{"an expired one is not", secure(t, over), with(trusts(ca)), deliver.Misconfigured, deliver.ReasonCertificate, "expired"},
		{"one of an authority that is expired is not", secure(t, late.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}})), with(trusts(lateCA)), deliver.Misconfigured, deliver.ReasonCertificate, "an authority of the server's certificate is expired or not valid yet"},
		{"one without a name is not", secure(t, cn), with(trusts(cnFile)), deliver.Misconfigured, deliver.ReasonCertificate, "holds no name that counts (a Common Name alone does not)"},
		{"one without a name can be pinned", secure(t, cn), with(pins(cn.Leaf)), deliver.Accepted, deliver.ReasonAccepted, ""},
		{"one of the future is not", secure(t, early), with(trusts(ca)), deliver.Misconfigured, deliver.ReasonCertificate, "not valid yet"},
		{"anything is with tls_verify off", secure(t, self), with(off), deliver.Accepted, deliver.ReasonAccepted, ""},
		{"a pin needs neither authority nor name", secure(t, self), with(pins(self.Leaf)), deliver.Accepted, deliver.ReasonAccepted, ""},
		{"one pin of several is enough", secure(t, self), with(pins(right.Leaf, self.Leaf)), deliver.Accepted, deliver.ReasonAccepted, ""},
		{"another certificate than the pinned is refused though its authority is known", good, with(trusts(ca), pins(self.Leaf)), deliver.Misconfigured, deliver.ReasonCertificate, "fingerprint " + bad},
		{"a pinned one that is expired is refused", secure(t, over), with(pins(over.Leaf)), deliver.Misconfigured, deliver.ReasonCertificate, "expired"},
		{"a pinned one of the future is refused", secure(t, early), with(pins(early.Leaf)), deliver.Misconfigured, deliver.ReasonCertificate, "not valid yet"},
		{"a client certificate is shown, TLS 1.2", secure(t, right, wants(authority, v12)), with(trusts(ca), shows(client, clientKey)), deliver.Accepted, deliver.ReasonAccepted, ""},
		{"a client certificate is shown, TLS 1.3", secure(t, right, wants(authority, v13)), with(trusts(ca), shows(client, clientKey)), deliver.Accepted, deliver.ReasonAccepted, ""},
		{"a client certificate is shown to a pinned server", secure(t, right, wants(authority, v13)), with(pins(right.Leaf), shows(client, clientKey)), deliver.Accepted, deliver.ReasonAccepted, ""},
		{"one that is missing is named, TLS 1.2", secure(t, right, wants(authority, v12)), with(trusts(ca)), deliver.Misconfigured, deliver.ReasonTLS, "tls_cert_file and tls_key_file"},
		{"one that is missing is named, TLS 1.3", secure(t, right, wants(authority, v13)), with(trusts(ca)), deliver.Misconfigured, deliver.ReasonTLS, "tls_cert_file and tls_key_file"},
		{"one of another authority is refused", secure(t, right, wants(authority, v12)), with(trusts(ca), shows(stranger, strangerKey)), deliver.Misconfigured, deliver.ReasonTLS, "tls_cert_file and tls_key_file"},
		{"TLS 1.1 is refused", secure(t, right, func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 }), with(trusts(ca)), deliver.Misconfigured, deliver.ReasonTLS, "TLS 1.2"},
		{"old cipher suites are refused", secure(t, right, func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = v12, []uint16{tls.TLS_RSA_WITH_AES_128_CBC_SHA}
		}), with(trusts(ca)), deliver.Misconfigured, deliver.ReasonTLS, "a cipher suite of ECDHE"},
		{"TLS 1.2 is enough", secure(t, right, func(c *tls.Config) { c.MaxVersion = v12 }), with(trusts(ca)), deliver.Accepted, deliver.ReasonAccepted, ""},
		{"TLS 1.2 is refused with tls_min_version 1.3", secure(t, right, func(c *tls.Config) { c.MaxVersion = v12 }), with(trusts(ca), min13), deliver.Misconfigured, deliver.ReasonTLS, "tls_min_version"},
		{"TLS 1.3 is taken with tls_min_version 1.3", good, with(trusts(ca), min13), deliver.Accepted, deliver.ReasonAccepted, ""},
		{"https to an http port is explained", &httptest.Server{URL: strings.Replace(plain.URL, "http:", "https:", 1)}, nil, deliver.Misconfigured, deliver.ReasonScheme, "does not speak https"},
		{"http to an https port is explained", &httptest.Server{URL: strings.Replace(good.URL, "https:", "http:", 1)}, nil, deliver.Misconfigured, deliver.ReasonScheme, "https://"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := quick(t, c.server.URL, through(transportTo(t, c.server.URL, c.set...))).Send(t.Context(), payload, true)
			expectVerdict(t, v, c.kind, c.reason, c.says)
		})
	}
}

func with(set ...func(*setup)) []func(*setup) { return set }

func TestNewTransport_FilesMustBeGoodAtTheStart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file.pem")
	for _, content := range []string{"", "no certificate"} {
		if content != "" {
			write(t, path, content)
		}
		for _, c := range []struct {
			option string
			tls    transport.TLSOptions
		}{
			{"tls_ca_file", transport.TLSOptions{CAFile: path}},
			{"tls_cert_file", transport.TLSOptions{CertFile: path, KeyFile: path}},
		} {
			_, err := transport.NewTransport(transport.Target{}, transport.Options{TLS: c.tls})
			if err == nil || !strings.HasPrefix(err.Error(), c.option+": ") {
				t.Errorf("%s with %q: %v", c.option, content, err)
			}
		}
	}
}

// clock is a time that can be set forward.
type clock struct{ atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.Load())) }

// TestTransport_ReadsCertificatesAgain goes through the life of a server whose authority and whose client certificates are renewed.
func TestTransport_ReadsCertificatesAgain(t *testing.T) {
	dir := t.TempDir()
	first, second := pki.Authority(t), pki.Authority(t)
	ca, _ := first.Write(t, dir, "ca")
	cert, key := first.Issue(t, pki.Spec{Client: true}).Write(t, dir, "client")
	var by atomic.Pointer[pki.Pair]
	by.Store(&first)
	server := secure(t, first, func(c *tls.Config) { // every handshake is with what is right now
		c.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) {
			authority := *by.Load()
			now := &tls.Config{Certificates: []tls.Certificate{authority.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}}).TLS()}, SessionTicketsDisabled: true}
			wants(authority, tls.VersionTLS13)(now)
			return now, nil
		}
	})
	var time clock
	logger := new(recorder)
	tr := transportTo(t, server.URL, trusts(ca), shows(cert, key))
	tr.SetNow(time.now)
	tr.SetLog(telemetry.NewLog(logger, time.now, 0))
	client := quick(t, server.URL, through(tr))
	send := func(what string, kind deliver.Kind, says string) {
		t.Helper()
		v := client.Send(t.Context(), payload, true)
		if v.Kind != kind {
			t.Errorf("%s: %s, %s", what, v.Kind, v.Message)
		}
		if said := strings.Join(logger.lines, "\n"); !strings.Contains(said, says) || (said == "") != (says == "") {
			t.Errorf("%s: logged %q, want %q", what, said, says)
		}
		logger.lines = nil
		time.Add(int64(2 * transport.FileCheck))
	}
	reconnect := func() { server.CloseClientConnections(); tr.CloseIdleConnections() }

	send("at first", deliver.Accepted, "")
	by.Store(&second)
	reconnect()
	send("the authority changed on the server only", deliver.Misconfigured, "")
	write(t, ca, "half a cert")
	send("the file is broken", deliver.Misconfigured, "the last good certificates stay in use: tls_ca_file: got")
	by.Store(&first)
	send("the last good state is still good", deliver.Accepted, "")
	by.Store(&second)
	write(t, ca, string(second.CertPEM()))
	next, nextKey := second.Issue(t, pki.Spec{Client: true}), key
	write(t, cert, string(next.CertPEM()))
	time.Add(int64(telemetry.DefaultInterval))
	send("a certificate without its key", deliver.Accepted, "tls_key_file: got") // on the old connection
	reconnect()
	send("a certificate without its key, on a new connection", deliver.Misconfigured, "")
	write(t, nextKey, string(next.KeyPEM(t)))
	send("all is renewed", deliver.Accepted, "the certificates changed: tls_ca_file holds 1, tls_cert_file has the fingerprint "+certificate.FingerprintOf(next.Leaf).String())
	send("afterwards", deliver.Accepted, "")
	if err := os.Remove(ca); err != nil {
		t.Fatal(err)
	}
	time.Add(int64(telemetry.DefaultInterval))
	reconnect()
	send("the file is gone", deliver.Accepted, "the last good certificates stay in use")
	write(t, ca, string(second.CertPEM()))
	send("the same file came back", deliver.Accepted, "")
}

// TestTransport_AcceptedClientCertificateIsNotBlamedForACut goes on until there is another one, or it is over.
func TestTransport_AcceptedClientCertificateIsNotBlamedForACut(t *testing.T) {
	dir := t.TempDir()
	authority := pki.Authority(t)
	ca, _ := authority.Write(t, dir, "ca")
	cert, key := authority.Issue(t, pki.Spec{Client: true}).Write(t, dir, "client")
	server := secure(t, authority.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}}), wants(authority, tls.VersionTLS13))
	var status atomic.Int32
	server.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if code := status.Load(); code != 0 {
			w.WriteHeader(int(code))
			return
		}
		go server.CloseClientConnections()
		<-r.Context().Done()
	})
	var time clock
	tr := transportTo(t, server.URL, trusts(ca), shows(cert, key))
	tr.SetNow(time.now)
	client := quick(t, server.URL, through(tr))
	send := func(what string, code int32, kind deliver.Kind) {
		t.Helper()
		status.Store(code)
		v := client.Send(t.Context(), payload, true)
		if v.Kind != kind || kind == deliver.Misconfigured && v.Reason != deliver.ReasonTLS {
			t.Errorf("%s: %s, %s: %s", what, v.Kind, v.Reason, v.Message)
		}
		time.Add(int64(transport.MaxAge * 2)) // the next one is of another generation
	}
	const cut = 0
	send("a cut at first", cut, deliver.Misconfigured)
	send("refused, as nginx does it", 400, deliver.Rejected)
	send("a cut after that", cut, deliver.Misconfigured)
	send("taken", 503, deliver.Transient)
	send("a cut of one that was taken", cut, deliver.Transient)
	send("and another", cut, deliver.Transient)
	next := authority.Issue(t, pki.Spec{Client: true})
	write(t, cert, string(next.CertPEM()))
	write(t, key, string(next.KeyPEM(t)))
	send("a cut of a new one", cut, deliver.Misconfigured)
	send("the new one is taken", 204, deliver.Accepted)
	send("a cut of the new one", cut, deliver.Transient)
	time.Add(int64(48 * 12 * transport.MaxAge)) // two days
	send("a cut of one that is over", cut, deliver.Misconfigured)
}

func TestTransport_ChangeOfCertificatesNeedsANewConnection(t *testing.T) {
	dir := t.TempDir()
	authority := pki.Authority(t)
	ca, _ := authority.Write(t, dir, "ca")
	right := authority.Issue(t, pki.Spec{Names: []string{"127.0.0.1"}})
	server := secure(t, right)
	var time clock
	tr := transportTo(t, server.URL, trusts(ca))
	tr.SetNow(time.now)
	client := quick(t, server.URL, through(tr))
	if v := client.Send(t.Context(), payload, true); v.Kind != deliver.Accepted {
		t.Fatal(v.Message)
	}
	write(t, ca, string(pki.Authority(t).CertPEM()))
	time.Add(int64(transport.FileCheck))
	expectVerdict(t, client.Send(t.Context(), payload, true), deliver.Misconfigured, deliver.ReasonCertificate, "tls_ca_file")
}
