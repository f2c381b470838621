package wire

import (
	"net/url"
	"reflect"
	"strings"
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

func TestMapping_EveryNameOfEnrichIsOneSource(t *testing.T) {
	sources := func(enrich ...string) source.Set {
		o, _, err := Mapping(loaded(t, enrich...), "here")
		if err != nil {
			t.Fatal(err)
		}
		return o.Sources
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

func TestMapping_HostnameIsSetUnlessExcluded(t *testing.T) {
	for enrich, want := range map[string]string{"auto": "here", "auto,-host": "", "off": "", "host": "here"} {
		o, _, err := Mapping(loaded(t, "enrich", enrich), "here")
		if err != nil || o.Hostname != want {
			t.Errorf("%s: %q, %v", enrich, o.Hostname, err)
		}
	}
}

func TestMapping_ReservedAttributeNamesAreErrors(t *testing.T) {
	for _, name := range []string{"content", "timestamp", "loglevel", "Status", "severity", "Level", "event.type", "dt.system.bucket", "dt.auth.origin"} {
		_, _, err := Mapping(loaded(t, "attributes", name+"=x"), "")
		if err == nil || !strings.Contains(err.Error(), "choose another one") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := Mapping(loaded(t, "attributes", "dt.security_context=x,team=y"), ""); err != nil {
		t.Error(err)
	}
}

func TestMapping_ExcludedAttributesAreNotInTheHeader(t *testing.T) {
	o, header, err := Mapping(loaded(t, "attributes", "team=a,stage=b", "attributes_in", "header", "exclude", "team"), "")
	if err != nil || header != "stage=b" || len(o.Static) != 1 || !o.InHeader {
		t.Errorf("%q, %+v, %v", header, o.Static, err)
	}
	o, header, err = Mapping(loaded(t, "attributes", "team=a", "attributes_in", "header", "exclude", "*"), "")
	if err != nil || header != "" || len(o.Static) != 0 || o.InHeader {
		t.Errorf("%q, %+v, %v", header, o.Static, err)
	}
}

func TestMapping_HeaderAttributesParseAsQuery(t *testing.T) {
	_, header, err := Mapping(loaded(t, "attributes", `a=b c&d=e+f%,k=ä\,,latin=M`+"\xfc"+`ller,`+strings.Repeat("n", 120)+"=cut", "attributes_in", "header"), "")
	if err != nil || strings.ContainsAny(header, " +") {
		t.Fatalf("%q can be read in two ways, %v", header, err)
	}
	values, err := url.ParseQuery(header)
	want := url.Values{"a": {"b c&d=e+f%"}, "k": {"ä,"}, "latin": {"M\ufffdller"}, strings.Repeat("n", 100): {"cut"}}
	if err != nil || !reflect.DeepEqual(values, want) {
		t.Errorf("%q: %v, %v", header, values, err)
	}
}

func TestMapping_AttributesUnfitForTheHeaderAreErrors(t *testing.T) {
	for attributes, want := range map[string]string{
		"a=" + strings.Repeat("x", 5000): "send them in the body",
		"Content-Type=text":              "it steers the request",
		"structure=raw":                  "it steers the request",
	} {
		if _, _, err := Mapping(loaded(t, "attributes", attributes, "attributes_in", "header"), ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20s: %v", attributes, err)
		}
		if _, _, err := Mapping(loaded(t, "attributes", attributes), ""); err != nil {
			t.Errorf("%.20s in the body: %v", attributes, err)
		}
	}
}
