package ingest

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// Ranges of a numeric timestamp ("OpenPipeline limits"): what is larger is not
// understood, so nanoseconds since the epoch are not.
const (
	maxSeconds = 1e11
	maxMillis  = 1e14
	maxMicros  = 9_999_999_999_999_999
)

// timestampLayout is how a stored timestamp looks: RFC 3339, UTC, nanoseconds.
const timestampLayout = "2006-01-02T15:04:05.000000000Z"

// parseTimestamp understands RFC 3339 (a missing zone means UTC), RFC 3164
// without a year, and a Unix epoch in seconds, milliseconds or microseconds
// with an optional fraction ("Ingest JSON and TXT logs", since 1.339). The text
// may come from a JSON string or a JSON number. now supplies the year that RFC
// 3164 leaves out.
func parseTimestamp(text string, now time.Time) (time.Time, bool) {
	if text == "" {
		return time.Time{}, false
	}
	if c := text[0]; c >= '0' && c <= '9' {
		if t, ok := parseRFC3339(text); ok {
			return t, true
		}
		return parseEpoch(text)
	}
	return parseRFC3164(text, now)
}

func parseRFC3339(text string) (time.Time, bool) {
	// time.Parse takes a comma before the fraction; RFC 3339 does not.
	if len(text) < len("2006-01-02T15:04:05") || strings.IndexByte(text, ',') >= 0 {
		return time.Time{}, false
	}
	if text[10] == 't' || text[len(text)-1] == 'z' {
		text = strings.ToUpper(text)
	}
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// parseRFC3164 reads "Jan  2 15:04:05". The year is the one that brings the
// time nearest to now, since December's logs arrive in January.
func parseRFC3164(text string, now time.Time) (time.Time, bool) {
	if len(text) != len(time.Stamp) {
		return time.Time{}, false
	}
	now = now.UTC()
	var best time.Time
	found := false
	for year := now.Year() - 1; year <= now.Year()+1; year++ {
		// With the year in the text, February 29 is valid in leap years only.
		t, err := time.Parse("2006 "+time.Stamp, strconv.Itoa(year)+" "+text)
		if err != nil {
			continue
		}
		if !found || t.Sub(now).Abs() < best.Sub(now).Abs() {
			best, found = t, true
		}
	}
	return best, found
}

// parseEpoch reads a number of seconds, milliseconds or microseconds; its
// magnitude tells which.
func parseEpoch(text string) (time.Time, bool) {
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && !strings.ContainsRune(".eE+-", rune(c)) {
			return time.Time{}, false // ParseFloat also takes hex, inf and underscores
		}
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || value < 0 || value > maxMicros {
		return time.Time{}, false
	}
	unit := time.Second
	switch {
	case value > maxMillis:
		unit = time.Microsecond
	case value > maxSeconds:
		unit = time.Millisecond
	}
	whole, fraction := math.Modf(value)
	units := int64(whole)
	nanos := int64(math.Round(fraction * float64(unit)))
	if !strings.ContainsAny(text, "eE") {
		units, nanos = decimalParts(text, unit)
	}
	if units > maxMicros { // as a float64, the bound and its successor are one
		return time.Time{}, false
	}
	perSecond := int64(time.Second / unit)
	return time.Unix(units/perSecond, units%perSecond*int64(unit)+nanos).UTC(), true
}

// decimalParts splits "123.456" exactly into whole units and nanoseconds;
// digits below a nanosecond are cut. ParseFloat has already accepted the text.
func decimalParts(text string, unit time.Duration) (units, nanos int64) {
	whole, fraction, _ := strings.Cut(text, ".")
	units, _ = strconv.ParseInt(whole, 10, 64)
	scale := int64(unit)
	for i := 0; i < len(fraction) && scale >= 10; i++ {
		scale /= 10
		nanos += int64(fraction[i]-'0') * scale
	}
	return units, nanos
}
