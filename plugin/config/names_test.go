package config

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// keptByFluentBit are the names that never reach a plugin (flb_output_set_property in src/flb_output.c).
var keptByFluentBit = regexp.MustCompile(`^(name|match|match_regex|alias|log_level|log_suppress_interval|host|port|ipv6|retry_limit|workers|storage\.total_limit_size|net\..*|tls|tls\..*|oauth2.*|routes)$`)

func TestNamesOfOptionsReachThePluginAndSurviveFireLens(t *testing.T) {
	seen := make(map[string]bool)
	for _, o := range Options() {
		if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(o.Name) || keptByFluentBit.MatchString(o.Name) || seen[o.Name] {
			t.Errorf("the name %q is bad or stands twice", o.Name)
		}
		seen[o.Name] = true
	}
}

func TestTheTableIsComplete(t *testing.T) {
	for _, o := range Options() {
		if o.Help == "" || strings.Contains(o.Help, "\n") {
			t.Errorf("%s: the help is not one line", o.Name)
		}
		if o.Default != "" && (o.Unset != "" || o.Required) || o.Default == "" && o.Unset == "" && !o.Required {
			t.Errorf("%s: exactly one of Default, Unset, Required is needed", o.Name)
		}
		if o.Default != "" {
			if err := o.parse(o.Default, o.bind(&draft{})); err != nil {
				t.Errorf("%s: its own default is wrong: %v", o.Name, err)
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

func TestEveryNeighbourCanBeSeenAndLeadsSomewhere(t *testing.T) {
	var options, seen []string
	for _, o := range Options() {
		options = append(options, o.Name)
	}
	for _, n := range neighbours() {
		if n.name != strings.ToLower(n.name) || keptByFluentBit.MatchString(n.name) || slices.Contains(options, n.name) || slices.Contains(seen, n.name) {
			t.Errorf("the name %q is bad, an option, or stands twice", n.name)
		}
		if (n.use == "") == (n.why == "") || n.use != "" && !slices.Contains(options, n.use) {
			t.Errorf("%q leads to %q, %q", n.name, n.use, n.why)
		}
		seen = append(seen, n.name)
	}
}

func TestMisspeltNamesAreReportedWithTheRightOne(t *testing.T) {
	for name, want := range map[string]string{
		"token": "api_token", "apitoken": "api_token", "api-token": "api_token", "api.token": "api_token", "environment_id": "endpoint", "dt_endpoint": "endpoint",
		"url": "endpoint", "ca_file": "tls_ca_file", "skip_tls_verify": "tls_verify", "compression": "compress", "content_keys": "content_key", "limit": "limits",
		"maxpayloadbytes": "max_payload_bytes", "flush-deadline": "flush_deadline", "tls-verify": "tls_verify",
	} {
		if got, line := lines(t, with(name, "hunter2")), name+": unknown option `"+name+"`; did you mean `"+want+"`?"; !slices.Equal(got, []string{line}) {
			t.Errorf("got %q, want %q", got, line)
		}
	}
}
