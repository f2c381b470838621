package config

import (
	"slices"
	"strings"

	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/secret"
)

// maxListNames bounds a list; each name costs a comparison per field of a record.
const maxListNames = 64

// parseList splits at commas. A name that appears twice counts once; an empty name is an error.
func parseList(s string) ([]string, bool) {
	var names []string
	for name := range strings.SplitSeq(s, ",") {
		name = strings.TrimSpace(name)
		if name == "" || secret.HasControl(name) {
			return nil, false
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, len(names) <= maxListNames
}

// maxPairs bounds the static attributes.
const maxPairs = 100

// parsePatterns reads a list of patterns.
func parsePatterns(s string) (record.Patterns, bool) {
	names, ok := parseList(s)
	return record.NewPatterns(names), ok
}

// parsePairs reads name=value,name=value. A backslash escapes a comma or a backslash.
func parsePairs(s string) ([]metadata.Fact, bool) {
	var pairs []metadata.Fact
	for _, part := range splitEscaped(s) {
		name, value, ok := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || secret.HasControl(part) {
			return nil, false
		}
		pairs = append(pairs, metadata.Fact{Key: name, Value: value})
	}
	return pairs, len(pairs) <= maxPairs
}

// splitEscaped splits at commas that no backslash escapes.
func splitEscaped(s string) (parts []string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && (s[i+1] == ',' || s[i+1] == '\\'):
			i++
			b.WriteByte(s[i])
		case c == ',':
			parts = append(parts, b.String())
			b.Reset()
		default:
			b.WriteByte(c)
		}
	}
	return append(parts, b.String())
}
