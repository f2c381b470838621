package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxEndpoints bounds the list. Each holds connections of its own, and in an outage of all of them each is asked in turn.
const maxEndpoints = 8

// ParseEndpoints reads one endpoint as ParseEndpoint does, or several separated by commas, in the order of preference. They are doors to
// one environment: what they say of it must not differ as far as can be seen. Warnings and the error are one line each, without the
// name of the option, and say by its number which one of several they are about; they hold no user, password or query.
func ParseEndpoints(raw string, allowHTTP bool) ([]Endpoint, []string, error) {
	whole := strings.TrimSpace(raw)
	entries := strings.Split(whole, ",")
	if len(entries) == 1 || strings.Contains(whole, "@") { // a password may hold commas, and must not be shown in parts
		e, warnings, err := ParseEndpoint(whole, allowHTTP)
		if err != nil {
			return nil, nil, err
		}
		return []Endpoint{e}, warnings, nil
	}
	if len(entries) > maxEndpoints {
		return nil, nil, fmt.Errorf("got %d of them, takes up to %d", len(entries), maxEndpoints)
	}
	var (
		all      []Endpoint
		warnings []string
	)
	for i, entry := range entries {
		if i > 0 && strings.Contains(entries[i-1], "?") && !strings.Contains(entry, "://") { // it may be the rest of that query, which is not shown
			return nil, nil, fmt.Errorf("number %d: stands behind a query and has no https:// before it; write a comma in a query as %%2C", i+1)
		}
		e, lines, err := parseEntry(entry, allowHTTP)
		if err != nil {
			return nil, nil, fmt.Errorf("number %d: %w", i+1, err)
		}
		if same := slices.IndexFunc(all, e.equals); same >= 0 {
			return nil, nil, fmt.Errorf("number %d: is the same as number %d, %s; keep one of them", i+1, same+1, e.Host)
		}
		all = append(all, e)
		for _, line := range append(lines, e.differsFrom(all)...) {
			warnings = append(warnings, fmt.Sprintf("number %d: %s", i+1, line))
		}
	}
	return all, warnings, nil
}

// parseEntry reads one of several.
func parseEntry(entry string, allowHTTP bool) (Endpoint, []string, error) {
	if strings.TrimSpace(entry) == "" {
		return Endpoint{}, nil, errors.New("got nothing between the commas, takes an environment id, a base URL or the full ingest URL; is a variable not set?")
	}
	e, warnings, err := ParseEndpoint(entry, allowHTTP)
	if err == nil && e.Kind == KindOneAgent {
		err = errors.New("is the OneAgent of this machine, which takes other requests than an environment does (without a token); it can only stand alone")
	}
	return e, warnings, err
}

// equals tells whether two endpoints are the same, with or without the port of their scheme.
func (e Endpoint) equals(other Endpoint) bool { return e.bare() == other.bare() }

// bare is the URL without the port of its scheme.
func (e Endpoint) bare() string {
	port := ":443"
	if e.Plain() {
		port = ":80"
	}
	scheme, rest, _ := strings.Cut(e.IngestURL, "://")
	if behind, found := strings.CutPrefix(rest, e.Host); found {
		rest = strings.TrimSuffix(e.Host, port) + behind
	}
	return scheme + "://" + rest
}

// differsFrom warns if e, the last of all, is visibly of another environment than one before it.
func (e Endpoint) differsFrom(all []Endpoint) []string {
	for i, other := range all {
		if e.Environment != "" && other.Environment != "" && e.Environment != other.Environment {
			return []string{fmt.Sprintf("is of the environment %s, and number %d of %s; all must lead to one environment, since there is one token, and logs that went elsewhere stay there", e.Environment, i+1, other.Environment)}
		}
	}
	return nil
}
