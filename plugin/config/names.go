package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"out_dynatrace/plugin/option"
)

// foreignNames are names that other shippers use, with the option to use here. Somebody who moves
// a configuration over would not get what was meant, so each is an error.
//
// Fluent Bit keeps some names for itself (host, port, net.*, tls, tls.*, oauth2*, workers, ...:
// src/flb_output.c); a plugin never sees them.
var foreignNames = map[string]string{
	// Dynatrace's outputs: dynatrace-oss/fluent-plugin-dynatrace,
	// dynatrace-oss/logstash-output-dynatrace.
	"active_gate_url":     "endpoint",
	"ingest_endpoint_url": "endpoint",
	"api_key":             "api_token",
	"ssl_verify_none":     "tls_verify",
	"max_payload_size":    "max_payload_bytes",

	// Fluent Bit: http and other outputs, and its TLS options with an underscore for the dot.
	"uri":              "endpoint",
	"url":              "endpoint",
	"header":           "headers",
	"apikey":           "api_token",
	"bearer_token":     "api_token",
	"response_timeout": "request_timeout",
	"log_key":          "content_key",
	"message_key":      "content_key",
	"severity_key":     "level_key",
	"tls_crt_file":     "tls_cert_file",
	"tls_ca_path":      "tls_ca_file",
	"tls_vhost":        "tls_server_name",

	// OpenTelemetry Collector, Vector, Telegraf, Logstash, Fluentd.
	"token":                 "api_token",
	"token_file":            "api_token_file",
	"access_token":          "api_token",
	"auth_token":            "api_token",
	"batch_size":            "max_payload_records",
	"http_headers":          "headers",
	"compression":           "compress",
	"compression_level":     "compress_level",
	"timeout":               "request_timeout",
	"read_timeout":          "request_timeout",
	"retry_wait":            "retry_initial",
	"retry_max_interval":    "retry_max",
	"http_proxy":            "proxy",
	"https_proxy":           "proxy",
	"proxy_url":             "proxy",
	"insecure":              "tls_verify",
	"insecure_skip_verify":  "tls_verify",
	"ssl_verify":            "tls_verify",
	"ssl_verification_mode": "tls_verify",
	"ca_cert":               "tls_ca_file",
	"ca_file":               "tls_ca_file",
	"ssl_ca_file":           "tls_ca_file",
	"tls_ca":                "tls_ca_file",
	"cert_file":             "tls_cert_file",
	"client_cert":           "tls_cert_file",
	"ssl_certificate":       "tls_cert_file",
	"crt_file":              "tls_cert_file",
	"tls_cert":              "tls_cert_file",
	"key_file":              "tls_key_file",
	"client_key":            "tls_key_file",
	"ssl_key":               "tls_key_file",
	"tls_key":               "tls_key_file",
	"min_version":           "tls_min_version",
	"server_name_override":  "tls_server_name",
}

// uselessNames are names that need no counterpart here, with the reason: options of Fluent Bit's
// http output, some of its TLS options with an underscore for the dot, and what other shippers
// have for a proxy. Each is a warning.
var uselessNames = map[string]string{ //nolint:gosec // names of options, no credentials
	"http_user":                "Dynatrace takes a token, see `api_token`",
	"http_passwd":              "Dynatrace takes a token, see `api_token`",
	"http_method":              "the method is always POST",
	"content_type":             "the content type follows from `format`",
	"json_date_key":            "the plugin always writes `timestamp`",
	"json_date_format":         "the plugin always writes `timestamp` in a form that Dynatrace reads",
	"allow_duplicated_headers": "each header is sent once, see `headers`",
	"tls_verify_hostname":      "the host name is checked together with the certificate, see `tls_verify`",
	"tls_key_passwd":           "a key with a password cannot be read; `openssl pkey` removes the password",
	"proxy_user":               "user and password stand in the URL of `proxy`",
	"proxy_password":           "user and password stand in the URL of `proxy`",
	"no_proxy":                 "`proxy off` uses none; NO_PROXY is an environment variable",
}

// checkNames looks for names that are no option. Fluent Bit neither reports such names to a plugin
// without a C config map nor lists them (src/flb_output.c), so all one can do is ask for those
// that people are known to write. It does not look at the values: they may be secret.
func (l *loader) checkNames(src Source, options []Option) {
	unknown := make(map[string]string) // the name that was meant, by the one that was written
	maps.Copy(unknown, foreignNames)
	for _, o := range options {
		for _, name := range variants(o.Name) {
			if _, found := unknown[name]; !found {
				unknown[name] = o.Name
			}
		}
	}
	for _, o := range options {
		delete(unknown, o.Name)
	}
	for _, name := range sorted(unknown) {
		if src.Get(name) != "" {
			l.problems = append(l.problems, option.Errorf(name,
				"unknown option `%s`; did you mean `%s`?", name, unknown[name]))
		}
	}
	for _, name := range sorted(uselessNames) {
		if src.Get(name) != "" {
			l.Warnings = append(l.Warnings, option.Warning{Name: name,
				Text: fmt.Sprintf("unknown option `%s`, ignored: %s", name, uselessNames[name])})
		}
	}
}

// sorted returns the keys in order, so that messages have a fixed one.
func sorted(names map[string]string) []string { return slices.Sorted(maps.Keys(names)) }

// variants returns other ways to write an option: with hyphens or dots, in one word, in the plural
// or the singular.
func variants(name string) []string {
	names := []string{
		strings.ReplaceAll(name, "_", "-"),
		strings.ReplaceAll(name, "_", "."),
		strings.ReplaceAll(name, "_", ""),
		name + "s",
		strings.TrimSuffix(name, "s"),
	}
	// Fluent Bit keeps those with tls. for itself.
	return slices.DeleteFunc(names, func(v string) bool { return strings.HasPrefix(v, "tls.") })
}
