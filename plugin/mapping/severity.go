package mapping

import (
	"out_dynatrace/plugin/ascii"
)

// The level names of Dynatrace (page "Automatic log enrichment", table of severities).
const (
	levelEmergency = "EMERGENCY"
	levelError     = "ERROR"
	levelAlert     = "ALERT"
	levelCritical  = "CRITICAL"
	levelSevere    = "SEVERE"
	levelWarn      = "WARN"
	levelNotice    = "NOTICE"
	levelInfo      = "INFO"
	levelDebug     = "DEBUG"
)

// severities are the words that name a level, in lower case. The server goes by first letters
// alone: "success" would be SEVERE, and "active" an ALERT. Here only words that loggers use for a
// level count.
var severities = map[string]string{
	"emergency": levelEmergency, "emerg": levelEmergency, "fatal": levelEmergency,
	"f": levelEmergency, "panic": levelEmergency,
	"error": levelError, "err": levelError, "e": levelError, "eror": levelError,
	"alert": levelAlert, "a": levelAlert,
	"critical": levelCritical, "crit": levelCritical, "c": levelCritical, "dpanic": levelCritical,
	"severe": levelSevere, "s": levelSevere,
	"warning": levelWarn, "warn": levelWarn, "w": levelWarn, "wrn": levelWarn,
	"notice": levelNotice, "n": levelNotice,
	"information": levelInfo, "informational": levelInfo, "info": levelInfo, "inf": levelInfo,
	"i": levelInfo, "config": levelInfo,
	"debug": levelDebug, "dbg": levelDebug, "debu": levelDebug, "d": levelDebug,
	"trace": levelDebug, "trc": levelDebug, "verbose": levelDebug,
	"fine": levelDebug, "finer": levelDebug, "finest": levelDebug,
}

const (
	longestSeverity = len("informational")
	// longestLevel is the longest text that is examined: what is longer is a message.
	longestLevel = 64
)

// severity returns Dynatrace's name of the level that text names, or "". The first word counts, in
// any case: "[ERROR]" and "warn: disk" are levels too. A single letter must stand alone.
func severity(text []byte) string {
	if len(text) > longestLevel {
		return ""
	}
	for len(text) > 0 && !ascii.IsLetter(text[0]) {
		if text[0] >= '0' && text[0] <= '9' {
			return ""
		}
		text = text[1:]
	}
	var low [longestSeverity]byte
	n := 0
	for ; n < len(text) && ascii.IsLetter(text[n]); n++ {
		if n == longestSeverity {
			return ""
		}
		low[n] = text[n] | 0x20
	}
	if n == 1 && len(text) > 1 {
		return ""
	}
	return severities[string(low[:n])]
}

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

// loggerLevel names a number that loggers write for a level: tens of pino and bunyan, otherwise a
// severity of syslog. It returns "" for others.
func loggerLevel(n int) string {
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
	return syslogLevel(n)
}
