package plugin

import (
	"strings"
	"testing"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/record"
)

// loaded is a configuration with pairs of option and value.
func loaded(t *testing.T, pairs ...string) *config.Config {
	t.Helper()
	o := options{"endpoint": "http://127.0.0.1:1/e/abc12345", "api_token": "dt0c01.PUBLICPUBLICPUBLICPUBLIC." + secret, "metadata_files": "off"}
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i]] = pairs[i+1]
	}
	cfg, err := config.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestEveryNameThatEnrichTakesIsAMapping(t *testing.T) {
	if on := sourcesOf(loaded(t)); on != record.AutoSources {
		t.Errorf("auto is %b, want %b", on, record.AutoSources)
	}
	if on := sourcesOf(loaded(t, "enrich", "off")); on != 0 {
		t.Errorf("off is %b", on)
	}
	var all record.Sources
	for name, source := range sources {
		if on := sourcesOf(loaded(t, "enrich", name)); on != source || source == 0 || all&source != 0 {
			t.Errorf("%s is %b, want %b, beside %b", name, on, source, all)
		}
		all |= source
	}
	if all&record.AutoSources != record.AutoSources || (all+1)&all != 0 {
		t.Errorf("names for %b", all)
	}
}

func TestTheHostIsNamedUnlessItIsNotWanted(t *testing.T) {
	for enrich, want := range map[string]string{"auto": "here", "auto,-host": "", "off": "", "host": "here"} {
		o, err := newMapping(loaded(t, "enrich", enrich), "here")
		if err != nil || o.Hostname != want {
			t.Errorf("%s: %q, %v", enrich, o.Hostname, err)
		}
	}
}

func TestAttributesCannotHaveTheNamesOfOthers(t *testing.T) {
	for _, name := range []string{"content", "timestamp", "loglevel", "Status", "severity", "Level", "event.type", "dt.system.bucket", "dt.auth.origin"} {
		_, err := newMapping(loaded(t, "attributes", name+"=x"), "")
		if err == nil || !strings.Contains(err.Error(), "choose another one") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := newMapping(loaded(t, "attributes", "dt.security_context=x,team=y"), ""); err != nil {
		t.Error(err)
	}
}
