package config

import (
	"slices"
	"strings"
)

// neighbour is a name that people write although it is no option here.
type neighbour struct {
	name string // as asked from the Source, in lower case
	use  string // the option that was probably meant, or ""
	why  string // what to do instead, when there is no such option
}

// neighbours are common misspellings, and names of other shippers for Dynatrace and of Fluent Bit's http output. A name with an
// option in its place is an error, because what was meant is not done; a name without one is a warning.
//
// Names that Fluent Bit keeps for itself (host, port, net.*, tls, tls.*, oauth2*, workers, ...: src/flb_output.c) would never be seen
// here.
func neighbours() []neighbour {
	return []neighbour{
		{name: "url", use: optEndpoint},
		{name: "uri", use: optEndpoint},
		{name: "base_url", use: optEndpoint},
		{name: "api_url", use: optEndpoint},
		{name: "ingest_url", use: optEndpoint},
		{name: "environment", use: optEndpoint},
		{name: "environment_id", use: optEndpoint},
		{name: "environment_url", use: optEndpoint},
		{name: "env_id", use: optEndpoint},
		{name: "tenant", use: optEndpoint},
		{name: "tenant_id", use: optEndpoint},
		{name: "dt_endpoint", use: optEndpoint},
		{name: "dt_url", use: optEndpoint},
		{name: "dynatrace_endpoint", use: optEndpoint},
		{name: "dynatrace_url", use: optEndpoint},
		{name: "active_gate_url", use: optEndpoint}, // dynatrace-oss/fluent-plugin-dynatrace
		{name: "ingest_endpoint_url", use: optEndpoint},
		{name: "endpont", use: optEndpoint},
		{name: "end_point", use: optEndpoint},

		{name: "token", use: optToken},
		{name: "api_key", use: optToken}, // dynatrace-oss/logstash-output-dynatrace
		{name: "apikey", use: optToken},
		{name: "access_token", use: optToken},
		{name: "auth_token", use: optToken},
		{name: "bearer_token", use: optToken},
		{name: "ingest_token", use: optToken},
		{name: "platform_token", use: optToken},
		{name: "dt_token", use: optToken},
		{name: "dt_api_token", use: optToken},
		{name: "dynatrace_token", use: optToken},
		{name: "authorization", use: optToken},
		{name: "token_file", use: optTokenFile},
		{name: "token_path", use: optTokenFile},
		{name: "api_token_path", use: optTokenFile},

		{name: "http", use: optAllowHTTP},
		{name: "insecure", use: optTLSVerify},
		{name: "skip_tls_verify", use: optTLSVerify},
		{name: "tls_skip_verify", use: optTLSVerify},
		{name: "insecure_skip_verify", use: optTLSVerify},
		{name: "tls_insecure", use: optTLSVerify},
		{name: "ssl_verify", use: optTLSVerify},
		{name: "verify_ssl", use: optTLSVerify},
		{name: "ssl_verify_none", use: optTLSVerify}, // dynatrace-oss/fluent-plugin-dynatrace
		{name: "ssl_verification_mode", use: optTLSVerify},
		{name: "verify", use: optTLSVerify},
		{name: "ca_file", use: optTLSCAFile},
		{name: "ca_cert", use: optTLSCAFile},
		{name: "cafile", use: optTLSCAFile},
		{name: "tls_ca", use: optTLSCAFile},
		{name: "tls_ca_cert", use: optTLSCAFile},
		{name: "ssl_ca_file", use: optTLSCAFile},
		{name: "tls_ca_path", use: optTLSCAFile},
		{name: "tls_verify_hostname", why: "the host name is checked together with the certificate, see `tls_verify`"},
		{name: "tls_cert", use: optTLSCertFile},
		{name: "tls_crt_file", use: optTLSCertFile}, // tls.crt_file is Fluent Bit's
		{name: "client_cert", use: optTLSCertFile},
		{name: "client_cert_file", use: optTLSCertFile},
		{name: "cert_file", use: optTLSCertFile},
		{name: "ssl_certificate", use: optTLSCertFile},
		{name: "tls_key", use: optTLSKeyFile},
		{name: "client_key", use: optTLSKeyFile},
		{name: "client_key_file", use: optTLSKeyFile},
		{name: "key_file", use: optTLSKeyFile},
		{name: "ssl_key", use: optTLSKeyFile},
		{name: "tls_key_passwd", why: "a key with a password cannot be read; `openssl pkey` takes the password off"},
		{name: "tls_vhost", use: optTLSServerName},
		{name: "server_name", use: optTLSServerName},
		{name: "sni", use: optTLSServerName},
		{name: "tls_sni", use: optTLSServerName},
		{name: "tls_pin", use: optTLSPin},
		{name: "tls_fingerprint", use: optTLSPin},
		{name: "fingerprint", use: optTLSPin},
		{name: "ca_fingerprint", why: "`tls_pin_sha256` takes the fingerprint of the server's own certificate, not of its authority's"},
		{name: "tls_version", use: optTLSMinVersion},
		{name: "min_tls_version", use: optTLSMinVersion},
		{name: "ssl_version", use: optTLSMinVersion},

		{name: "http_proxy", use: optProxy},
		{name: "https_proxy", use: optProxy},
		{name: "proxy_url", use: optProxy},
		{name: "proxy_uri", use: optProxy},
		{name: "proxy_host", use: optProxy},
		{name: "use_proxy", use: optProxy},
		{name: "proxy_user", why: "user and password stand in the URL of `proxy`"},
		{name: "proxy_password", why: "user and password stand in the URL of `proxy`"},
		{name: "no_proxy", why: "`proxy off` uses none; NO_PROXY is a variable of the environment"},

		{name: "compression", use: optCompress},
		{name: "compression_level", use: optCompressLevel},
		{name: "gzip", use: optCompress},
		{name: "gzip_level", use: optCompressLevel},
		{name: "timeout", use: optRequestTimeout},
		{name: "http_timeout", use: optRequestTimeout},
		{name: "response_timeout", use: optRequestTimeout},
		{name: "read_timeout", use: optRequestTimeout},
		{name: "flush_timeout", use: optFlushDeadline},
		{name: "deadline", use: optFlushDeadline},
		{name: "retry_min", use: optRetryInitial},
		{name: "retry_wait", use: optRetryInitial},
		{name: "backoff_initial", use: optRetryInitial},
		{name: "backoff_max", use: optRetryMax},
		{name: "dead_letter", use: optDeadLetterFile},
		{name: "deadletter_file", use: optDeadLetterFile},
		{name: "dead_letter_path", use: optDeadLetterFile},
		{name: "dlq_file", use: optDeadLetterFile},
		{name: "old_logs", use: optOldRecords},
		{name: "max_age", use: optOldRecords},
		{name: "max_batch_size", use: optMaxPayloadBytes},
		{name: "batch_size", use: optMaxPayloadRecords},
		{name: "max_payload_size", use: optMaxPayloadBytes},
		{name: "max_records", use: optMaxPayloadRecords},
		{name: "max_batch_records", use: optMaxPayloadRecords},
		{name: "max_content_length", use: optMaxContentBytes},
		{name: "max_attribute_length", use: optMaxAttributeBytes},
		{name: "message_key", use: optContentKey},
		{name: "log_key", use: optContentKey},
		{name: "severity_key", use: optLevelKey},
		{name: "loglevel_key", use: optLevelKey},

		{name: "header", use: optHeaders},
		{name: "http_headers", use: optHeaders},
		{name: "data_model", use: optStructure},
		{name: "http_user", why: "Dynatrace takes a token, see `api_token`"},
		{name: "http_passwd", why: "Dynatrace takes a token, see `api_token`"},
		{name: "http_method", why: "the method is always POST"},
		{name: "content_type", why: "the content type follows `format`"},
		{name: "json_date_key", why: "the plugin always writes `timestamp`"},
		{name: "json_date_format", why: "the plugin always writes `timestamp` in a form that Dynatrace reads"},
		{name: "allow_duplicated_headers", why: "each header is sent once, see `headers`"},
	}
}

