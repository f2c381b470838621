package deliver

import "out_dynatrace/plugin/transport"

// ruling is what an answer, or the lack of one, means.
type ruling struct {
	kind   Kind
	reason Reason
	// health is what it tells about the endpoint, see Health.
	health Health
	// message says what is wrong and how to fix it. It can hold orPin.
	message string
}

// answerRuling is a row for answers other than 2xx.
type answerRuling struct {
	from, to int                      // statuses
	when     func(*Answer, said) bool // nil is always
	ruling
}

// orPin in a message stands for the offer to pin the server's certificate, with its fingerprint.
const orPin = "{or pin}"

// Messages and parts of messages that several rows have in common.
const (
	sayToken = "the token was rejected: check that it is complete, enabled, not expired and of this " +
		"environment, and that it has the scope logs.ingest (access token, dt0c01) or " +
		"openpipeline:logs:ingest (platform token, dt0s16)"
	sayPage = "a web page rejects the request, as a gateway or firewall does: check what stands in " +
		"front of the API, and `endpoint`; otherwise " + sayToken
	sayURL = "there is no log ingest API at this URL: `endpoint` takes " +
		"https://<environment>.live.dynatrace.com (not .apps.) for SaaS, " +
		"https://<host>:9999/e/<environment> for an ActiveGate, whose log module must be on (a " +
		"containerized one may lack it), https://<domain>/e/<environment> for Managed, " +
		"http://localhost:14499 for a OneAgent, whose local log ingest must be on"
	sayServer     = "the server or a gateway in front of it has a problem; retrying"
	sayScheme     = "the server speaks https on this port: write `endpoint` with https://"
	sayClientCert = "the server wants a client certificate that it trusts: name it and its key in " +
		"tls_cert_file and tls_key_file, or renew the one there"
	sayTooLarge  = "; lower max_payload_bytes if this repeats"
	sayProxyAuth = "the proxy wants a user and password, or rejects those it got: put them into " +
		"`proxy` or HTTPS_PROXY (http://user:password@host:port)"
	sayProxyScheme = "the proxy takes no user and password in Basic form, the only form the plugin " +
		"supports (neither NTLM, Kerberos nor Digest): let this machine through there without a login, " +
		"or allow Basic"
	sayProxyForbids = "the proxy does not let the request through: allow host and port of " +
		"`endpoint` there, or go without: `proxy off`, or the host in NO_PROXY"
	sayProxyPage = "the proxy answers with a page of its own, such as a login, and not for the " +
		"server: see what it asks of this machine, and check host and port in `proxy` or HTTPS_PROXY"
	checkProxy    = ": check host and port in `proxy` or HTTPS_PROXY; retrying"
	checkProxyDNS = ": check the host in `proxy` or HTTPS_PROXY, and the DNS of this machine or pod"
)

// What servers say.
var (
	timeRange = words(
		"out of correct time range", "timestamps_out_of_range", "timestamps out of range")
	httpToHTTPS = words(
		"http request to an https server", "plain http request was sent to https port", "requires tls")
)

