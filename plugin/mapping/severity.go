package mapping

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

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
	// behind it: "warn: disk". Under status it must stand alone.
	plainWord wordClass = iota
	// loggerWord is the word of a logger. It may have more text behind it, but is no level
	// under status.
	loggerWord
	// loneWord means something else in a sentence, as fail, note and log do. It must be the
	// whole text, is no level under status, and is weak: a level that another key names in a
	// better word takes precedence.
	loneWord
)

// severityWord is the level that a word names.
type severityWord struct {
	name  string
	class wordClass
	// some reports that the word is a level only under a key of some programs.
	some bool
}

// isWeak reports whether the word is less sure than others.
func (w severityWord) isWeak() bool { return w.class == loneWord }

// severities are the words that name a level, in lower case. A word to which the page gives a level
// by its first letters has that level here, but for those that mean something else: success is not
// SEVERE, fine is not EMERGENCY, config is not CRITICAL. The server knows no others: "active" would
// be an ALERT there. Here only words that loggers use for a level count: statement, detail, hint,
// context, query and location are what PostgreSQL writes where the level is in its other lines.
var severities = newSeverities(map[string][3]string{
	levelEmergency: {"emergency emerg fatal panic", "ftl fatl fata pnc pani",
		"f fa fail failed failure emergencies emer emrg"},
	levelError:    {"error err", "eror erro e_parse", "e er errors exception"},
	levelAlert:    {"alert", "", "a alarm alarms alerts aler alrt assert"},
	levelCritical: {"critical crit", "dpanic crt", "c cri crucial"},
	levelSevere:   {"severe", "", "s serious seve shout"},
	levelWarn: {"warning warn", "wrn severe_warning",
		"w wn warnings warni deprecation deprecated"},
	levelNotice: {"notice", "e_deprecated e_user_deprecated e_strict",
		"n note notices noti ntc notification notifications"},
	levelInfo: {"information informational info", "inf",
		"i in infor config success log help data system ready start " +
			"statement detail hint context query location"},
	levelDebug: {"debug trace verbose", "dbg dbug debu debg trc trce trac vrb finer finest",
		"d de db t v vb verb verbo debugging diag http silly prompt input timing spam " +
			"fine"},
})

func newSeverities(levels map[string][3]string) map[string]severityWord {
	all := map[string]severityWord{}
	for name, classes := range levels {
		for class, words := range classes {
			for word := range strings.FieldsSeq(words) {
				all[word] = severityWord{name: name, class: wordClass(class), some: word == "system"}
			}
		}
	}
	return all
}

// levelPrefixes are what constants of levels have in front: those of syslog (LOG_ERR), of
// OpenTelemetry (SEVERITY_NUMBER_ERROR) and of PHP (E_USER_WARNING).
var levelPrefixes = [...]string{"log_", "severity_number_", "level_", "log_level_", "loglevel_",
	"e_", "e_user_", "e_core_", "e_compile_", "e_recoverable_"}

const (
	// longestWord is the longest word that is looked up, a prefix included.
	longestWord = len("severity_number_unspecified")
	// longestLevel is the longest text that is examined: what is longer is a message.
	longestLevel = 64
)

// severity returns Dynatrace's name of the level that text names, or "", see findSeverity.
func severity(text []byte, most wordClass) string { return findSeverity(text, most).name }

