package deliver

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"slices"
	"syscall"
)

const checkProxy = ": check host and port in `proxy` or HTTPS_PROXY; trying again"

const hintProxyPage = "the proxy answers with a page of its own, such as a login, and not for the server: see what it asks of this machine, and check host and port in `proxy` or HTTPS_PROXY"

const hintProxyTLS = "the proxy wants to be spoken to over TLS: write it with https:// in `proxy` or HTTPS_PROXY"

// proxyFailure is about what stands between here and the server, as far as it can be told from the server.
func proxyFailure(err error) (ruling, bool) {
	var (
		refused *proxyError
		secure  *proxyTLSError
		op      *net.OpError
	)
	switch {
	case errors.As(err, &refused):
		return refusedByProxy(refused), true
	case errors.Is(err, errProxySpeaksTLS):
		return ruling{Misconfigured, ReasonProxy, hintProxyTLS}, true
	case errors.Is(err, errNoProxy):
		return ruling{Misconfigured, ReasonProxy, "what answers there is no HTTP proxy: check host and port in `proxy` or HTTPS_PROXY"}, true
	case errors.Is(err, errProxyHungUp):
		return ruling{Transient, ReasonNetwork, "the proxy hangs up without an answer: check host and port in `proxy` or HTTPS_PROXY, and whether it wants https:// before them; trying again"}, true
	case errors.Is(err, errProxySilent):
		return ruling{Transient, ReasonTimeout, "the proxy does not answer" + checkProxy}, true
	case errors.Is(err, errProxyPage) && saysNoTLS(err):
		return ruling{Misconfigured, ReasonProxy, hintProxyPage}, true
	case errors.Is(err, errProxyPage): // as far as its answer to CONNECT tells, which may be an odd one of a good proxy
		return ruling{Transient, ReasonNetwork, hintProxyPage + "; trying again"}, true
	case errors.Is(err, errBehindProxy):
		return ruling{Misconfigured, ReasonScheme, "what answers behind the proxy does not speak https: check scheme and port of `endpoint`, and whether it is the proxy that answers, with a login page for instance"}, true
	case errors.As(err, &secure):
		return proxyCertificate(secure.err)
	case errors.As(err, &op) && op.Op == "proxyconnect": // net/http's word for the way to the proxy
		return unreachableProxy(op.Err), true
	}
	return ruling{}, false
}

func refusedByProxy(e *proxyError) ruling {
	switch {
	case e.status == http.StatusProxyAuthRequired, e.status == http.StatusUnauthorized: // tinyproxy's answer to a wrong password
		return wantsLogin(e.schemes)
	case e.status >= 500, e.status == http.StatusRequestTimeout, e.status == http.StatusTooManyRequests:
		return ruling{Transient, ReasonNetwork, "the proxy cannot reach the server: if this does not end, check the host of `endpoint`, and whether the proxy knows and may reach it; trying again"}
	case e.status == http.StatusBadRequest:
		return ruling{Misconfigured, ReasonProxy, "the proxy does not take the request: check that host and port in `proxy` or HTTPS_PROXY are those of an HTTP proxy, and http:// or https:// before them"}
	default:
		return ruling{Misconfigured, ReasonProxy, "the proxy does not let the request through: allow host and port of `endpoint` there, or go without: `proxy off`, or the host in NO_PROXY"}
	}
}

// wantsLogin is about 407. Basic is the only scheme that the plugin can offer.
func wantsLogin(schemes []string) ruling {
	if len(schemes) > 0 && !slices.Contains(schemes, "basic") {
		return ruling{Misconfigured, ReasonProxy, "the proxy takes no user and password in Basic form, which is all there is here (neither NTLM, Kerberos nor Digest): allow this machine there without a login, or Basic"}
	}
	return rulings[http.StatusProxyAuthRequired]
}

// proxyCertificate is about TLS to the proxy itself.
func proxyCertificate(err error) (ruling, bool) {
	var (
		record   tls.RecordHeaderError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		failed   *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &record):
		return ruling{Misconfigured, ReasonProxy, "the proxy does not speak TLS on this port: write it with http:// in `proxy` or HTTPS_PROXY"}, true
	case errors.As(err, &unknown):
		return ruling{Misconfigured, ReasonCertificate, "the proxy's certificate is of an authority unknown here: name a PEM file with it in tls_ca_file"}, true
	case errors.As(err, &hostname):
		return ruling{Misconfigured, ReasonCertificate, "the proxy's certificate is for another name: write one that it holds in `proxy` or HTTPS_PROXY"}, true
	case errors.As(err, &failed):
		return ruling{Misconfigured, ReasonCertificate, "the proxy's certificate cannot be trusted: renew it, and check the clocks on both sides"}, true
	case remoteAlert(err) != "":
		return ruling{Misconfigured, ReasonTLS, "proxy and plugin cannot agree on TLS: the proxy must offer TLS 1.2 or newer, and ask for no client certificate"}, true
	}
	return unreachableProxy(err), true
}

func unreachableProxy(err error) ruling {
	var dns *net.DNSError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return ruling{Misconfigured, ReasonHostUnknown, "the name of the proxy is not known to DNS: check the host in `proxy` or HTTPS_PROXY, and the DNS of this machine or pod"}
	case errors.Is(err, syscall.ECONNREFUSED):
		return ruling{Transient, ReasonNetwork, "nothing listens at the proxy's host and port, or a firewall refuses" + checkProxy}
	case isTimeout(err):
		return ruling{Transient, ReasonTimeout, "the proxy does not answer" + checkProxy}
	}
	return ruling{Transient, ReasonNetwork, "the proxy cannot be reached" + checkProxy}
}
