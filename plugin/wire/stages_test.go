package wire

import (
	"testing"

	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/mapping/source"
)

const secret = "SECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECRETSECR"

// properties is a config.Source.
type properties map[string]string

func (p properties) Get(name string) string { return p[name] }

// loaded returns a configuration with pairs of option and value.
func loaded(t *testing.T, pairs ...string) *config.Config {
	t.Helper()
	o := properties{"endpoint": "http://127.0.0.1:1/e/abc12345", "api_token": "dt0c01.PUBLICPUBLICPUBLICPUBLIC." + secret, "metadata_files": "off"}
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i]] = pairs[i+1]
	}
	cfg, err := config.Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestMappingOptions_EveryNameOfEnrichIsOneSource(t *testing.T) {
	sources := func(enrich ...string) source.Set {
		return mappingOptions(loaded(t, enrich...), "here", nil).Sources
	}
	if on := sources(); on != source.Auto() {
		t.Errorf("auto is %b, want %b", on, source.Auto())
	}
	if on := sources("enrich", "off"); on != 0 {
		t.Errorf("off is %b", on)
	}
	var all source.Set
	for _, name := range append(source.Defaults(), source.Extras()...) {
		one := source.Named(name)
		on := sources("enrich", "auto,"+name)
		if on != source.Auto()|one || one == 0 || all&one != 0 {
			t.Errorf("%s is %b, want %b, beside %b", name, on, one, all)
		}
		all |= one
	}
	if all&source.Auto() != source.Auto() || (all+1)&all != 0 {
		t.Errorf("names for %b", all)
	}
}

func TestMappingOptions_HostnameIsSetUnlessExcluded(t *testing.T) {
	for enrich, want := range map[string]string{"auto": "here", "auto,-host": "", "off": "", "host": "here"} {
		if o := mappingOptions(loaded(t, "enrich", enrich), "here", nil); o.Hostname != want || o.Machine != "here" {
			t.Errorf("%s: %q, %q", enrich, o.Hostname, o.Machine)
		}
	}
}
