package config

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"out_dynatrace/plugin/record"
)

// properties is a Source that behaves like Fluent Bit: names in any case, absent and empty alike.
type properties map[string]string

func (p properties) Get(name string) string { return p[strings.ToLower(name)] }

// Parts of tokens that are valid in form and worth nothing.
const (
	publicPart   = "ABCDEFGHIJKLMNOPQRSTUVWX"
	secretPart   = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQR"
	classicToken = "dt0c01." + publicPart + "." + secretPart
	platformTok  = "dt0s16." + publicPart + "." + secretPart
)

// with is a configuration that loads, changed by the given pairs of name and value.
func with(pairs ...string) properties {
	p := properties{"endpoint": "abc12345", "api_token": classicToken}
	for i := 0; i < len(pairs); i += 2 {
		p[pairs[i]] = pairs[i+1]
	}
	return p
}

func without(p properties, names ...string) properties {
	p = maps.Clone(p)
	for _, name := range names {
		delete(p, name)
	}
	return p
}

func mustLoad(t *testing.T, p properties) *Config {
	t.Helper()
	c, err := Load(p)
	if err != nil {
		t.Fatalf("Load(%v): %v", p, err)
	}
	return c
}

// lines are the problems that Load reports.
func lines(t *testing.T, p properties) []string {
	t.Helper()
	c, err := Load(p)
	if err == nil {
		t.Fatalf("Load(%v) is fine, want an error", p)
	}
	if c != nil {
		t.Error("Load gives a Config and an error")
	}
	return strings.Split(err.Error(), "\n")
}

func writeFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func containsLine(lines []string, part string) bool {
	for _, line := range lines {
		if strings.Contains(line, part) {
			return true
		}
	}
	return false
}

// warnings returns the warnings of a configuration as the log shows them.
func warnings(c *Config) []string {
	var texts []string
	for _, w := range c.Warnings {
		texts = append(texts, w.String())
	}
	return texts
}

// limits returns the limits of a preset that differ between them, with those that do not.
func limits(content, value, attributes int) record.Limits {
	return record.Limits{
		ContentBytes: content, AttributeValueBytes: value, AttributeKeyBytes: 100,
		Attributes: attributes, ArrayValues: 32, NestingLevels: 5,
	}
}
