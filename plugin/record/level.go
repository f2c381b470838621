package record

import (
	"out_dynatrace/plugin/chunk"
)

// levelOf returns the level that a scalar names, or "". words says that a single letter, or a number, is none.
func (m *Mapper) levelOf(tok chunk.Token, words bool) string {
	if tok.Kind == chunk.String {
		if len(tok.Data) > 1 || !words {
			if name := severity(tok.Data); name != "" {
				return name
			}
		}
		if len(tok.Data) > 2 {
			return ""
		}
	}
	if words || m.opts.Sources&Severity == 0 {
		return ""
	}
	switch n := number(tok, 60); n {
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
	default:
		return syslogLevel(n)
	}
}

// number returns a whole number from 0 to most, also one in digits, or -1.
func number(tok chunk.Token, most int) int {
	switch tok.Kind {
	case chunk.Uint:
		if tok.Num <= uint64(most) {
			return int(tok.Num)
		}
	case chunk.String:
		if len(tok.Data) == 0 || len(tok.Data) > 3 {
			return -1
		}
		n := 0
		for _, c := range tok.Data {
			if c < '0' || c > '9' {
				return -1
			}
			n = 10*n + int(c-'0')
		}
		if n <= most {
			return n
		}
	}
	return -1
}

var syslogLevels = [...]string{levelEmergency, levelAlert, levelCritical, levelError, levelWarn, levelNotice, levelInfo, levelDebug}

// syslogLevel names a severity of RFC 5424; journald has the same.
func syslogLevel(n int) string {
	if n < 0 || n >= len(syslogLevels) {
		return ""
	}
	return syslogLevels[n]
}

// otlpLevel names a severity number of OpenTelemetry, from 1 to 24 (Dynatrace takes TRACE for DEBUG and FATAL for EMERGENCY).
func otlpLevel(n int) string {
	if n < 1 || n > 24 {
		return ""
	}
	return [...]string{levelDebug, levelDebug, levelInfo, levelWarn, levelError, levelEmergency}[(n-1)/4]
}

// finishLevel settles the level. A record in which no field names a level gets none, and the server finds none.
func (m *Mapper) finishLevel(rec *Record) {
	best := &m.level
	if best.rank == 0 {
		return
	}
	rec.Level = best.name
	if best.at == inPlace {
		if m.opts.Sources&Severity != 0 && (best.text.Kind != chunk.String || !equalFold(best.text.Data, best.name)) {
			m.add(rec, rawLevelKey, best.text, nil, 1)
		}
		return
	}
	key, tok := m.field(best.at)
	r := reserved(key)
	if m.opts.Sources&Severity != 0 || r == ownField || r == ownLevel || r == serverField {
		if tok.Kind != chunk.String || !equalFold(tok.Data, best.name) {
			m.addField(rec, best.at, rawLevelKey)
		}
		return
	}
	m.add(rec, m.lowered(key), tok, nil, 1)
}
