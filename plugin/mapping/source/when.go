package source

import (
	"strings"

	"out_dynatrace/plugin/ascii"
	"out_dynatrace/plugin/chunk"
)

// saysTime reports whether a text names the instant t, as precisely as it goes: in RFC 3339, as
// container runtimes write it before the line, or in the form of RFC 3164. The latter has no year
// and no zone: it names t if it is the wall clock at t in some zone of the world.
func saysTime(s []byte, t chunk.Time) bool {
	if len(s) == len(legacyForm) {
		return saysLegacyTime(s, t)
	}
	said, unit, ok := instant(s)
	if !ok {
		return false
	}
	apart := t.Sec - said.Sec
	if apart < -1 || apart > 1 {
		return false
	}
	apart = apart*second + int64(t.Nsec) - int64(said.Nsec)
	// Fluent Bit reads the fraction as a float, which can be a nanosecond less.
	return -1 <= apart && apart < max(unit, 2)
}

// isoForm is the form of a date and a time in RFC 3339, legacyForm that in RFC 3164. A 0 is a
// digit.
const (
	isoForm    = "0000-00-00T00:00:00"
	legacyForm = "Jan 00 00:00:00"
)

const (
	second = 1_000_000_000 // in nanoseconds

	minuteSeconds = 60
	hourSeconds   = 60 * minuteSeconds
	daySeconds    = 24 * hourSeconds
)

// instant reads a time in RFC 3339 with a zone. unit is that of its last digit, in nanoseconds.
func instant(s []byte) (said chunk.Time, unit int64, ok bool) {
	if len(s) <= len(isoForm) || !hasForm(s[:len(isoForm)], isoForm) {
		return said, 0, false
	}
	said.Sec = secondsOf(100*int64(two(s))+int64(two(s[2:])), two(s[5:]), two(s[8:])) + clock(s[11:])
	s = s[len(isoForm):]
	unit = second
	if s[0] == '.' {
		for s = s[1:]; len(s) > 0 && s[0] >= '0' && s[0] <= '9'; s = s[1:] {
			if unit /= 10; unit == 0 {
				return said, 0, false
			}
			said.Nsec += uint32(int64(s[0]-'0') * unit)
		}
	}
	east, ok := zone(s)
	said.Sec -= east
	return said, unit, ok
}

// zone reads Z, +00:00, +0000 or +00. It returns how far east of UTC that is, in seconds.
func zone(s []byte) (east int64, ok bool) {
	switch {
	case string(s) == "Z":
		return 0, true
	case len(s) == 3 || len(s) == 5:
		ok = ascii.AllDigits(s[1:])
	case len(s) == 6:
		ok = hasForm(s[1:], "00:00")
	}
	if !ok || s[0] != '+' && s[0] != '-' {
		return 0, false
	}
	east = int64(two(s[1:])) * hourSeconds
	if len(s) > 3 {
		east += int64(two(s[len(s)-2:])) * minuteSeconds
	}
	if s[0] == '-' {
		east = -east
	}
	return east, true
}

const (
	// The zones of the world go from twelve hours west to fourteen hours east of UTC, by quarters
	// of an hour.
	mostWest = -12 * hourSeconds
	mostEast = 14 * hourSeconds
	zoneStep = 15 * minuteSeconds
)

// saysLegacyTime is saysTime for the form of RFC 3164, such as "Mar  2 08:15:30".
func saysLegacyTime(s []byte, t chunk.Time) bool {
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	month := strings.Index(months, string(s[:3]))
	var day [2]byte
	copy(day[:], s[4:])
	if day[0] == ' ' {
		day[0] = '0'
	}
	if month < 0 || month%3 != 0 || s[3] != ' ' || !ascii.AllDigits(day[:]) ||
		!hasForm(s[6:], legacyForm[6:]) {
		return false
	}
	year := yearOf(t.Sec)
	for y := year - 1; y <= year+1; y++ {
		east := secondsOf(y, month/3+1, two(day[:])) + clock(s[7:]) - t.Sec
		if mostWest <= east && east <= mostEast && east%zoneStep == 0 {
			return true
		}
	}
	return false
}

// hasForm reports whether a text has digits where a form of the same length has a 0, and the
// characters of the form elsewhere.
func hasForm(s []byte, form string) bool {
	if len(s) != len(form) {
		return false
	}
	for i, c := range s {
		if f := form[i]; f == '0' && (c < '0' || c > '9') || f != '0' && c != f {
			return false
		}
	}
	return true
}

// two reads two digits.
func two(s []byte) int { return int(s[0]-'0')*10 + int(s[1]-'0') }

// clock reads "08:15:30", as seconds.
func clock(s []byte) int64 {
	return int64(two(s))*hourSeconds + int64(two(s[3:]))*minuteSeconds + int64(two(s[6:]))
}

// secondsOf returns the seconds from 1970 to the beginning of a day in UTC. It counts the months
// from March on, so that a leap day is the last of its year.
func secondsOf(year int64, month, day int) int64 {
	if month < 3 {
		year, month = year-1, month+12
	}
	const before1970 = 719_469
	days := 365*year + year/4 - year/100 + year/400 + int64(153*(month-3)+2)/5 + int64(day)
	return (days - before1970) * daySeconds
}

// yearOf returns a year in UTC that is at most one off at its ends.
func yearOf(sec int64) int64 { return 1970 + sec/(365*daySeconds+daySeconds/4) }