// checkNames looks for names that are no option. Fluent Bit neither reports such names to a plugin without a C config map nor lists them
// (src/flb_output.c), so all one can do is ask for those that people are known to write. Values are not looked at: they may be secret.
func (d *draft) checkNames(src Source) {
	asked := make(map[string]bool)
	for _, o := range Options() {
		asked[o.Name] = true
	}
	ask := func(n neighbour) {
		if asked[n.name] {
			return
		}
		asked[n.name] = true
		switch {
		case src.Get(n.name) == "":
		case n.use != "":
			d.fail(n.name, "unknown option `%s`; did you mean `%s`?", n.name, n.use)
		default:
			d.warn(n.name, "unknown option `"+n.name+"`, ignored: "+n.why)
		}
	}
	for _, n := range neighbours() {
		ask(n)
	}
	for _, o := range Options() {
		for _, name := range variants(o.Name) {
			ask(neighbour{name: name, use: o.Name})
		}
	}
}

// variants are other ways to write an option: with hyphens or points, in one word, in the plural or the singular.
func variants(name string) []string {
	names := []string{
		strings.ReplaceAll(name, "_", "-"),
		strings.ReplaceAll(name, "_", "."),
		strings.ReplaceAll(name, "_", ""),
		name + "s",
		strings.TrimSuffix(name, "s"),
	}
	return slices.DeleteFunc(names, func(v string) bool { return strings.HasPrefix(v, "tls.") }) // Fluent Bit keeps those
}
