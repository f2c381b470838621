package record_test

import (
	"testing"

	"out_dynatrace/plugin/record"
)

func TestPatterns(t *testing.T) {
	for pattern, c := range map[string]struct{ yes, no []string }{
		"app":   {[]string{"app"}, []string{"apps", "ap", ""}},
		"*":     {[]string{"", "x"}, nil},
		"a*":    {[]string{"a", "ab"}, []string{"b", ""}},
		"*a":    {[]string{"a", "ba"}, []string{"ab"}},
		"a*a":   {[]string{"aa", "aba"}, []string{"a"}},
		"a*b*c": {[]string{"abc", "axbxc", "abbc"}, []string{"acb", "ac"}},
		"*b*":   {[]string{"b", "abc"}, []string{"ac"}},
		"a**c":  {[]string{"ac", "abc"}, []string{"ab"}},
	} {
		p := record.NewPatterns([]string{"never", pattern})
		for _, key := range c.yes {
			if !p.Match([]byte(key)) {
				t.Errorf("%q does not match %q", pattern, key)
			}
		}
		for _, key := range c.no {
			if p.Match([]byte(key)) {
				t.Errorf("%q matches %q", pattern, key)
			}
		}
	}
}
