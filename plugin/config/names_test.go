package config

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// keptByFluentBit are the names that never reach a plugin (flb_output_set_property in
// src/flb_output.c).
var keptByFluentBit = regexp.MustCompile(`^(name|match|match_regex|alias|log_level|log_suppress_interval|host|port|ipv6|retry_limit|workers|storage\.total_limit_size|net\..*|tls|tls\..*|oauth2.*|routes)$`)

func TestTable_NamesReachThePluginAndSurviveFireLens(t *testing.T) {
	seen := make(map[string]bool)
	for _, o := range Table() {
		if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(o.Name) || keptByFluentBit.MatchString(o.Name) || seen[o.Name] {
			t.Errorf("the name %q is bad or stands twice", o.Name)
		}
		seen[o.Name] = true
	}
}

func TestTable_RowsAreComplete(t *testing.T) {
	fields, cfg := make(map[any]string), new(Config)
	for _, o := range Table() {
		if other, taken := fields[o.field(cfg)]; taken {
			t.Errorf("%s and %s set the same field", o.Name, other)
		}
		fields[o.field(cfg)] = o.Name
		if o.Help == "" || strings.Contains(o.Help, "\n") {
			t.Errorf("%s: the help is not one line", o.Name)
		}
		if o.Default != "" && (o.Unset != "" || o.Required) || o.Default == "" && o.Unset == "" && !o.Required {
			t.Errorf("%s: exactly one of Default, Unset, Required is needed", o.Name)
		}
		if o.Default != "" {
			if warnings, err := o.set(o.field(new(Config)), o.Default); err != nil || len(warnings) > 0 {
				t.Errorf("%s: its own default is wrong: %v, %q", o.Name, err, warnings)
			}
		}
		if ranged := o.Type == TypeInt || o.Type == TypeSize || o.Type == TypeDuration; ranged != (o.Min < o.Max) {
			t.Errorf("%s: range %d to %d", o.Name, o.Min, o.Max)
		}
		if (o.Type == TypeEnum) != (len(o.Values) > 0) {
			t.Errorf("%s: values %q", o.Name, o.Values)
		}
	}
}

func TestLoad_ForeignNamesReachThePluginAndLeadToAnOption(t *testing.T) {
	var options []string
	for _, o := range Table() {
		options = append(options, o.Name)
	}
	check := func(name string) {
		if name != strings.ToLower(name) || keptByFluentBit.MatchString(name) || slices.Contains(options, name) {
			t.Errorf("the name %q never reaches the plugin, or is an option", name)
		}
	}
	for name, meant := range foreignNames {
		check(name)
		if !slices.Contains(options, meant) {
			t.Errorf("%q leads to %q, which is no option", name, meant)
		}
	}
	for name := range uselessNames {
		check(name)
		if _, found := foreignNames[name]; found {
			t.Errorf("%q is in both lists", name)
		}
	}
}

func TestLoad_ReportsMisspeltNamesWithTheRightOne(t *testing.T) {
	for name, want := range map[string]string{
		"token": "api_token", "apitoken": "api_token", "api-token": "api_token", "api.token": "api_token",
		"active_gate_url": "endpoint", "url": "endpoint", "ca_file": "tls_ca_file", "insecure_skip_verify": "tls_verify",
		"compression": "compress", "content_keys": "content_key", "limit": "limits",
		"tls_ca_path": "tls_ca_file", "ca_cert": "tls_ca_file", "ssl_certificate": "tls_cert_file", "ssl_key": "tls_key_file",
		"client_cert": "tls_cert_file", "client_key": "tls_key_file", "http_headers": "headers", "auth_token": "api_token",
		"batch_size":      "max_payload_records",
		"maxpayloadbytes": "max_payload_bytes", "flush-deadline": "flush_deadline", "tls-verify": "tls_verify",
	} {
		line := name + ": unknown option `" + name + "`; did you mean `" + want + "`?"
		if got := lines(t, with(name, "hunter2")); !slices.Equal(got, []string{line}) {
			t.Errorf("got %q, want %q", got, line)
		}
	}
}

func TestLoad_WarnsOfNamesThatNeedNoCounterpart(t *testing.T) {
	for name, why := range map[string]string{
		"proxy_user":     "user and password stand in the URL of `proxy`",
		"proxy_password": "user and password stand in the URL of `proxy`",
		"http_method":    "the method is always POST",
	} {
		c := mustLoad(t, with(name, "hunter2"))
		if got, want := warnings(c), "unknown option `"+name+"`, ignored: "+why; len(got) != 1 || !strings.Contains(got[0], want) || strings.Contains(got[0], "hunter2") {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
