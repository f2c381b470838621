package record

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
}

const (
	longestSeverity = len("informational")
	// longestLevel is the longest text that is looked at: what is longer is a message.
	longestLevel = 64
)

// severity returns Dynatrace's name of the level that text names, or "". The first word counts, in any case, so that
// "[ERROR]" and "warn: disk" are levels too; a single letter must stand alone.
func severity(text []byte) string {
	if len(text) > longestLevel {
		return ""
	}
	for len(text) > 0 && !isLetter(text[0]) {
		if text[0] >= '0' && text[0] <= '9' {
			return ""
		}
		text = text[1:]
	}
	var low [longestSeverity]byte
	n := 0
	for ; n < len(text) && isLetter(text[n]); n++ {
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

func isLetter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }
