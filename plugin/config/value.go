package config

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"out_dynatrace/plugin/secret"
)

// maxListNames bounds a list; each name costs a comparison per field of a record.
const maxListNames = 64

// errWhitespace is for a value that Fluent Bit passes on although nothing is in it, such as a quoted blank in YAML.
var errWhitespace = errors.New("got only white space")

// parse reads raw, as the type of the option asks, into dst, which is what bind gave. The error is one line, without the name of
// the option and without any secret.
func (o Option) parse(raw string, dst any) error {
	s := strings.TrimSpace(raw)
	if s == "" {
		return fmt.Errorf("%w, takes %s", errWhitespace, o.Takes())
	}
	switch o.Type { // these have their own rules, and errors that hide what must be hidden
	case TypeEndpoint, TypeSecret, TypeProxy, TypeHeaders:
		*dst.(*string) = s
		return nil
	}
	if secret.InQuotes(s) {
		return fmt.Errorf("got %s with quotation marks around it; write it without", secret.Quote(s))
	}
	if secret.HasVariable(s) && o.Type != TypePairs { // those have variables of their own
		return fmt.Errorf("got %s, a variable that was not replaced, takes %s", secret.Quote(s), o.Takes())
	}
	var ok bool
	switch o.Type {
	case TypeBool:
		ok = set(dst.(*bool), s, parseBool)
	case TypeInt:
		ok = set(dst.(*int), s, o.parseInt)
	case TypeSize:
		ok = set(dst.(*int), s, o.parseSize)
	case TypeDuration:
		ok = set(dst.(*time.Duration), s, o.parseDuration)
	case TypeEnum:
		ok = set(dst.(*string), s, o.parseEnum)
	case TypeList:
		ok = set(dst.(*[]string), s, parseList)
	case TypePath, TypeText:
		ok = set(dst.(*string), s, parsePath)
	case TypePairs:
		ok = set(dst.(*[]Pair), s, parsePairs)
	}
	if !ok {
		return fmt.Errorf("got %s, takes %s", secret.Quote(s), o.Takes())
	}
	return nil
}

// set stores what read makes of s, unless it cannot.
func set[T any](dst *T, s string, read func(string) (T, bool)) bool {
	v, ok := read(s)
	if ok {
		*dst = v
	}
	return ok
}

func parseBool(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "on", "true", "yes", "1":
		return true, true
	case "off", "false", "no", "0":
		return false, true
	}
	return false, false
}

func (o Option) parseInt(s string) (int, bool) {
	n, err := strconv.ParseInt(s, 10, 32)
	return int(n), err == nil && o.inRange(n)
}

func (o Option) parseSize(s string) (int, bool) {
	n, ok := parseSize(s)
	return int(n), ok && o.inRange(n)
}

func (o Option) parseDuration(s string) (time.Duration, bool) {
	d, ok := parseDuration(s)
	return d, ok && o.inRange(int64(d))
}

func (o Option) inRange(n int64) bool { return n >= o.Min && n <= o.Max }

func (o Option) parseEnum(s string) (string, bool) {
	s = strings.ToLower(s)
	return s, slices.Contains(o.Values, s)
}

// parseList splits at commas. A name that appears twice counts once; an empty name is a mistake.
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

func parsePath(s string) (string, bool) { return s, !secret.HasControl(s) }

// Takes says in words what the option takes, for errors and for the README.
func (o Option) Takes() string {
	switch o.Type {
	case TypeBool:
		return "on or off (or true/false, yes/no, 1/0)"
	case TypeInt:
		return fmt.Sprintf("a whole number from %d to %d", o.Min, o.Max)
	case TypeSize:
		return fmt.Sprintf("a size from %s to %s (bytes, or with k, MB, KiB, MiB)", formatSize(o.Min), formatSize(o.Max))
	case TypeDuration:
		return fmt.Sprintf("a duration from %s to %s (seconds, or with ms, s, m, h)", formatDuration(o.Min), formatDuration(o.Max))
	case TypeEnum:
		return strings.Join(o.Values, " or ")
	case TypeList:
		return fmt.Sprintf("1 to %d names separated by commas", maxListNames)
	case TypeEndpoint:
		return "an environment id, a base URL or the full ingest URL"
	case TypeSecret:
		return "a token"
	case TypeProxy:
		return "environment, off, or http://host:port"
	case TypeText:
		return "a text without control characters"
	case TypePairs:
		return fmt.Sprintf("up to %d attributes as name=value, separated by commas", maxPairs)
	case TypeHeaders:
		return fmt.Sprintf("up to %d headers as name=value, separated by commas", maxHeaders)
	default:
		return "the path of a file"
	}
}
