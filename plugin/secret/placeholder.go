package secret

import (
	"regexp"
	"slices"
	"strings"
)

var (
	letterRuns = regexp.MustCompile(`[a-z]+`)
	onlyXs     = regexp.MustCompile(`^x{3,}$`)

	// placeholderWords mark a placeholder wherever they stand. A word counts only when no other
	// letter touches it, so that a token does not hold one by chance.
	placeholderWords = []string{
		"your", "yourtoken", "yourapitoken", "yourenvironment", "yourenvironmentid", "yourenvid",
		"yourtenant", "changeme", "placeholder", "example", "redacted", "insert", "replace", "todo",
	}
	// placeholderTexts count only as the whole value.
	placeholderTexts = []string{
		"token", "apitoken", "api_token", "api-token", "environmentid", "environment_id",
		"environment-id", "envid", "env-id", "env_id", "tenant", "tenantid", "secret", "password",
		"none", "null", "nil", "undefined",
	}
)

// IsPlaceholder reports whether s is a text such as <token>, {id}, YOUR-TOKEN, xxxx, "changeme" or
// "none", which stands where a value should go.
func IsPlaceholder(s string) bool {
	s = strings.ToLower(s)
	if strings.ContainsAny(s, "<>{}[]") || strings.Contains(s, "***") || strings.Contains(s, "...") ||
		slices.Contains(placeholderTexts, s) {
		return true
	}
	return slices.ContainsFunc(letterRuns.FindAllString(s, -1), func(word string) bool {
		return onlyXs.MatchString(word) || slices.Contains(placeholderWords, word)
	})
}
