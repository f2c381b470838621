package config

import (
	"fmt"
	"slices"
	"strings"

	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/secret"
)

// The words of the option enrich beside the names of sources.
const (
	enrichAuto = "auto" // all of source.Defaults
	enrichOff  = "off"
)

// resolveEnrich returns the sources that the words of the option enrich turn on, sorted. The error
// is one line without the name of the option.
func resolveEnrich(words []string) ([]string, error) {
	defaults, extras := source.Defaults(), source.Extras()
	known := slices.Concat(defaults, extras)
	var on []string
	for i, word := range words {
		name := strings.ToLower(word)
		without, isWithout := strings.CutPrefix(name, "-")
		switch {
		case name == enrichOff && len(words) == 1:
		case name == enrichAuto:
			on = append(on, defaults...)
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
	for _, extra := range extras {
		if of := source.Owner(extra); of != "" && slices.Contains(on, extra) && !slices.Contains(on, of) {
			return nil, fmt.Errorf("has %s without %s, to which it adds; write `enrich auto,%s` or name both",
				extra, of, extra)
		}
	}
	return on, nil
}
