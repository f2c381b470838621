package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"

	"out_dynatrace/plugin/option"
	"out_dynatrace/plugin/telemetry"
)

// flagOf returns what the user of this command sets instead of an option of the plugin.
func flagOf(name string) string {
	switch name {
	case "api_token":
		return "DT_API_TOKEN"
	case "headers":
		return "DT_HEADERS"
	case "api_token_file":
		return "--token-file"
	}
	return "--" + strings.ReplaceAll(name, "_", "-")
}

// optionInText matches what can be an option of the plugin in a text: a name in backquotes, with or
// without a value, and a bare name with an underscore, which is no word of the language.
var optionInText = regexp.MustCompile(
	"`([a-z0-9_]+)(?: ([a-z0-9]+))?`|\\b([a-z0-9]+_[a-z0-9_]+)\\b")

// pluginPhrases are phrases about the plugin, with what they mean here.
var pluginPhrases = strings.NewReplacer(
	"the plugin is stopping", "interrupted",
	"flush_deadline exceeded", "no more time for retries",
	"in this flush", "for retries",
)

// inFlags replaces the names of the plugin's options in a text by those of this command.
func inFlags(text string) string {
	return optionInText.ReplaceAllStringFunc(pluginPhrases.Replace(text), func(match string) string {
		m := optionInText.FindStringSubmatch(match)
		quoted, value, bare := m[1], m[2], m[3]
		switch {
		case !isOption(quoted) && !isOption(bare):
			return match
		case bare != "":
			return flagOf(bare)
		case value == "" || value == "on":
			return "`" + flagOf(quoted) + "`"
		}
		return "`" + flagOf(quoted) + "=" + value + "`"
	})
}

// isOption reports whether an option of the plugin can be set here.
func isOption(name string) bool {
	own := []string{"endpoint", "api_token", "api_token_file", "allow_http", "headers"}
	return slices.Contains(own, name) || slices.Contains(pluginOptions, name)
}

// errorLines returns the lines of an error, in the words of this command.
func errorLines(err error) (lines []string) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			lines = append(lines, errorLines(one)...)
		}
		return lines
	}
	text := err.Error()
	var named *option.Error
	if errors.As(err, &named) {
		text = flagOf(named.Name) + ": " + named.Err.Error()
	}
	return append(lines, inFlags(text))
}

// printer is a telemetry.Logger for a terminal. Safe for concurrent use.
type printer struct {
	mu sync.Mutex
	w  io.Writer
}

// Enabled implements telemetry.Logger.
func (*printer) Enabled(level telemetry.Level) bool { return level <= telemetry.LevelInfo }

// Log implements telemetry.Logger.
func (p *printer) Log(_ telemetry.Level, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintln(p.w, "dynatrace-replay:", inFlags(text))
}
