package ingest

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// attribute is one top-level key of a record on its way to the store.
type attribute struct {
	key   string
	value []byte // JSON
}

// reservedParameters steer the request and never become attributes; they are
// compared without regard to case, as the documentation itself writes both
// content-type and Content-Type.
var reservedParameters = [...]string{"structure", "content-type", "api-token"}

func reserved(key string) bool {
	for _, r := range reservedParameters {
		if strings.EqualFold(key, r) {
			return true
		}
	}
	return false
}

// parameter is a key with all its values, in the order of first appearance.
type parameter struct {
	key    string
	values []string
}

// parseParameters reads "k=v&k2=v2" by the rules of a URL query; the header
// X-Dynatrace-Attr has the same syntax. Empty keys are ignored.
func parseParameters(text string) ([]parameter, error) {
	var list []parameter
	index := map[string]int{}
	for text != "" {
		var pair string
		pair, text, _ = strings.Cut(text, "&")
		if pair == "" {
			continue
		}
		rawKey, rawValue, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(rawKey)
		if err != nil {
			return nil, err
		}
		value, err := url.QueryUnescape(rawValue)
		if err != nil {
			return nil, err
		}
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, errors.New("invalid UTF-8")
		}
		if key == "" {
			continue
		}
		i, seen := index[key]
		if !seen {
			i = len(list)
			index[key] = i
			list = append(list, parameter{key: key})
		}
		list[i].values = append(list[i].values, value)
	}
	return list, nil
}

// first returns the first value of the parameter named key, without regard to case.
func first(list []parameter, key string) string {
	for _, p := range list {
		if strings.EqualFold(p.key, key) {
			return p.values[0]
		}
	}
	return ""
}

// commonAttributes returns what every record of the request gets: from the
// query, then from the header, whose keys lose against the query's. A repeated
// key is an array.
func commonAttributes(query, header []parameter) []attribute {
	var list []attribute
	seen := map[string]bool{}
	for _, p := range append(slices.Clip(query), header...) {
		if reserved(p.key) || seen[p.key] {
			continue
		}
		seen[p.key] = true
		var value []byte
		if len(p.values) == 1 {
			value = appendString(nil, p.values[0])
		} else {
			value = append(value, '[')
			for i, v := range p.values {
				if i > 0 {
					value = append(value, ',')
				}
				value = appendString(value, v)
			}
			value = append(value, ']')
		}
		list = append(list, attribute{key: p.key, value: value})
	}
	return list
}
