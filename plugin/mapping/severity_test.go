package mapping

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"out_dynatrace/plugin/mapping/source"
)

func TestSeverity_Words(t *testing.T) {
	for text, want := range map[string]string{
		"error": levelError, "Error": levelError, "ERROR ": levelError, "[ERROR]": levelError, "<err>": levelError, "(W)": levelWarn,
		"warn: disk": levelWarn, "WARN  main": "", "ERROR 42": levelError, "error/io": levelError,
		"\x1b[32minfo\x1b[39m": levelInfo, "\x1b[1;31mE\x1b[0m": levelError, "\x1b[33mfail\x1b[0m": levelEmergency,
		"INFO+2": levelInfo, "DEBUG-4": levelDebug, "trace8": levelDebug, "DEBUG1": levelDebug,
		"core:error": levelError, "proxy_fcgi:warn": levelWarn, "local0.notice": levelNotice, "LogLevel.Error": levelError,
		"LOG_WARNING": levelWarn, "SEVERITY_NUMBER_INFO3": levelInfo, "severe_warning": levelWarn,
		"success": levelInfo, "note": levelNotice, "fail": levelEmergency, "serious": levelSevere,

		"": "", " ": "", "12": "", "3 errors": "", "e-mail": "", "e3": "", "in2": "", "error-free": "", "non-fatal": "", "no_error": "",
		"error_code": levelError, "active": "", "paid": "", "approved": "", "customer": "", "audit": "", "none": "", "off": "", "all": "",
		"unknown": "", "NOTSET": "", "default": "", "Metadata": "", "note that": "", "fail over": "", "success story": "",
		"Error rate is high": "", "critical path": "", "\x1b[": "", "\x1b[32": "", "core:page": "", "log.level": "", "x.fine": "", "x.finer": levelDebug,
		strings.Repeat("error", 13): "", "err\u00f6r": "", "warn \u00fcber": "", "warn: \u00fcber": levelWarn, "f\u00fcnf": "", "severity_number_unspecified": "",
		// A sentence is none in capitals either, but two plain words in a row are one.
		"EMERGENCY CALL CLOSED": "", "FATAL ACCIDENT": "", "PANIC BUTTON TESTED": "", "ALERT SENT": "", "CRITICAL STOCK": "", "ERROR CORRECTED": "", "ERROR FREE": "", "WARNING ISSUED": "",
		"PANIC ROOM": "", "FINE DINING": "", "Fine Dining": "", "ERROR\tmain": "", "Fatal Error": levelEmergency, "fatal error": levelEmergency, "FATAL ERROR": levelEmergency, "fATAL eRROR": levelEmergency,
		"Critical Error": levelCritical, "critical error": levelCritical, "CRITICAL  ERROR": levelCritical, "[Fatal Error]": levelEmergency, "fatal error: disk": levelEmergency,
		"fatal error log": "", "FATAL ERROR_CODE": "", "fatal error-free": "", "error wrn": "", "wrn error": "", "alert critical error": levelAlert,
		// A value is none.
		"error=0": "", "error = 0": "", "warn=0": "", "fatal=false": "", "[error]=0": "", "e=0": "", "e =": "", "error 0": levelError, "[ERROR] main": levelError,
		// Constants and compounds.
		"CRITICAL_ERROR": levelCritical, "FATAL_ERROR": levelEmergency, "ERR_X": levelError, "ERR_404": levelError, "ERROR_": levelError, "WARNING_MESSAGE": levelWarn, "ERROR_CODE": levelError, "ERROR_CODE 5": levelError,
		"ERROR_CODE is": "", "error_" + strings.Repeat("x", 50): levelError, "error_" + strings.Repeat("x", 60): "", "fine_print": "", "data_error": "", "wrn_x": "", "_error": levelError,
		"E_ERROR": levelError, "E_USER_ERROR": levelError, "E_WARNING": levelWarn, "E_CORE_WARNING": levelWarn, "E_NOTICE": levelNotice, "E_USER_NOTICE": levelNotice, "E_DEPRECATED": levelNotice, "E_USER_DEPRECATED": levelNotice, "E_STRICT": levelNotice, "E_PARSE": levelError,
		"E_RECOVERABLE_ERROR": levelError, "E_COMPILE_ERROR": levelError, "E_ALL": "", "E_DATA": "", "e_": "", "LOG_DATA": "",
		strings.Repeat("e", 40): "", "warn " + strings.Repeat("x", 60): "",
	} {
		if got := severity([]byte(text), loneWord); got != want {
			t.Errorf("severity(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestSeverity_StatusTakesPlainWordsOnly(t *testing.T) {
	for text, want := range map[string]string{
		"error": levelError, "Warning": levelWarn, "info": levelInfo, "DEBUG": levelDebug, "fatal": levelEmergency, "critical": levelCritical, "[Error]": levelError, "(warn) ": levelWarn, "\x1b[31mERROR\x1b[0m": levelError,
		"fine": "", "fail": "", "failed": "", "failure": "", "success": "", "config": "", "log": "", "note": "", "in": "", "error while reading": "", "core:error": "", "ERROR_CODE": "",
		"EMERGENCY CALL CLOSED": "", "ALERT SENT": "", "Fatal Error": "", "emergency (drill)": "", "emergency/drill": "", "critical 0": "", "alert: sent": "", "error: none": "", "error: timeout": "", "error=0": "", "error 0": "", "warn=0": "", "fatal=false": "",
		"error:": "", "error.": "", "-error": "", "#error": "", "INFO+2": "", "trace8": "", "LOG_ERR": "", "E_ERROR": "", "error\x1b[": "", "err\u00f6r": "",
	} {
		if got := severity([]byte(text), plainWord); got != want {
			t.Errorf("severity(%q) = %q, want %q", text, got, want)
		}
	}
}

// byFirstLetters is the rule of the page "Automatic log enrichment".
func byFirstLetters(text string) string {
	text = strings.ToLower(text)
	for _, rule := range [][2]string{
		{"emerg", levelEmergency}, {"f", levelEmergency}, {"e", levelError}, {"a", levelAlert}, {"c", levelCritical}, {"s", levelSevere}, {"w", levelWarn}, {"n", levelNotice},
		{"i", levelInfo}, {"d", levelDebug}, {"trace", levelDebug}, {"verbose", levelDebug},
	} {
		if strings.HasPrefix(text, rule[0]) {
			return rule[1]
		}
	}
	return ""
}

func TestSeverity_WordsOfThePageHaveTheLevelsOfThePage(t *testing.T) {
	// The first line has the examples of the table, the second its prefixes, the third the
	// keywords of the page for OneAgent but those that the rule of letters gets wrong.
	for word := range strings.FieldsSeq("Emergency fail Failure Error error alarm Alert Critical crucial Severe serious warn Warning note Notice Info information debug TRACE Verbose " +
		"emerg f e a c s w n i d trace verbose " +
		"notice info severe err error crit critical alert fatal emerg") {
		for _, text := range []string{word, strings.ToUpper(word), strings.ToLower(word), "[" + word + "]", word + " "} {
			if got := severity([]byte(text), loneWord); got != byFirstLetters(word) {
				t.Errorf("severity(%q) = %q, want %q as on the page", text, got, byFirstLetters(word))
			}
		}
	}
}

func TestSeverity_OtherLevelsThanThePageAreMeant(t *testing.T) {
	// The words to which the rule of letters gives a level that they do not mean.
	meant := map[string]bool{}
	for word := range strings.FieldsSeq("config data detail context deprecation deprecated dpanic e_deprecated e_strict e_user_deprecated emer emrg fine finer finest input severe_warning silly spam start statement success system") {
		meant[word] = true
	}
	for word, known := range severities {
		if other := byFirstLetters(word); other != "" && other != known.name && !meant[word] {
			t.Errorf("%s is %s, and the page has %s", word, known.name, other)
		}
		if len(word) > longestWord {
			t.Errorf("%s is longer than longestWord", word)
		}
	}
}

func TestSeverity_TheDocsHaveEachWord(t *testing.T) {
	page, err := os.ReadFile("../../docs/records.md")
	if err != nil {
		t.Fatal(err)
	}
	for word, known := range severities {
		_, row, found := strings.Cut(string(page), "\n| "+known.name+" | ")
		row, _, _ = strings.Cut(row, "\n")
		if columns := strings.Split(row, " | "); !found || len(columns) != 3 || !strings.Contains(columns[known.class], "`"+word+"`") {
			t.Errorf("docs/records.md does not have %s as word of class %d for %s", word, known.class, known.name)
		}
	}
}

func TestLevelOf_Scales(t *testing.T) {
	for name, c := range map[string]struct {
		scale source.Scales
		want  map[int]string
	}{
		"syslog":        {source.SyslogScale, map[int]string{0: levelEmergency, 1: levelAlert, 2: levelCritical, 3: levelError, 4: levelWarn, 5: levelNotice, 6: levelInfo, 7: levelDebug}},
		"kernel":        {source.KernelScale, map[int]string{0: levelEmergency, 1: levelAlert, 2: levelCritical, 3: levelError, 4: levelWarn, 5: levelNotice, 6: levelInfo, 7: levelDebug}},
		"pino":          {source.NodeScale, map[int]string{10: levelDebug, 20: levelDebug, 30: levelInfo, 40: levelWarn, 50: levelError, 60: levelEmergency}},
		"Python":        {source.PythonScale, map[int]string{10: levelDebug, 20: levelInfo, 30: levelWarn, 40: levelError, 50: levelCritical}},
		"Windows":       {source.WindowsScale, map[int]string{0: levelInfo, 1: levelCritical, 2: levelError, 3: levelWarn, 4: levelInfo, 5: levelDebug}},
		"Monolog":       {source.MonologScale, map[int]string{100: levelDebug, 200: levelInfo, 250: levelNotice, 300: levelWarn, 400: levelError, 500: levelCritical, 550: levelAlert, 600: levelEmergency}},
		"none":          {0, nil},
		"OpenTelemetry": {source.OTelNumber, otelLevels()},
	} {
		for n := -1; n <= mostLevel+1; n++ {
			if got := levelOf(n, c.scale); got != c.want[n] {
				t.Errorf("%s: %d is %q, want %q", name, n, got, c.want[n])
			}
		}
	}
	if got := levelOf(30, source.PythonScale|source.NodeScale); got != levelWarn {
		t.Errorf("Python before pino: got %q", got)
	}
}

func otelLevels() map[int]string {
	m := map[int]string{}
	for n := 1; n <= 24; n++ {
		m[n] = []string{levelDebug, levelDebug, levelInfo, levelWarn, levelError, levelEmergency}[(n-1)/4]
	}
	return m
}

func TestScalesOf_Keys(t *testing.T) {
	const all = source.SyslogScale | source.NodeScale | source.PythonScale
	for key, want := range map[string]source.Scales{
		"level": all | source.WindowsScale | source.MonologScale, "Level": all | source.WindowsScale | source.MonologScale, "app.level": all | source.WindowsScale | source.MonologScale,
		"lvl": all, "loglevel": all, "severity": source.SyslogScale, "syslog.severity": source.SyslogNumber, "SYSLOG_SEVERITY": source.SyslogNumber, "log.syslog.severity.code": source.SyslogNumber,
		"levelno": source.PythonNumber, "record.levelno": source.PythonNumber, "severityNumber": source.OTelNumber, "severity_number": source.OTelNumber,
		"level_name": 0, "levelname": 0, "record.level.name": 0, "severity_text": 0, "status": 0,
	} {
		if got := scalesOf(key); got != want {
			t.Errorf("%s: got %b, want %b", key, got, want)
		}
	}
}

// FuzzSeverity checks that no text makes severity fail, that a long text names no level, and that
// neither case nor a wider class of words changes a level.
func FuzzSeverity(f *testing.F) {
	for word := range severities {
		f.Add([]byte(word), uint8(2))
	}
	for _, text := range []string{"\x1b[31mERROR\x1b[0m", "core:error", "LOG_ERR", "warn: disk", "Error rate", "FATAL ERROR", "ERR_X", "error = 0", "\x1b[", "[", "e\x1b"} {
		f.Add([]byte(text), uint8(0))
	}
	f.Fuzz(func(t *testing.T, text []byte, class uint8) {
		most := wordClass(class % 3)
		got := severity(text, most)
		if got != "" && len(text) > longestLevel {
			t.Errorf("%q is %s, longer than a level", text, got)
		}
		if wider := severity(text, loneWord); got != "" && wider != got {
			t.Errorf("%q is %s, and %q where more words count", text, got, wider)
		}
		if upper := severity(bytes.ToUpper(ascii7(text)), most); upper != severity(ascii7(text), most) {
			t.Errorf("%q is another level in capitals: %q", text, upper)
		}
	})
}

// ascii7 returns a text without colors and what is not ASCII.
func ascii7(text []byte) []byte {
	return bytes.Map(func(r rune) rune {
		if r >= 0x80 || r == 0x1b {
			return '.'
		}
		return r
	}, text)
}
