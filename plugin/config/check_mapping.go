package config

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/secret"
)

// applyPreset sets the limits and their kin that no option sets to those of the preset.
func (l *loader) applyPreset() {
	p := presetOf(l.Preset)
	limits := p.limits
	for field, limit := range map[*int]*int{
		&l.Mapping.Limits.ContentBytes:        &limits.ContentBytes,
		&l.Mapping.Limits.AttributeValueBytes: &limits.AttributeValueBytes,
		&l.Mapping.Limits.Attributes:          &limits.Attributes,
	} {
		if l.given(field) {
			*limit = *field
		}
	}
	l.Mapping.Limits = limits
	if !l.given(&l.Mapping.Stringify) {
		l.Mapping.Stringify = p.old
	}
	if !l.given(&l.Mapping.LowercaseKeys) {
		l.Mapping.LowercaseKeys = p.old
	}
}

// checkPatterns turns patterns into lower case where names are: a pattern with a capital letter
// would match no attribute. It also resolves the word off of metadata_files.
func (l *loader) checkPatterns() {
	if l.Mapping.LowercaseKeys {
		for _, patterns := range []*record.Patterns{&l.Mapping.Include, &l.Mapping.Exclude} {
			*patterns, _ = parsePatterns(strings.ToLower(l.text(patterns)))
		}
	}
	if slices.Equal(l.Metadata.Files, []string{"off"}) {
		l.Metadata.Files = nil
	}
	l.checkContentKeys()
	l.Mapping.OwnContentKeys = l.choseContentKeys()
}

// choseContentKeys reports whether the content keys are a choice, and not the default with other
// names beside it.
func (l *loader) choseContentKeys() bool {
	field := &l.Mapping.ContentKeys
	if !l.given(field) || l.wrong(field) {
		return false
	}
	return slices.ContainsFunc(l.defaultContentKeys(), func(key string) bool {
		return !slices.Contains(*field, key)
	})
}

// defaultContentKeys returns the content keys of somebody who names none.
func (l *loader) defaultContentKeys() []string {
	name := l.name(&l.Mapping.ContentKeys)
	i := slices.IndexFunc(mappingRows, func(o Option) bool { return o.Name == name })
	names, _ := parseList(mappingRows[i].Default)
	return names
}

// mostNamed bounds the number of keys that a warning names.
const mostNamed = 5

// checkContentKeys warns of content keys that exclude covers: what such a field holds is sent
// nowhere.
func (l *loader) checkContentKeys() {
	var covered []string
	defaults := l.defaultContentKeys()
	for _, key := range l.Mapping.ContentKeys {
		quote := secret.Quote
		if slices.Contains(defaults, key) { // @message is no secret, although it looks like one
			quote = strconv.Quote
		}
		if l.Mapping.LowercaseKeys {
			key = strings.ToLower(key)
		}
		if l.Mapping.Exclude.Match([]byte(key)) {
			covered = append(covered, quote(key))
		}
	}
	if n := len(covered); n > 0 {
		names := strings.Join(covered[:min(n, mostNamed)], ", ")
		if n > mostNamed {
			names += fmt.Sprintf(" and %d more", n-mostNamed)
		}
		l.warn(&l.Mapping.Exclude, "covers "+names+" of `content_key`: a message in such a field "+
			"is not sent")
	}
}

// checkAttributes replaces the variables in static attributes and drops those that are not sent.
func (l *loader) checkAttributes() {
	attributes := &l.Mapping.Static
	given := *attributes
	*attributes = nil
	seen := make(map[string]bool)
	for _, a := range given {
		if l.Mapping.LowercaseKeys {
			a.Key = strings.ToLower(a.Key)
		}
		name := secret.Quote(a.Key)
		text, _ := a.Value.(string) // parsePairs makes no others
		value, missing := expand(text, os.Getenv)
		switch {
		case seen[a.Key]:
			l.fail(attributes, "has %s twice; keep one", name)
			return
		case missing != "":
			l.warn(attributes, fmt.Sprintf("%s is not sent: the variable %s is not set",
				name, secret.Quote(missing)))
			continue
		case value == "":
			l.warn(attributes, name+" is not sent: it has no value "+
				"(a variable that is not set counts as empty)")
			continue
		case record.IsReserved(a.Key):
			l.fail(attributes, "%s is a name that each record or the server itself has; "+
				"choose another one", name)
			return
		}
		seen[a.Key] = true
		if sends(&l.Mapping, a.Key) {
			*attributes = append(*attributes, metadata.Fact{Key: a.Key, Value: value})
		}
	}
}

// sends reports whether include and exclude let an attribute through.
func sends(o *mapping.Options, name string) bool {
	include, exclude, key := &o.Include, &o.Exclude, []byte(name)
	return (!include.Any() || include.Match(key)) && !exclude.Match(key)
}

// checkAttributesHeader makes the header of the static attributes, if they are sent in one.
func (l *loader) checkAttributesHeader() {
	inHeader := &l.Mapping.InHeader
	*inHeader = *inHeader && len(l.Mapping.Static) > 0
	if !*inHeader {
		return
	}
	if l.Format == FormatText {
		l.warn(inHeader,
			"has no effect with `format text`, where all attributes of a record are sent in the header")
		*inHeader = false
		return
	}
	static := l.Mapping.StaticAttributes()
	for _, a := range static {
		if encode.Steers(a.Key) {
			l.fail(&l.Mapping.Static, "%q is no attribute in a header, where it steers the request; "+
				"choose another name, or `attributes_in body`", a.Key)
			return
		}
	}
	header, fit := encode.AttributesHeader(static)
	if !fit {
		l.fail(inHeader, "is header, but the attributes take more than %d bytes there; "+
			"send them in the body", encode.MaxAttributes)
	}
	l.AttributesHeader = header
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

// findCluster takes what no option says about the Kubernetes cluster from the environment.
func (l *loader) findCluster() {
	if !l.Mapping.Sources.Has("kubernetes") {
		return
	}
	if l.Mapping.ClusterName == "" {
		l.Mapping.ClusterName = os.Getenv("K8S_CLUSTER_NAME")
	}
	if l.Mapping.ClusterUID == "" {
		l.Mapping.ClusterUID = os.Getenv("K8S_CLUSTER_UID")
	}
}
