package endpoint

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Max bounds a list of endpoints. Each has connections of its own, and in an outage of all of them
// each is tried in turn.
const Max = 8

// ParseList reads one endpoint as Parse does, or several separated by commas, in the order of
// preference. They must lead to one environment, and what their URLs show of it must not differ.
// Warnings and errors about one of several begin with its number.
func ParseList(raw string) ([]Endpoint, []string, error) {
	whole := strings.TrimSpace(raw)
	entries := strings.Split(whole, ",")
	if len(entries) == 1 || strings.Contains(whole, "@") {
		// A password may hold commas, and must not be shown in parts.
		e, warnings, err := Parse(whole)
		if err != nil {
			return nil, nil, err
		}
		return []Endpoint{e}, warnings, nil
	}
	if len(entries) > Max {
		return nil, nil, fmt.Errorf("got %d of them, takes up to %d", len(entries), Max)
	}
	var (
		all      []Endpoint
		warnings []string
	)
	for i, entry := range entries {
		if i > 0 && strings.Contains(entries[i-1], "?") && !strings.Contains(entry, "://") {
			// It may be the rest of that query, which is not shown.
			return nil, nil, fmt.Errorf("number %d: follows a query and has no https:// before it; "+
				"write a comma in a query as %%2C", i+1)
		}
		e, lines, err := parseEntry(entry)
		if err != nil {
			return nil, nil, fmt.Errorf("number %d: %w", i+1, err)
		}
		if same := slices.IndexFunc(all, e.equals); same >= 0 {
			return nil, nil, fmt.Errorf("number %d: is the same as number %d, %s; keep one of them",
				i+1, same+1, e.Host)
		}
		all = append(all, e)
		for _, line := range append(lines, e.differsFrom(all)...) {
			warnings = append(warnings, fmt.Sprintf("number %d: %s", i+1, line))
		}
	}
	return all, warnings, nil
}

// parseEntry reads one of several.
func parseEntry(entry string) (Endpoint, []string, error) {
	if strings.TrimSpace(entry) == "" {
		return Endpoint{}, nil, errors.New("got nothing between the commas, " + takes +
			"; is a variable not set?")
	}
	e, warnings, err := Parse(entry)
	if err == nil && e.Kind == OneAgent {
		err = errors.New("is the OneAgent of this machine, which takes other requests " +
			"than an environment does (without a token); it can only be the only endpoint")
	}
	return e, warnings, err
}

// differsFrom warns if e, the last of all, visibly belongs to another environment than one before
// it.
func (e Endpoint) differsFrom(all []Endpoint) []string {
	for i, other := range all {
		if e.Environment != "" && other.Environment != "" && e.Environment != other.Environment {
			return []string{fmt.Sprintf("is of the environment %s, and number %d of %s; "+
				"all must lead to one environment, since there is one token, "+
				"and logs that went elsewhere stay there", e.Environment, i+1, other.Environment)}
		}
	}
	return nil
}
