package config

import (
	"fmt"
	"strings"
)

// docsHead begins docs/options.md. An apostrophe stands for the backtick of Markdown.
const docsHead = `# Options

<!-- Written by "go generate ./plugin/config" from the table in plugin/config. Do not edit. -->

Only ['endpoint'](#destination) and a token are required. Names and choices may be written in upper
or lower case. Lists are separated by commas. An empty value counts as absent. A wrong value is an
error at the start, one line that names the option, what it got and what it takes.

Sizes are bytes, or a number with 'k', 'kB', 'MB', 'GB' (powers of 1000), 'KiB', 'MiB' or 'GiB'
(powers of 1024). Durations are seconds, or a number with 'ms', 's', 'm', 'h': '1m30s'.
`

// Docs returns the text of docs/options.md.
func Docs() string {
	var b strings.Builder
	b.WriteString(strings.ReplaceAll(docsHead, "'", "`"))
	for _, g := range Groups() {
		fmt.Fprintf(&b, "\n## %s\n\n", g.Title)
		b.WriteString("| Option | Type | Default | Takes | Description |\n|---|---|---|---|---|\n")
		for _, o := range g.Options {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n",
				o.Name, o.Type, defaultText(o), cell(o.Range()), cell(o.Help))
		}
	}
	return b.String()
}

func defaultText(o Option) string {
	switch {
	case o.Required:
		return "required"
	case o.Default == "":
		return o.Unset
	default:
		return "`" + o.Default + "`"
	}
}

// cell escapes a text for a cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
