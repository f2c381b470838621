package config

import (
	"fmt"
	"strings"
)

// Type is the syntax of an option's value. Values are trimmed of white space before they are read.
type Type string

// The types of option, as docs/options.md names them.
const (
	// TypeBool is on, off, true, false, yes, no, 1 or 0, in any case.
	TypeBool Type = "boolean"
	// TypeInt is decimal digits.
	TypeInt Type = "integer"
	// TypeSize is bytes, or a number with k, kB, MB, GB (powers of 1000), KiB, MiB, GiB (of 1024).
	TypeSize Type = "size"
	// TypeDuration is 15s, 500ms or 1m30s; a plain number is seconds.
	TypeDuration Type = "duration"
	// TypeEnum is one of Option.Values, in any case.
	TypeEnum Type = "choice"
	// TypeList is names separated by commas.
	TypeList Type = "list"
	// TypeEndpoint is read by endpoint.ParseList.
	TypeEndpoint Type = "URL"
	// TypeSecret is read by secret.Parse and never printed.
	TypeSecret Type = "secret"
	// TypeProxy is read by endpoint.ParseProxy; a password in it is never printed.
	TypeProxy Type = "proxy"
	// TypePath is the path of a file.
	TypePath Type = "path"
	// TypeText is taken as it is.
	TypeText Type = "text"
	// TypePairs is name=value, separated by commas.
	TypePairs Type = "pairs"
	// TypeHeaders is the same, with values that are never printed.
	TypeHeaders Type = "headers"
)

// Option is one row of the table.
type Option struct {
	// Name is made of a-z, 0-9 and underscore, so that it survives FireLens, which turns options
	// into environment variables. It is none that Fluent Bit keeps for itself (host, port,
	// workers, retry_limit, everything that starts with net., tls. or oauth2, ...:
	// src/flb_output.c, flb_output_set_property): such a name never reaches a plugin.
	Name string
	// Type is the syntax of the value.
	Type Type
	// Default is the value when the option is absent, as in a configuration file; "" if there is
	// none.
	Default string
	// Unset says, in Markdown, what happens when the option is absent and has no Default.
	Unset string
	// Unit is the unit of a plain number.
	Unit string
	// Min and Max are the smallest and the largest value of an integer, a size (bytes) or a
	// duration (nanoseconds).
	Min, Max int64
	// Values are the choices of a TypeEnum. One whose field is a bool is true for the first of
	// two.
	Values []string
	// Required makes the option's absence an error.
	Required bool
	// Help is one line of Markdown for docs/options.md.
	Help string

	// field returns the field that the option sets, of a type that set in value.go knows. It also
	// identifies the option in checks.
	field func(*Config) any
}

// Takes says in words what the option takes, for an error.
func (o Option) Takes() string {
	switch o.Type {
	case TypeBool:
		return "on or off (or true/false, yes/no, 1/0)"
	case TypeInt:
		return fmt.Sprintf("a whole number from %d to %d", o.Min, o.Max)
	case TypeSize:
		return fmt.Sprintf("a size from %s to %s (bytes, or with k, MB, KiB, MiB)",
			formatSize(o.Min), formatSize(o.Max))
	case TypeDuration:
		return fmt.Sprintf("a duration from %s to %s (seconds, or with ms, s, m, h)",
			formatDuration(o.Min), formatDuration(o.Max))
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

// Range returns what the option takes in few words of Markdown, or "" when the type says it all.
func (o Option) Range() string {
	switch o.Type {
	case TypeInt:
		return strings.TrimSpace(fmt.Sprintf("%d to %d %s", o.Min, o.Max, o.Unit))
	case TypeSize:
		return formatSize(o.Min) + " to " + formatSize(o.Max) + "; a plain number is " + o.Unit
	case TypeDuration:
		return formatDuration(o.Min) + " to " + formatDuration(o.Max) + "; a plain number is " + o.Unit
	case TypeProxy:
		return "`environment`, `off`, or a URL"
	case TypeBool:
		return "`on`, `off`"
	case TypeEnum:
		return quoted(o.Values)
	default:
		return ""
	}
}

// quoted returns words as code of Markdown, separated by commas.
func quoted(words []string) string { return "`" + strings.Join(words, "`, `") + "`" }
