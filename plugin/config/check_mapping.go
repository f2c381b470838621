package config

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"out_dynatrace/plugin/secret"
)

// applyPreset sets the limits and their kin that no option sets to those of the preset.
func (l *loader) applyPreset() {
	p := presetOf(l.Preset)
	limits := p.limits
	for field, limit := range map[*int]*int{
		&l.Limits.ContentBytes:        &limits.ContentBytes,
		&l.Limits.AttributeValueBytes: &limits.AttributeValueBytes,
		&l.Limits.Attributes:          &limits.Attributes,
	} {
		if l.given(field) {
			*limit = *field
		}
	}
	l.Limits = limits
	if !l.given(&l.Stringify) {
		l.Stringify = p.old
	}
	if !l.given(&l.LowercaseKeys) {
		l.LowercaseKeys = p.old
	}
}

// checkEnrich replaces the words of the option by the names of the sources that are on.
func (l *loader) checkEnrich() {
	if l.wrong(&l.Enrich) {
		return
	}
	on, err := resolveEnrich(l.Enrich)
	if err != nil {
		l.fail(&l.Enrich, "%w", err)
	}
	l.Enrich = on
}

// checkAttributes replaces the variables in static attributes and drops those without a value.
func (l *loader) checkAttributes() {
	var kept []Pair
	for _, p := range l.Attributes {
		if l.LowercaseKeys {
			p.Name = strings.ToLower(p.Name)
		}
		name := secret.Quote(p.Name)
		if slices.ContainsFunc(kept, func(k Pair) bool { return k.Name == p.Name }) {
			l.fail(&l.Attributes, "has %s twice; keep one", name)
			return
		}
		value, missing := expand(p.Value, os.Getenv)
		switch {
		case missing != "":
			l.warn(&l.Attributes, fmt.Sprintf("%s is not sent: the variable %s is not set",
				name, secret.Quote(missing)))
		case value == "":
			l.warn(&l.Attributes, name+" is not sent: it has no value (a variable that is not set counts as empty)")
		default:
			kept = append(kept, Pair{p.Name, value})
		}
	}
	l.Attributes = kept
	l.AttributesInHeader = l.AttributesInHeader && len(kept) > 0
	if l.AttributesInHeader && l.Format == FormatText {
		l.warn(&l.AttributesInHeader,
			"has no effect with `format text`, where all attributes of a record are sent in the header")
		l.AttributesInHeader = false
	}
}

// expand replaces %{NAME}, and returns the first variable that is not set. Fluent Bit has replaced
// ${NAME} before, where a comma in the value would end the attribute.
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

// checkPatterns turns patterns into lower case where names are: a pattern with a capital letter
// would match no attribute. It also resolves the word off of metadata_files.
func (l *loader) checkPatterns() {
	if l.LowercaseKeys {
		for _, patterns := range [][]string{l.Include, l.Exclude} {
			for i := range patterns {
				patterns[i] = strings.ToLower(patterns[i])
			}
		}
	}
	if slices.Equal(l.Metadata.Files, []string{"off"}) {
		l.Metadata.Files = nil
	}
}

// findCluster takes what no option says about the Kubernetes cluster from the environment.
func (l *loader) findCluster() {
	if !slices.Contains(l.Enrich, "kubernetes") {
		return
	}
	if l.ClusterName == "" {
		l.ClusterName = os.Getenv("K8S_CLUSTER_NAME")
	}
	if l.ClusterUID == "" {
		l.ClusterUID = os.Getenv("K8S_CLUSTER_UID")
	}
}
