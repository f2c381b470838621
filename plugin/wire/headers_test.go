package wire

import (
	"slices"
	"testing"
)

func TestSecrets_HeaderValuesAreHiddenWithAndWithoutTheirScheme(t *testing.T) {
	for value, want := range map[string][]string{
		"a-key":                  {"a-key"},
		"Bearer abcdef":          {"Bearer abcdef", "abcdef"},
		"Basic am9lOnNlY3JldA==": {"Basic am9lOnNlY3JldA==", "am9lOnNlY3JldA==", "joe:secret", "secret"},
		"Basic not base64":       {"Basic not base64", "not base64"},
	} {
		if got := secrets(loaded(t, "headers", "X-Key="+value), nil); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", value, got, want)
		}
	}
}
