package mapping

import (
	"strings"

	"out_dynatrace/plugin/mapping/source"
)

var syslogLevels = [...]string{
	levelEmergency, levelAlert, levelCritical, levelError,
	levelWarn, levelNotice, levelInfo, levelDebug,
}

// syslogLevel names a severity of RFC 5424, or returns "". journald has the same severities.
func syslogLevel(n int) string {
	if n < 0 || n >= len(syslogLevels) {
		return ""
	}
	return syslogLevels[n]
}

// otlpLevel names a severity number of OpenTelemetry, from 1 to 24, or returns "" (Dynatrace takes
// TRACE for DEBUG and FATAL for EMERGENCY).
func otlpLevel(n int) string {
	if n < 1 || n > 24 {
		return ""
	}
	levels := [...]string{levelDebug, levelDebug, levelInfo, levelWarn, levelError, levelEmergency}
	return levels[(n-1)/4]
}

// nodeLevel names a number of pino and bunyan, or returns "": custom levels in between have names
// that the record does not tell.
func nodeLevel(n int) string {
	switch n {
	case 10, 20:
		return levelDebug
	case 30:
		return levelInfo
	case 40:
		return levelWarn
	case 50:
		return levelError
	case 60:
		return levelEmergency // fatal
	}
	return ""
}

// pythonLevel names a number of Python's logging module, or returns "".
func pythonLevel(n int) string {
	switch n {
	case 10:
		return levelDebug
	case 20:
		return levelInfo
	case 30:
		return levelWarn
	case 40:
		return levelError
	case 50:
		return levelCritical
	}
	return ""
}

// windowsLevel names a level of Event Tracing for Windows, or returns "". Azure has the same. 0 is
// that of an audit.
func windowsLevel(n int) string {
	levels := [...]string{levelInfo, levelCritical, levelError, levelWarn, levelInfo, levelDebug}
	if n < 0 || n >= len(levels) {
		return ""
	}
	return levels[n]
}

// monologLevel names a number of Monolog, or returns "".
func monologLevel(n int) string {
	switch n {
	case 100:
		return levelDebug
	case 200:
		return levelInfo
	case 250:
		return levelNotice
	case 300:
		return levelWarn
	case 400:
		return levelError
	case 500:
		return levelCritical
	case 550:
		return levelAlert
	case 600:
		return levelEmergency
	}
	return ""
}

// mostLevel is the largest number of any scale.
const mostLevel = 600

// scaleLevels are the scales that a number can be on, and what they call a number. Where a number
// is on two scales, the first decides.
var scaleLevels = [...]struct {
	scale source.Scales
	level func(n int) string
}{
	{source.OTelNumber, otlpLevel},
	{source.PythonNumber | source.PythonScale, pythonLevel},
	{source.MonologScale, monologLevel},
	{source.WindowsScale, windowsLevel},
	{source.SyslogNumber | source.SyslogScale | source.KernelScale, syslogLevel},
	{source.NodeScale, nodeLevel},
}

// levelOf names a number on the first of some scales that knows it, or returns "".
func levelOf(n int, scales source.Scales) string {
	for i := range scaleLevels {
		if s := &scaleLevels[i]; s.scale&scales != 0 {
			if name := s.level(n); name != "" {
				return name
			}
		}
	}
	return ""
}

// scalesOf returns the scales on which the numbers under a level key can be: those of the key
// itself, and those for which the other fields of the record must speak.
func scalesOf(key string) source.Scales {
	key = strings.ToLower(key)
	last := key[strings.LastIndexByte(key, '.')+1:]
	switch {
	case strings.Contains(key, "syslog"):
		return source.SyslogNumber
	case last == "levelno" || last == "level_number":
		return source.PythonNumber
	case last == "severity_number" || last == "severitynumber":
		return source.OTelNumber
	case last == "severity":
		return source.SyslogScale
	case last == "level":
		return source.SyslogScale | source.NodeScale | source.PythonScale | source.WindowsScale |
			source.MonologScale
	case strings.HasSuffix(last, "name") || strings.HasSuffix(last, "text") || last == "status":
		return 0
	}
	return source.SyslogScale | source.NodeScale | source.PythonScale
}

// someLevel is a key that names the level in the records of some kinds only. In others it is an
// ordinary field.
type someLevel struct {
	key string
	// word returns the level of a text, or "", if the other fields speak for one of words.
	word  func(text []byte) string
	words source.Scales
	// numbers are the scales on which its numbers can be.
	numbers source.Scales
	// stays reports that the field says more than the level, and stays an attribute.
	stays bool
}

var someLevels = []someLevel{
	{key: "priority", word: loneSeverity, words: source.RuleWords | source.FacilityWords,
		numbers: source.KernelScale},
	{key: "s", word: mongoSeverity, words: source.MongoWords},
	{key: "type", word: eventSeverity, words: source.EventWords, stays: true},
	{key: "EventType", word: windowsSeverity, words: source.WindowsWords},
	{key: "label", word: loneSeverity, words: source.MySQLWords},
}

// loneSeverity is severity without single letters.
func loneSeverity(text []byte) string {
	if len(text) < 2 {
		return ""
	}
	return severity(text, loneWord)
}
