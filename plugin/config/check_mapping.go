package config

import (
	"os"
	"slices"
	"strings"

	"out_dynatrace/plugin/secret"
)

// checkEnrich makes one list of names of what enrich says: the mappings that are on.
func (d *draft) checkEnrich() {
	if d.wrong[optEnrich] {
		return
	}
	defaults, known := enrichDefaults(), append(enrichDefaults(), enrichExtras()...)
	var on []string
	for i, name := range d.Enrich {
		name = strings.ToLower(name)
		without, isWithout := strings.CutPrefix(name, "-")
		switch {
		case name == EnrichOff && len(d.Enrich) == 1:
		case name == EnrichAuto:
			on = append(on, defaults...)
		case isWithout && i > 0 && slices.Contains(known, without):
			on = slices.DeleteFunc(on, func(n string) bool { return n == without })
		case slices.Contains(known, name):
			on = append(on, name)
		default:
			d.fail(optEnrich, "got %s, takes auto, off alone, or names among %s, and -name behind auto for all but one", secret.Quote(d.Enrich[i]), strings.Join(known, ", "))
			return
		}
	}
	slices.Sort(on)
	d.Enrich = slices.Compact(on)
	for _, extra := range enrichExtras() {
		if of := extraOf[extra]; of != "" && slices.Contains(on, extra) && !slices.Contains(on, of) {
			d.fail(optEnrich, "has %s without %s, to which it belongs; write `enrich auto,%s` or name both", extra, of, extra)
		}
	}
}

// checkMapping settles what depends on more than one option.
func (d *draft) checkMapping() {
	d.checkEnrich()
	d.checkAttributes(os.Getenv)
	if d.LowercaseKeys { // a pattern with a capital letter would fit no attribute
		for _, patterns := range [][]string{d.Include, d.Exclude} {
			for i := range patterns {
				patterns[i] = strings.ToLower(patterns[i])
			}
		}
	}
	if slices.Equal(d.MetadataFiles, []string{"off"}) {
		d.MetadataFiles = nil
	}
	if slices.Contains(d.Enrich, "kubernetes") {
		if d.ClusterName == "" {
			d.ClusterName = os.Getenv("K8S_CLUSTER_NAME")
		}
		if d.ClusterUID == "" {
			d.ClusterUID = os.Getenv("K8S_CLUSTER_UID")
		}
	}
}
