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

// setSources sets dst to the sources that the words of the option enrich turn on. The error is one
// line without the name of the option.
func setSources(dst *source.Set, s string) error {
	words, ok := parseList(s)
	if !ok {
		return fmt.Errorf("got %s, takes 1 to %d names separated by commas",
			secret.Quote(s), maxListNames)
	}
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
			return fmt.Errorf("got %s, takes auto, off alone, or names among %s, "+
				"and -name after auto for all but one", secret.Quote(word), strings.Join(known, ", "))
		}
	}
	for _, extra := range extras {
		if of := source.Owner(extra); of != "" && slices.Contains(on, extra) && !slices.Contains(on, of) {
			return fmt.Errorf("has %s without %s, to which it adds; write `enrich auto,%s` or name both",
				extra, of, extra)
		}
	}
	*dst = source.Named(on...)
	return nil
}
