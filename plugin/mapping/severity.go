package mapping

import (
	"bytes"
	"strings"

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

// A wordClass is how much a text must be like a level for a word in it to name one.
type wordClass uint8

const (
	// plainWord names a level under every level key, status included, and may have more text
	// behind it: "warn: disk".
	plainWord wordClass = iota
	// loggerWord is the word of a logger. It may have more text behind it, but is no level
	// under status: a status of fine is no DEBUG.
	loggerWord
	// loneWord means something else in a sentence, as fail, note and log do. It must be the
	// whole text, and is no level under status.
	loneWord
)

// severityWord is the level that a word names.
type severityWord struct {
	name  string
	class wordClass
}

// severities are the words that name a level, in lower case. A word to which the page gives a level
// by its first letters has that level here, but for those that mean something else: success is not
// SEVERE, fine is not EMERGENCY, config is not CRITICAL. The server knows no others: "active" would
// be an ALERT there. Here only words that loggers use for a level count.
var severities = newSeverities(map[string][3]string{
	levelEmergency: {"emergency emerg fatal panic", "ftl fatl fata pnc pani",
		"f fa fail failed failure emergencies emer emrg"},
	levelError:    {"error err", "eror erro", "e er errors exception"},
	levelAlert:    {"alert", "", "a alarm alarms alerts aler alrt assert"},
	levelCritical: {"critical crit", "dpanic crt", "c cri crucial"},
	levelSevere:   {"severe", "", "s serious seve shout"},
	levelWarn: {"warning warn", "wrn severe_warning",
		"w wn warnings warni deprecation deprecated"},
	levelNotice: {"notice", "", "n note notices noti ntc notification notifications"},
	levelInfo: {"information informational info", "inf config",
		"i in infor success log help data system ready start " +
			"statement detail hint context query location"},
	levelDebug: {"debug trace verbose", "dbg dbug debu debg trc trce trac vrb fine finer finest",
		"d de db t v vb verb verbo debugging diag http silly prompt input timing spam"},
})

func newSeverities(levels map[string][3]string) map[string]severityWord {
	all := map[string]severityWord{}
	for name, classes := range levels {
		for class, words := range classes {
			for word := range strings.FieldsSeq(words) {
				all[word] = severityWord{name, wordClass(class)}
			}
		}
	}
	return all
}

// levelPrefixes are what constants of levels have in front: those of syslog (LOG_ERR) and of
// OpenTelemetry (SEVERITY_NUMBER_ERROR).
var levelPrefixes = [...]string{"log_", "severity_number_", "level_", "log_level_", "loglevel_"}

const (
	// longestWord is the longest word that is looked up, a prefix included.
	longestWord = len("severity_number_unspecified")
	// longestLevel is the longest text that is examined: what is longer is a message.
	longestLevel = 64
)

// severity returns Dynatrace's name of the level that text names, or "". The first word counts, in
// any case: "[ERROR]" and "warn: disk" are levels too. most is the class of the words that count.
func severity(text []byte, most wordClass) string {
	if len(text) > longestLevel {
		return ""
	}
	text = cutFront(text)
	name := firstWord(text, most)
	if name != "" || most == plainWord {
		return name
	}
	// The part of a program, or a facility, and a level: "core:error" of Apache, "daemon.err",
	// and "LogLevel.ERROR".
	at := bytes.LastIndexAny(text, ":.")
	if at < 0 || bytes.IndexByte(text, ' ') >= 0 {
		return ""
	}
	return firstWord(text[at+1:], loggerWord)
}

// cutFront removes what is not a letter from the front of a text: brackets, and the colors of
// terminals. A text that begins with a digit is no level.
func cutFront(text []byte) []byte {
	for len(text) > 0 && !ascii.IsLetter(text[0]) {
		switch c := text[0]; {
		case c >= '0' && c <= '9':
			return nil
		case c == '\x1b' && len(text) > 1 && text[1] == '[':
			end := bytes.IndexByte(text, 'm')
			if end < 0 {
				return nil
			}
			text = text[end+1:]
		default:
			text = text[1:]
		}
	}
	return text
}

// firstWord returns the level of the word that text begins with, or "".
func firstWord(text []byte, most wordClass) string {
	var low [longestWord]byte
	underscore := false
	n := 0
	for ; n < len(text) && (ascii.IsLetter(text[n]) || text[n] == '_'); n++ {
		if n == longestWord {
			return ""
		}
		low[n] = text[n]
		if low[n] == '_' {
			underscore = true
		} else {
			low[n] |= 0x20
		}
	}
	word, known := severities[string(low[:n])]
	if !known && underscore {
		for _, prefix := range levelPrefixes {
			if rest, ok := bytes.CutPrefix(low[:n], []byte(prefix)); ok && !known {
				word, known = severities[string(rest)]
			}
		}
	}
	if !known || word.class > most || word.class == loneWord && !isLone(text[n:]) ||
		goesOn(text, n) {
		return ""
	}
	return word.name
}

// isLone reports whether nothing comes behind a word but brackets, spaces and colors.
func isLone(rest []byte) bool {
	for len(rest) > 0 {
		switch c := rest[0]; {
		case c == '\x1b':
			end := bytes.IndexByte(rest, 'm')
			if end < 0 {
				return false
			}
			rest = rest[end+1:]
		case ascii.IsLetter(c) || c >= '0' && c <= '9' || c >= 0x80 || c == '+' || c == '-':
			return false
		default:
			rest = rest[1:]
		}
	}
	return true
}

// goesOn reports whether the n letters that text begins with are part of a longer word, such as
// error-free, or begin a sentence. A word in capitals begins none: "ERROR main" is what is left of
// a line.
func goesOn(text []byte, n int) bool {
	rest := text[n:]
	if len(rest) < 2 {
		return false
	}
	if rest[0] == '-' {
		return ascii.IsLetter(rest[1])
	}
	if rest[0] != ' ' {
		return false
	}
	rest = bytes.TrimLeft(rest, " ")
	return len(rest) > 0 && ascii.IsLetter(rest[0]) && text[n-1] >= 'a'
}

// eventSeverity returns the level of a type of a Kubernetes event, or "".
func eventSeverity(text []byte) string {
	switch string(text) {
	case "Normal":
		return levelInfo
	case "Warning":
		return levelWarn
	}
	return ""
}

// windowsSeverity returns the level of a type of a Windows event, or "". An audit is neither an
// error nor a warning, also in the numbers of Windows. But one that failed deserves a look.
func windowsSeverity(text []byte) string {
	for _, word := range [...]string{"SuccessAudit", "AUDIT_SUCCESS", "Audit Success"} {
		if ascii.EqualFold(text, word) {
			return levelInfo
		}
	}
	for _, word := range [...]string{"FailureAudit", "AUDIT_FAILURE", "Audit Failure"} {
		if ascii.EqualFold(text, word) {
			return levelWarn
		}
	}
	return severity(text, loneWord)
}

// mongoSeverity returns the level of the letter that MongoDB writes, or "": D1 to D5 are levels of
// debugging (https://www.mongodb.com/docs/manual/reference/log-messages/#severity-levels).
func mongoSeverity(text []byte) string {
	if len(text) == 2 && text[0] == 'D' && text[1] >= '1' && text[1] <= '5' {
		return levelDebug
	}
	if len(text) != 1 || bytes.IndexByte([]byte("IWEFD"), text[0]) < 0 {
		return ""
	}
	return severity(text, loneWord)
}
