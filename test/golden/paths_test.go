package golden

import (
	"regexp"
	"slices"
	"strings"
)

// paths appends the names of all values below v, with dots between the levels. The elements of an
// array have the name of the array.
func paths(names []string, prefix string, v any) []string {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			name := prefix + key
			names = paths(append(names, name), name+".", value)
		}
	case []any:
		for _, value := range v {
			names = paths(names, prefix, value)
		}
	}
	return names
}

var placeholder = regexp.MustCompile(`<[a-z]+>`)

// matches reports whether one of the names matches the pattern. A placeholder such as <x> matches
// any text.
func matches(pattern string, names []string) bool {
	literals := placeholder.Split(pattern, -1)
	for i := range literals {
		literals[i] = regexp.QuoteMeta(literals[i])
	}
	return slices.ContainsFunc(names, regexp.MustCompile("^"+strings.Join(literals, ".+")+"$").MatchString)
}
