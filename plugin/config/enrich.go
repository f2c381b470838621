package config

import (
	"fmt"
	"slices"
	"strings"

	"out_dynatrace/plugin/secret"
)

// The words of the option enrich beside the names of sources.
const (
	enrichAuto = "auto" // all of enrichDefaults
	enrichOff  = "off"
)

var (
	// enrichDefaults are the sources that auto turns on. docs/mapping.md describes each.
	enrichDefaults = []string{
		"kubernetes", "ecs", "container", "journald", "syslog", "aws", "file", "app", "trace", "severity", "host",
	}
	// enrichExtras are the sources that must be named, each with the one that it adds to, or "".
	enrichExtras = map[string]string{
		"k8s_pod_ip": "kubernetes", "k8s_service": "kubernetes", "k8s_deprecated": "kubernetes",
		"ecs_otel": "ecs", "dt_section": "",
	}
	// extraNames are the extras in the order of the documentation.
	extraNames = []string{"k8s_pod_ip", "k8s_service", "k8s_deprecated", "ecs_otel", "dt_section"}
)

// resolveEnrich returns the sources that the words of the option enrich turn on, sorted. The error
// is one line without the name of the option.
func resolveEnrich(words []string) ([]string, error) {
	known := slices.Concat(enrichDefaults, extraNames)
	var on []string
	for i, word := range words {
		name := strings.ToLower(word)
		without, isWithout := strings.CutPrefix(name, "-")
		switch {
		case name == enrichOff && len(words) == 1:
		case name == enrichAuto:
			on = append(on, enrichDefaults...)
		case isWithout && i > 0 && slices.Contains(known, without):
			on = slices.DeleteFunc(on, func(n string) bool { return n == without })
		case slices.Contains(known, name):
			on = append(on, name)
		default:
			return nil, fmt.Errorf("got %s, takes auto, off alone, or names among %s, "+
				"and -name after auto for all but one", secret.Quote(word), strings.Join(known, ", "))
		}
	}
	slices.Sort(on)
	on = slices.Compact(on)
	for _, extra := range extraNames {
		if of := enrichExtras[extra]; of != "" && slices.Contains(on, extra) && !slices.Contains(on, of) {
			return nil, fmt.Errorf("has %s without %s, to which it adds; write `enrich auto,%s` or name both",
				extra, of, extra)
		}
	}
	return on, nil
}