// answerRulings are the rows for answers other than 2xx; the first one that fits decides. They
// follow the response tables of the Dynatrace API reference ("Log Monitoring API v2 - POST ingest
// logs", "Dynatrace API - Response codes"), and RFC 9110 for what no Dynatrace page names.
var answerRulings = []answerRuling{
	{300, 399, nil, ruling{Misconfigured, ReasonRedirect, Unhealthy,
		"the server redirects elsewhere, which is not followed so that token and logs reach no other " +
			"host"}},

	// The API answers in JSON. A token and a license are the same behind every endpoint.
	{401, 401, webPageOfProxy, ruling{Misconfigured, ReasonProxy, Unhealthy, sayProxyAuth}},
	{403, 403, webPageOfProxy, ruling{Misconfigured, ReasonProxy, Unhealthy, sayProxyForbids}},
	{401, 401, webPage, ruling{Misconfigured, ReasonToken, Healthy, sayPage}},
	{403, 403, webPage, ruling{Misconfigured, ReasonToken, Healthy, sayPage}},
	{401, 401, nil, ruling{Misconfigured, ReasonToken, Healthy, sayToken}},
	{403, 403, nil, ruling{Misconfigured, ReasonToken, Healthy, sayToken}},
	{402, 402, nil, ruling{Misconfigured, ReasonLicense, Healthy,
		"no license for log ingest, or the budget is used up: check the environment's license and " +
			"consumption"}},

	// Something else than the API is behind this endpoint.
	{404, 405, nil, ruling{Misconfigured, ReasonURL, Unhealthy, sayURL}},
	{410, 410, nil, ruling{Misconfigured, ReasonURL, Unhealthy, sayURL}},
	{414, 414, nil, ruling{Misconfigured, ReasonURL, Unhealthy,
		"the URL is too long for the server: shorten the query of `endpoint`"}},
	{421, 421, nil, ruling{Misconfigured, ReasonURL, Unhealthy,
		"the server does not serve this host name: check the host of `endpoint` and any gateway in " +
			"front of the server"}},
	{426, 426, nil, ruling{Misconfigured, ReasonURL, Unhealthy,
		"the server asks for another protocol than HTTP/1.1 or 2: check `endpoint` and any gateway in " +
			"front of the server"}},
	{501, 501, nil, ruling{Misconfigured, ReasonUnsupported, Unhealthy,
		"the environment cannot store logs: turn on log storage (Log Monitoring Classic) or check " +
			"`endpoint`"}},

	// Which proxy is on the way, and whom it lets through to where, depends on the host.
	{407, 407, loginWithoutBasic, ruling{Misconfigured, ReasonProxy, Unhealthy, sayProxyScheme}},
	{407, 407, nil, ruling{Misconfigured, ReasonProxy, Unhealthy, sayProxyAuth}},
	{511, 511, nil, ruling{Misconfigured, ReasonProxy, Unhealthy,
		"the network wants a login before it lets requests through: check the proxy or gateway"}},

	{408, 408, nil, ruling{Transient, ReasonTimeout, Unhealthy,
		"the server timed out waiting for the request body; retrying"}},
	{425, 425, nil, ruling{Transient, ReasonServerError, Unhealthy, sayServer}},
	// It speaks for the environment, which counts what comes in by any endpoint.
	{429, 429, nil, ruling{Transient, ReasonThrottled, Healthy,
		"throttled: the environment or ActiveGate cannot take more now; if this never ends, log ingest " +
			"may be disabled for the environment"}},

	// An endpoint that judges a payload is healthy. A limit can be the one of a gateway in front of
	// this endpoint alone, but smaller payloads pass it, too.
	{413, 413, nil, ruling{TooLarge, ReasonTooLarge, Healthy, "the payload is too large for the " +
		"server" + sayTooLarge}},
	{431, 431, nil, ruling{TooLarge, ReasonTooLarge, Healthy,
		"the payload is too large for the server once it is unpacked" + sayTooLarge}},
	{400, 400, timeRange, ruling{Rejected, ReasonTimeRange, Healthy,
		"the records are older than the server takes (24 hours), or the clock of this machine is " +
			"behind"}},
	{400, 400, httpToHTTPS, ruling{Misconfigured, ReasonScheme, Unhealthy, sayScheme}},
	// nginx, which does not send its own statuses 495 and 496.
	{400, 400, words("no required ssl certificate was sent", "the ssl certificate error"),
		ruling{Misconfigured, ReasonTLS, Unhealthy, sayClientCert}},
	{400, 400, nil, ruling{Rejected, ReasonRejected, Healthy, "the server rejects the records as " +
		"invalid"}},
	{415, 415, nil, ruling{Rejected, ReasonRejected, Healthy,
		"the server does not take this content type or encoding; for a receiver that cannot unpack " +
			"gzip set compress to none"}},
	{400, 499, nil, ruling{Rejected, ReasonRejected, Healthy, "the server rejects the request"}},

	// A gateway, a load balancer or an ActiveGate with its own disk.
	{503, 503, words("usable space limit reached"), ruling{Transient, ReasonQueueFull, Unhealthy,
		"the disk queue of the ActiveGate is full: wait for the end of the peak, or raise " +
			"disk_queue_max_size_mb under [generic_ingest] in its custom.properties"}},
	{500, 599, nil, ruling{Transient, ReasonServerError, Unhealthy, sayServer}},
	{0, 1 << 30, nil, ruling{Transient, ReasonServerError, Unhealthy,
		"the server responds with an unknown HTTP status; retrying"}},
}

// The rows that no status alone decides.
var (
	// notTheAPI takes the place of a Rejected row for a web page of a server that has not answered
	// as the API yet.
	notTheAPI = ruling{Rejected, ReasonRejected, Unhealthy,
		"a web page rejects the records, and this server has not answered as the log ingest API yet: " +
			"check `endpoint` and any gateway or proxy in front of it"}
	// pageFor2xx is a web page under a 2xx.
	pageFor2xx = ruling{Misconfigured, ReasonNotTheAPI, Unhealthy,
		"a web page answers instead of the log ingest API, so nothing was ingested: check `endpoint` " +
			"and any proxy or login page in front of it"}
)

