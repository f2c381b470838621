package config

import (
	"fmt"
	"slices"
	"strings"

	"out_dynatrace/plugin/secret"
)

// Pair is one of the static attributes.
type Pair struct{ Name, Value string }

// maxPairs bounds the static attributes.
const maxPairs = 100

// parsePairs reads name=value,name=value. A backslash takes the meaning off a comma or a backslash.
func parsePairs(s string) ([]Pair, bool) {
	var pairs []Pair
	for _, part := range splitEscaped(s) {
		name, value, ok := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || secret.HasControl(part) {
			return nil, false
		}
		pairs = append(pairs, Pair{name, value})
	}
	return pairs, len(pairs) <= maxPairs
}

// splitEscaped splits at commas.
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

// checkAttributes fills in the variables and leaves out what has no value.
func (d *draft) checkAttributes(env func(string) string) {
	var kept []Pair
	for _, p := range d.Attributes {
		if d.LowercaseKeys {
			p.Name = strings.ToLower(p.Name)
		}
		if slices.ContainsFunc(kept, func(k Pair) bool { return k.Name == p.Name }) {
			d.fail(optAttributes, "has %s twice; keep one", secret.Quote(p.Name))
			return
		}
		value, missing := expand(p.Value, env)
		switch {
		case missing != "":
			d.warn(optAttributes, fmt.Sprintf("%s is left out: the variable %s is not set", secret.Quote(p.Name), secret.Quote(missing)))
		case value == "":
			d.warn(optAttributes, fmt.Sprintf("%s is left out: it has no value (a variable that is not set counts as empty)", secret.Quote(p.Name)))
		default:
			kept = append(kept, Pair{p.Name, value})
		}
	}
	d.Attributes = kept
	d.AttributesInHeader = d.attributesIn == attributesInHeader && len(kept) > 0
	if d.AttributesInHeader && d.Format == FormatText {
		d.warn(optAttributesIn, "has no meaning with `format text`, where all attributes of a record travel in the header")
		d.AttributesInHeader = false
	}
}

// expand replaces %{NAME}, and names the first variable that is not set. Fluent Bit has replaced ${NAME} before, where a comma in the
// value would end the attribute.
func expand(s string, env func(string) string) (value, missing string) {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "%{")
		name, behind, closed := strings.Cut(rest, "}")
		if !ok || !closed {
			b.WriteString(s)
			return b.String(), ""
		}
		v := env(name)
		if v == "" {
			return "", name
		}
		b.WriteString(before + v)
		s = behind
	}
}
