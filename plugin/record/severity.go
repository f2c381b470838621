package record

// The level names of Dynatrace (page "Automatic log enrichment", table of severities). None says that the record has no
// level; it is what the server itself stores for such a record.
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
	levelNone      = "NONE"
)

// severities are the words that name a level, in lower case. The server goes by first letters alone, so that "success"
// would be SEVERE and "active" an ALERT; here only words that loggers use for a level count.
var severities = map[string]string{
	"emergency": levelEmergency, "emerg": levelEmergency, "fatal": levelEmergency, "f": levelEmergency, "panic": levelEmergency,
	"error": levelError, "err": levelError, "e": levelError, "eror": levelError,
	"alert": levelAlert, "a": levelAlert,
	"critical": levelCritical, "crit": levelCritical, "c": levelCritical, "dpanic": levelCritical,
	"severe": levelSevere, "s": levelSevere,
	"warning": levelWarn, "warn": levelWarn, "w": levelWarn, "wrn": levelWarn,
	"notice": levelNotice, "n": levelNotice,
	"information": levelInfo, "informational": levelInfo, "info": levelInfo, "inf": levelInfo, "i": levelInfo, "config": levelInfo,
	"debug": levelDebug, "dbg": levelDebug, "debu": levelDebug, "d": levelDebug, "trace": levelDebug, "trc": levelDebug, "verbose": levelDebug, "fine": levelDebug, "finer": levelDebug, "finest": levelDebug,
	"none": levelNone,
}

// longestSeverity bounds what is looked at.
const longestSeverity = len("informational")

// severity returns Dynatrace's name of the level that text names, or "". White space around it is ignored, and so is case.
func severity(text []byte) string {
	for len(text) > 0 && isSpace(text[0]) {
		text = text[1:]
	}
	for len(text) > 0 && isSpace(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	if len(text) == 0 || len(text) > longestSeverity {
		return ""
	}
	var low [longestSeverity]byte
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		low[i] = c
	}
	return severities[string(low[:len(text)])]
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