// failureRulings are the rows for requests without an answer, by cause. What may pass by itself is
// transient; what somebody has to fix for sure is misconfigured.
var failureRulings = [transport.CauseCount]ruling{
	transport.Unknown: {Transient, ReasonNetwork, Unhealthy, "the request failed; retrying"},

	transport.Stopping: {Transient, ReasonStopping, HealthUnknown, "given up because the plugin is " +
		"stopping"},
	transport.AttemptTimeout: {Transient, ReasonTimeout, Unhealthy, "no response in time; retrying"},
	// No request is begun without the time that slow answers take (Pace), so this is no shortage of
	// time here. Where request_timeout is as long as the flush, a server that does not answer gives no
	// other reason.
	transport.FlushDeadline: {Transient, ReasonDeadline, Unhealthy, "no time left in this flush"},
	transport.NoToken: {Misconfigured, ReasonToken, HealthUnknown, "the token cannot be read: check " +
		"api_token_file"},
	transport.NoRequest: {Misconfigured, ReasonRequest, Unhealthy, "no request can be made: check " +
		"`endpoint`"},

	transport.ProxyAuth:       {Misconfigured, ReasonProxy, Unhealthy, sayProxyAuth},
	transport.ProxyAuthScheme: {Misconfigured, ReasonProxy, Unhealthy, sayProxyScheme},
	transport.ProxyForbids:    {Misconfigured, ReasonProxy, Unhealthy, sayProxyForbids},
	transport.ProxyBadRequest: {Misconfigured, ReasonProxy, Unhealthy,
		"the proxy does not take the request: check that host and port in `proxy` or HTTPS_PROXY are " +
			"those of an HTTP proxy, and http:// or https:// in front of them"},
	transport.ProxyCannotConnect: {Transient, ReasonNetwork, Unhealthy,
		"the proxy cannot reach the server: if this does not end, check the host of `endpoint`, and " +
			"whether the proxy knows and may reach it; retrying"},
	transport.ProxyWantsTLS: {Misconfigured, ReasonProxy, Unhealthy,
		"the proxy expects TLS on this port: write it with https:// in `proxy` or HTTPS_PROXY"},
	transport.ProxyNoTLS: {Misconfigured, ReasonProxy, Unhealthy,
		"the proxy does not speak TLS on this port: write it with http:// in `proxy` or HTTPS_PROXY"},
	transport.ProxyNotHTTP: {Misconfigured, ReasonProxy, Unhealthy,
		"what answers there is no HTTP proxy: check host and port in `proxy` or HTTPS_PROXY"},
	transport.ProxyClosed: {Transient, ReasonNetwork, Unhealthy,
		"the proxy closes the connection without an answer: check host and port in `proxy` or " +
			"HTTPS_PROXY, and whether it wants https:// in front of them; retrying"},
	transport.ProxyTimeout: {Transient, ReasonTimeout, Unhealthy, "the proxy does not " +
		"answer" + checkProxy},
	transport.ProxyLoginPage:      {Misconfigured, ReasonProxy, Unhealthy, sayProxyPage},
	transport.ProxyMaybeLoginPage: {Transient, ReasonNetwork, Unhealthy, sayProxyPage + "; retrying"},
	transport.ProxyServerNoTLS: {Misconfigured, ReasonScheme, Unhealthy,
		"what answers behind the proxy does not speak https: check scheme and port of `endpoint`, and " +
			"whether it is the proxy that answers, with a login page for instance"},
	transport.ProxyUnknownAuthority: {Misconfigured, ReasonCertificate, Unhealthy,
		"the proxy's certificate is signed by an unknown authority: name a PEM file with it in " +
			"tls_ca_file"},
	transport.ProxyWrongName: {Misconfigured, ReasonCertificate, Unhealthy,
		"the proxy's certificate is for another name: write one that it holds in `proxy` or HTTPS_PROXY"},
	transport.ProxyCertificate: {Misconfigured, ReasonCertificate, Unhealthy,
		"the proxy's certificate cannot be trusted: renew it, and check the clocks on both sides"},
	transport.ProxyTLS: {Misconfigured, ReasonTLS, Unhealthy,
		"proxy and plugin cannot agree on TLS: the proxy must offer TLS 1.2 or newer, and ask for no " +
			"client certificate"},
	transport.ProxyHostUnknown: {Misconfigured, ReasonHostUnknown, Unhealthy,
		"the name of the proxy is not known to DNS" + checkProxyDNS},
	transport.ProxyConnRefused: {Transient, ReasonNetwork, Unhealthy,
		"nothing listens at the proxy's host and port, or a firewall blocks it" + checkProxy},
	transport.ProxyUnreachable: {Transient, ReasonNetwork, Unhealthy, "the proxy cannot be " +
		"reached" + checkProxy},

	transport.PinMismatch: {Misconfigured, ReasonCertificate, Unhealthy,
		"the server's certificate is none of tls_pin_sha256: if it was renewed, set tls_pin_sha256 to " +
			"the new fingerprint; if it was not, somebody intercepts the connection"},
	transport.MissingIntermediate: {Misconfigured, ReasonCertificate, Unhealthy,
		"the server's certificate is signed by an unknown authority, or the server does not send the " +
			"intermediate certificates: let it send them, or save the authority's as PEM and name that " +
			"file in tls_ca_file" + orPin},
	transport.UnknownAuthority: {Misconfigured, ReasonCertificate, Unhealthy,
		"the server's certificate is signed by an unknown authority (an ActiveGate has a self-signed " +
			"one by default): save it as PEM and name that file in tls_ca_file" + orPin},
	transport.NoName: {Misconfigured, ReasonCertificate, Unhealthy,
		"the server's certificate holds no name that counts (a Common Name alone does not): give the " +
			"server one with a subject alternative name" + orPin},
	transport.WrongName: {Misconfigured, ReasonCertificate, Unhealthy,
		"the server's certificate is for another name: write a name it holds as host of `endpoint` or " +
			"in tls_server_name, or give the server a certificate for this one" + orPin},
	transport.AuthorityExpired: {Misconfigured, ReasonCertificate, Unhealthy,
		"an authority of the server's certificate is expired or not valid yet: renew it on the server " +
			"or in tls_ca_file, whichever holds it, and check the clocks on both sides" + orPin},
	transport.CertificateExpired: {Misconfigured, ReasonCertificate, Unhealthy,
		"the server's certificate is expired or not valid yet: renew it, and check the clocks on both " +
			"sides"},
	transport.NoSystemRoots: {Misconfigured, ReasonCertificate, Unhealthy,
		"this system has no list of trusted authorities: install ca-certificates, or name a PEM file " +
			"in tls_ca_file"},
	transport.CertificateInvalid: {Misconfigured, ReasonCertificate, Unhealthy,
		"the server's certificate cannot be trusted: check it, and the file in tls_ca_file" + orPin},

	transport.ServerNoTLS: {Misconfigured, ReasonScheme, Unhealthy,
		"the server does not speak https on this port: check scheme and port of `endpoint`"},
	transport.ServerWantsTLS:    {Misconfigured, ReasonScheme, Unhealthy, sayScheme},
	transport.ClientCertificate: {Misconfigured, ReasonTLS, Unhealthy, sayClientCert},
	transport.NameRejected: {Misconfigured, ReasonTLS, Unhealthy,
		"the server does not know the name it was asked for: write the right one as host of `endpoint` " +
			"or in tls_server_name"},
	transport.TLSRejected: {Misconfigured, ReasonTLS, Unhealthy,
		"server and plugin cannot agree on TLS: the server must offer TLS 1.2 or newer with a cipher " +
			"suite of ECDHE, and what tls_min_version asks for"},

	transport.HostUnknown: {Misconfigured, ReasonHostUnknown, Unhealthy,
		"the host name is not known to DNS: check the host of `endpoint` (or of the proxy), and the " +
			"DNS of this machine or pod"},
	transport.DNSUnavailable: {Transient, ReasonNetwork, Unhealthy, "DNS gives no answer; retrying"},
	transport.Timeout:        {Transient, ReasonTimeout, Unhealthy, "no response in time; retrying"},
	transport.ConnRefused: {Transient, ReasonNetwork, Unhealthy,
		"nothing listens at this host and port, or a firewall blocks it; retrying"},
	transport.ConnReset: {Transient, ReasonNetwork, Unhealthy,
		"the connection was cut by the server or something in front of it; retrying"},
	transport.NoRoute: {Transient, ReasonNetwork, Unhealthy, "there is no route to the server; " +
		"retrying"},
	transport.ConnClosed: {Transient, ReasonNetwork, Unhealthy,
		"the connection was closed without an answer; retrying"},
	transport.HTTP2: {Transient, ReasonNetwork, Unhealthy,
		"the server ended the request or its HTTP/2 connection, or the connection is dead; retrying"},
	transport.NotHTTP: {Transient, ReasonNetwork, Unhealthy,
		"what answers there speaks no HTTP: check scheme, host and port of `endpoint` (or of the " +
			"proxy); retrying"},
	transport.UnsolicitedData: {Transient, ReasonNetwork, Unhealthy,
		"the server sent unsolicited data, and the connection was given up; retrying"},
}
