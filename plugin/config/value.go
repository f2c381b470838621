package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"out_dynatrace/plugin/certificate"
	"out_dynatrace/plugin/endpoint"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/secret"
)

// errWhitespace is for a value that Fluent Bit passes on although nothing is in it, such as a
// quoted blank in YAML.
var errWhitespace = errors.New("got only white space")

// tlsVersions are the values of tls_min_version.
var tlsVersions = map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// set reads raw, as the type of the option asks, into the field, which is what o.field returned.
// The warnings and the error are one line each, without the name of the option and without any
// secret.
func (o Option) set(field any, raw string) (warnings []string, err error) {
	s := strings.TrimSpace(raw)
	if s == "" {
		return nil, fmt.Errorf("%w, takes %s", errWhitespace, o.Takes())
	}
	switch dst := field.(type) { // with rules of their own, and errors that hide what must be hidden
	case *[]endpoint.Endpoint:
		*dst, warnings, err = endpoint.ParseList(s)
		return warnings, err
	case *secret.Secret:
		return nil, nil // a check reads it: what is wrong with a token that is not sent does not matter
	case *endpoint.Proxy:
		*dst, err = endpoint.ParseProxy(s)
		return nil, err
	case *Headers:
		*dst, err = parseHeaders(s)
		return nil, err
	}
	if secret.InQuotes(s) {
		return nil, fmt.Errorf("got %s with quotation marks around it; write it without", secret.Quote(s))
	}
	if secret.HasVariable(s) && o.Type != TypePairs { // those have variables of their own
		return nil, fmt.Errorf("got %s, a variable that was not replaced, takes %s",
			secret.Quote(s), o.Takes())
	}
	switch dst := field.(type) { // lists of what has errors of its own
	case *[]certificate.Fingerprint:
		return nil, setFingerprints(dst, s)
	case *source.Set:
		return nil, setSources(dst, s)
	}
	if !o.assign(field, s) {
		return nil, fmt.Errorf("got %s, takes %s", secret.Quote(s), o.Takes())
	}
	return nil, nil
}

// assign reads a value without rules of its own, and reports whether it could.
func (o Option) assign(field any, s string) bool {
	if o.Type == TypeEnum {
		return o.assignEnum(field, strings.ToLower(s))
	}
	switch dst := field.(type) {
	case *bool:
		return store(dst, s, parseBool)
	case *int:
		return store(dst, s, o.parseNumber)
	case *time.Duration:
		return store(dst, s, o.parseDuration)
	case *[]string:
		return store(dst, s, parseList)
	case *[]metadata.Fact:
		return store(dst, s, parsePairs)
	case *record.Patterns:
		return store(dst, s, parsePatterns)
	case *string:
		return store(dst, s, func(s string) (string, bool) { return s, !secret.HasControl(s) })
	}
	return false
}

// store sets dst to what parse makes of s, unless parse fails.
func store[T any](dst *T, s string, parse func(string) (T, bool)) bool {
	v, ok := parse(s)
	if ok {
		*dst = v
	}
	return ok
}

// assignEnum sets a string type to the choice, a bool to whether it is the first, a uint16 to the
// version of TLS.
func (o Option) assignEnum(field any, s string) bool {
	if !slices.Contains(o.Values, s) {
		return false
	}
	switch dst := field.(type) {
	case *bool:
		*dst = s == o.Values[0]
	case *uint16:
		*dst = tlsVersions[s]
	default:
		reflect.ValueOf(field).Elem().SetString(s)
	}
	return true
}

func (o Option) parseNumber(s string) (int, bool) {
	if o.Type == TypeSize {
		n, ok := parseSize(s)
		return int(n), ok && o.inRange(n)
	}
	n, err := strconv.ParseInt(s, 10, 32)
	return int(n), err == nil && o.inRange(n)
}

func (o Option) parseDuration(s string) (time.Duration, bool) {
	d, ok := parseDuration(s)
	return d, ok && o.inRange(int64(d))
}

func (o Option) inRange(n int64) bool { return n >= o.Min && n <= o.Max }

func parseBool(s string) (value, ok bool) {
	switch strings.ToLower(s) {
	case "on", "true", "yes", "1":
		return true, true
	case "off", "false", "no", "0":
		return false, true
	}
	return false, false
}

func setFingerprints(dst *[]certificate.Fingerprint, s string) error {
	texts, ok := parseList(s)
	if !ok {
		return fmt.Errorf("got %s, takes 1 to %d fingerprints separated by commas",
			secret.Quote(s), maxListNames)
	}
	for _, text := range texts {
		pin, err := certificate.ParseFingerprint(text)
		if err != nil {
			return err
		}
		*dst = append(*dst, pin)
	}
	return nil
}
