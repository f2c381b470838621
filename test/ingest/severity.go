package ingest

import "strings"

// severities maps the beginning of a severity text to a loglevel, first match
// wins ("Log data transformation").
var severities = [...]struct{ prefix, level string }{
	{"emerg", "EMERGENCY"},
	{"f", "EMERGENCY"},
	{"e", "ERROR"},
	{"a", "ALERT"},
	{"c", "CRITICAL"},
	{"s", "SEVERE"},
	{"w", "WARN"},
	{"n", "NOTICE"},
	{"i", "INFO"},
	{"d", "DEBUG"},
	{"trace", "DEBUG"},
	{"verbose", "DEBUG"},
}

// loglevelOf returns the loglevel for a severity text, compared without regard
// to case; NONE for everything that the table does not name (inferred).
func loglevelOf(text string) string {
	for _, s := range severities {
		if len(text) >= len(s.prefix) && strings.EqualFold(text[:len(s.prefix)], s.prefix) {
			return s.level
		}
	}
	return "NONE"
}

// statusOf returns the status that is derived from a loglevel.
func statusOf(level string) string {
	switch level {
	case "SEVERE", "ERROR", "CRITICAL", "ALERT", "FATAL", "EMERGENCY":
		return "ERROR"
	case "WARN":
		return "WARN"
	case "INFO", "TRACE", "DEBUG", "NOTICE":
		return "INFO"
	}
	return "NONE"
}
