package e2e

import (
	"regexp"
	"strings"
	"testing"
)

// logLine is one line of the plugin in Fluent Bit's log.
type logLine struct {
	level    string // error, warn, info, debug
	instance string
	message  string
}

var (
	// pluginLine is not bound to the start of the line: what Fluent Bit's signal handler writes has
	// no lock in common with the log and can stand before it.
	pluginLine = regexp.MustCompile(`(?:\[ *([a-z]+)\] )?\[output:dynatrace(?::([^\]]*))?\] (.*)$`)
	coreLine   = regexp.MustCompile(`^(thread )?worker #\d+ (started|stopping\.\.\.|stopped)$`)
)

// parseLine parses a line of the log. level is the level of a line that has none.
func parseLine(line, level string) (logLine, bool) {
	m := pluginLine.FindStringSubmatch(line)
	if m == nil || coreLine.MatchString(m[3]) {
		return logLine{}, false
	}
	if m[1] != "" {
		level = m[1]
	}
	return logLine{level, m[2], m[3]}, true
}

func parseLog(text string) (lines []logLine) {
	for line := range strings.Lines(text) {
		if l, ok := parseLine(strings.TrimRight(line, "\n"), ""); ok {
			lines = append(lines, l)
		}
	}
	return lines
}

// with returns the lines that contain the phrase and have the level; "" is any.
func with(lines []logLine, level, phrase string) (found []logLine) {
	for _, l := range lines {
		if (level == "" || l.level == level) && strings.Contains(l.message, phrase) {
			found = append(found, l)
		}
	}
	return found
}

// wantLines fails the test unless n lines match, and logs all lines if not.
func wantLines(t *testing.T, lines []logLine, level, phrase string, n int) {
	t.Helper()
	if found := with(lines, level, phrase); len(found) != n {
		t.Errorf("%d lines [%s] with %q, want %d; the log:\n%s", len(found), level, phrase, n, show(lines))
	}
}

// wantQuiet fails the test for a warning or an error that contains none of the phrases.
func wantQuiet(t *testing.T, lines []logLine, besides ...string) {
	t.Helper()
next:
	for _, l := range lines {
		if l.level != "warn" && l.level != "error" {
			continue
		}
		for _, phrase := range besides {
			if strings.Contains(l.message, phrase) {
				continue next
			}
		}
		t.Errorf("an unexpected line [%s] %s", l.level, l.message)
	}
}

func show(lines []logLine) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString("  [" + l.level + "] " + l.instance + ": " + l.message + "\n")
	}
	return b.String()
}

// The phrases by which tests recognize the plugin's lines, in one place for when the wording
// changes.
const (
	saysStart       = "sends to "
	saysStop        = "stopped: "
	saysWorkers     = `add "workers 1"`
	saysDaemon      = `remove "Daemon on" (or -d)`
	saysDown        = "nothing listens at this host and port"
	saysCorrupt     = "chunk unreadable from byte"
	saysCutPayload  = "records larger than max_payload_bytes"
	saysToken       = "the token was rejected: check that it is complete, enabled, not expired"
	saysScope       = "it has the scope logs.ingest"
	saysURL         = "there is no log ingest API at this URL"
	saysLicense     = "no license for log ingest"
	saysNoLogs      = "the environment cannot store logs"
	saysRedirect    = "the server redirects elsewhere"
	saysPage        = "a web page answers instead of the log ingest API"
	saysDeadLetters = "rejected records are dropped without a copy"
	saysAuthority   = "name that file in tls_ca_file"
	saysTLSOff      = "tls_verify: is off"
	saysAnnotation  = "annotation metadata.dynatrace.com is not a JSON object"
	saysDropped     = "records dropped: %d"
	saysMoved       = "is unhealthy, sending to endpoint 2"
	saysBack        = "is healthy again after"
	saysDeliveredOf = "records delivered %d, dropped %d;"
)