// findSeverity returns the word in text that names a level, or one without a name. The first word
// counts, in any case: "[ERROR]" and "warn: disk" are levels too. most is the class of the words
// that count. Where only plain words do, they must be the whole text.
func findSeverity(text []byte, most wordClass) severityWord {
	if len(text) > longestLevel {
		return severityWord{}
	}
	whole := text
	text = cutFront(text)
	if most == plainWord {
		if front := whole[:len(whole)-len(text)]; len(front) > 0 && !isBare(front) {
			return severityWord{}
		}
		return bareWord(text)
	}
	word := firstWord(text, most)
	if word.name != "" {
		return word
	}
	// The part of a program, or a facility, and a level: "core:error" of Apache, "daemon.err",
	// and "LogLevel.ERROR".
	at := bytes.LastIndexAny(text, ":.")
	if at < 0 || bytes.IndexByte(text, ' ') >= 0 {
		return severityWord{}
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

// lettersOf returns the number of letters that text begins with, and what they are the word of.
func lettersOf(text []byte) (n int, word severityWord) {
	var low [longestWord]byte
	for ; n < len(text) && ascii.IsLetter(text[n]); n++ {
		if n == longestWord {
			return n, severityWord{}
		}
		low[n] = text[n] | 0x20
	}
	return n, severities[string(low[:n])]
}

// bareWord returns the plain word that text is, with nothing but brackets behind it.
func bareWord(text []byte) severityWord {
	n, word := lettersOf(text)
	if word.class != plainWord || n < len(text) && !isBare(text[n:]) {
		return severityWord{}
	}
	return word
}

// firstWord returns the word that text begins with, if it names a level, or one without a name.
func firstWord(text []byte, most wordClass) severityWord {
	n, word := lettersOf(text)
	if n < len(text) && text[n] == '_' {
		n, word = compound(text, word)
	}
	if word.name == "" || word.class > most || n < len(text) && word.endsWith(text[n:]) {
		return severityWord{}
	}
	return word
}

// endsWith reports whether what is behind a word makes it none that names a level.
func (w severityWord) endsWith(rest []byte) bool {
	if w.class == loneWord {
		return !isLone(rest)
	}
	return goesOn(rest, w.class)
}

// compound returns the length of the words with low lines between them that text begins with, and
// the word that they are, or first, if that is plain: "CRITICAL_ERROR".
func compound(text []byte, first severityWord) (n int, word severityWord) {
	var low [longestWord]byte
	for n < len(text) && (ascii.IsLetter(text[n]) || text[n] == '_') {
		n++
	}
	for i := range min(n, longestWord) {
		low[i] = text[i]
		if text[i] != '_' {
			low[i] |= 0x20
		}
	}
	if n <= longestWord {
		if word, known := severities[string(low[:n])]; known {
			return n, word
		}
		for _, prefix := range levelPrefixes {
			if rest, ok := bytes.CutPrefix(low[:n], []byte(prefix)); ok {
				if word := severities[string(rest)]; word.name != "" && !word.isWeak() {
					return n, word
				}
			}
		}
	}
	if first.class != plainWord {
		first = severityWord{}
	}
	return n, first
}

// isBare reports whether a text has nothing but brackets, spaces and colors.
func isBare(text []byte) bool {
	for len(text) > 0 {
		switch text[0] {
		case '\x1b':
			end := bytes.IndexByte(text, 'm')
			if end < 0 {
				return false
			}
			text = text[end+1:]
		case '[', ']', '(', ')', '<', '>', '{', '}', ' ', '\t', '\r', '\n':
			text = text[1:]
		default:
			return false
		}
	}
	return true
}

// isLone reports whether nothing comes behind a word but brackets, spaces and colors, and marks
// such as a colon.
func isLone(rest []byte) bool {
	for len(rest) > 0 {
		switch c := rest[0]; {
		case c == '\x1b':
			end := bytes.IndexByte(rest, 'm')
			if end < 0 {
				return false
			}
			rest = rest[end+1:]
		case ascii.IsLetter(c), c >= '0' && c <= '9', c >= 0x80, c == '+', c == '-', c == '=':
			return false
		default:
			rest = rest[1:]
		}
	}
	return true
}

// goesOn reports whether rest, which is behind a word of a class, goes on with a longer word, such
// as error-free, with a sentence, or with a value: "error=0". Another plain word does not: "Fatal
// error" is a level.
func goesOn(rest []byte, class wordClass) bool {
	if startsLetter(rest) || rest[0] == '-' && len(rest) > 1 && ascii.IsLetter(rest[1]) {
		return true
	}
	if next := bytes.TrimLeft(rest, " \t"); len(next) < len(rest) && startsLetter(next) {
		n, word := lettersOf(next)
		return class != plainWord || word.class != plainWord || word.name == "" ||
			n < len(next) && (next[n] == '_' || goesOn(next[n:], plainWord))
	}
	next := bytes.TrimLeft(rest, " \t)]}>\"'")
	return len(next) > 0 && next[0] == '='
}

// startsLetter reports whether text begins with a letter of any script.
func startsLetter(text []byte) bool {
	if len(text) == 0 || text[0] < utf8.RuneSelf {
		return len(text) > 0 && ascii.IsLetter(text[0])
	}
	r, _ := utf8.DecodeRune(text)
	return unicode.IsLetter(r)
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
