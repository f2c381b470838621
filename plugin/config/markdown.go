package config

import (
	"fmt"
	"strings"
)

// The marks around the option table of the README.
const (
	tableBegin = "<!-- options:begin -->"
	tableEnd   = "<!-- options:end -->"
)

// Markdown renders the option table, the marks around it included, without a line end behind the last.
func Markdown() string {
	var b strings.Builder
	b.WriteString(tableBegin + "\n")
	b.WriteString("| Option | Type | Default | Takes | |\n|---|---|---|---|---|\n")
	for _, o := range Options() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", o.Name, o.Type, o.defaultText(), cell(o.Range()), cell(o.Help))
	}
	b.WriteString(tableEnd)
	return b.String()
}

// Range is what the option takes, in few words, or "" when the type says it all.
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
		return "`" + strings.Join(o.Values, "`, `") + "`"
	}
	return ""
}

func (o Option) defaultText() string {
	switch {
	case o.Required:
		return "required"
	case o.Default == "":
		return o.Unset
	}
	return "`" + o.Default + "`"
}

// cell makes a text fit for a cell of a table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
