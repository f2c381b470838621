package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"

	"out_dynatrace/plugin/secret"
)

// Headers are additional headers of every request, such as those that a gateway asks for. A value
// can be a secret: however Headers are formatted, encoded or logged, they show names only. Only
// Pairs reveals the values.
//
// The zero Headers are none. They are immutable, so any number of goroutines may use them.
type Headers struct {
	names string
	// reveal is a function for the reason given at secret.Secret.
	reveal func() []Pair
}

// Pairs returns the names and values in the order in which they were written. Do not change them.
func (h Headers) Pairs() []Pair {
	if h.reveal == nil {
		return nil
	}
	return h.reveal()
}

// String returns the names with stars for the values, "" for none.
func (h Headers) String() string { return h.names }

// GoString returns String in quotes.
func (h Headers) GoString() string { return strconv.Quote(h.names) }

// Format writes String, whatever the verb.
func (h Headers) Format(f fmt.State, verb rune) {
	if verb == 'q' || verb == 'v' && f.Flag('#') {
		io.WriteString(f, h.GoString())
		return
	}
	io.WriteString(f, h.names)
}

// MarshalText returns String.
func (h Headers) MarshalText() ([]byte, error) { return []byte(h.names), nil }

// MarshalJSON returns String as a JSON string. Names are plain ASCII, so Go's quoting is JSON's.
func (h Headers) MarshalJSON() ([]byte, error) { return []byte(h.GoString()), nil }

// LogValue returns String for log/slog.
func (h Headers) LogValue() slog.Value { return slog.StringValue(h.names) }

// Pair is a header.
type Pair struct{ Name, Value string }

const (
	maxHeaders = 20
	// maxHeadersBytes bounds names and values together: many servers reject more than 8 KiB of
	// headers in all, and the attributes can take half of that.
	maxHeadersBytes = 2 << 10
)

// ownHeaders are those that the plugin or the protocol sets, in lower case, with what to use
// instead.
var ownHeaders = map[string]string{
	"authorization":       "the token goes into `api_token`",
	"proxy-authorization": "user and password go into the URL of the proxy",
	"x-dynatrace-attr":    "see `attributes` and `attributes_in`",
	"x-dynatrace-options": "see `structure`",
	"user-agent":          "it names the plugin and its version",
	"accept":              "it follows `format`",
	"accept-encoding":     "answers are short",
	"host":                "it follows `endpoint`",
	"connection":          "it belongs to the connection",
	"keep-alive":          "it belongs to the connection",
	"proxy-connection":    "it belongs to the connection",
	"transfer-encoding":   "it belongs to the connection",
	"te":                  "it belongs to the connection",
	"trailer":             "it belongs to the connection",
	"upgrade":             "it belongs to the connection",
	"expect":              "it belongs to the connection",
}

// parseHeaders reads name=value,name=value. The error shows no value.
func parseHeaders(s string) (Headers, error) {
	if secret.InQuotes(s) {
		return Headers{}, errors.New("has quotation marks around it; write it without")
	}
	var pairs []Pair
	var names []string
	size := 0
	for i, part := range splitEscaped(s) {
		p, err := parseHeader(part, i+1)
		if err != nil {
			return Headers{}, err
		}
		same := func(other Pair) bool { return strings.EqualFold(other.Name, p.Name) }
		if slices.ContainsFunc(pairs, same) {
			return Headers{}, fmt.Errorf("has %s twice; keep one", p.Name)
		}
		size += len(p.Name) + len(p.Value)
		pairs, names = append(pairs, p), append(names, p.Name+": *****")
	}
	if len(pairs) > maxHeaders || size > maxHeadersBytes {
		return Headers{}, fmt.Errorf("has %d headers of %d bytes, takes up to %d of %d",
			len(pairs), size, maxHeaders, maxHeadersBytes)
	}
	return Headers{names: strings.Join(names, ", "), reveal: func() []Pair { return pairs }}, nil
}

// parseHeader reads the part with the given number.
func parseHeader(part string, number int) (Pair, error) {
	name, value, ok := strings.Cut(part, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	lower := strings.ToLower(name)
	why, own := ownHeaders[lower]
	if strings.HasPrefix(lower, "content-") {
		why, own = "it follows `format` and `compress`", true
	}
	switch {
	case !ok || !isToken(name): // a value can stand where the name should
		return Pair{}, fmt.Errorf("part %d is not name=value with a name that HTTP allows "+
			"(a comma in a value is written \\,)", number)
	case own:
		return Pair{}, fmt.Errorf("has %s, which the plugin sets itself: %s", name, why)
	case value == "" || secret.HasControl(value) || secret.HasVariable(value):
		return Pair{}, fmt.Errorf("the value of %s is empty, or has a control character "+
			"or a variable that was not replaced", name)
	}
	return Pair{name, value}, nil
}

// isToken reports whether s can be the name of a header (RFC 9110, section 5.6.2), and is safe to
// show.
func isToken(s string) bool {
	if s == "" || len(s) > 100 || secret.MayHoldToken(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool {
		isAlnum := '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
		return !isAlnum && !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}
