package source

import "out_dynatrace/plugin/chunk"

// saysTime reports whether a text names the instant t, as precisely as it goes: in RFC 3339, as
// container runtimes write it before the line, or in the form of RFC 3164. Years to hours depend on
// the zone: days are compared by their form only, hours if the zone is UTC.
func saysTime(s []byte, t chunk.Time) bool {
	const form, short = "0000-00-00T00:00:00", "Jan  2 15:04:05"
	if len(s) == len(short) && s[3] == ' ' && s[6] == ' ' && s[9] == ':' && s[12] == ':' {
		return saysMinute(s[10:], t)
	}
	if len(s) <= len(form) {
		return false
	}
	for i, c := range s[:len(form)] {
		if f := form[i]; f == '0' && (c < '0' || c > '9') || f != '0' && c != f {
			return false
		}
	}
	said := int64(two(s[14:])*60+two(s[17:])) * second
	hour := int64(two(s[11:]))
	s = s[len(form):]
	unit := int64(second)
	if s[0] == '.' {
		for s = s[1:]; len(s) > 0 && s[0] >= '0' && s[0] <= '9'; s = s[1:] {
			if unit /= 10; unit == 0 {
				return false
			}
			said += int64(s[0]-'0') * unit
		}
	}
	if len(s) == 0 {
		return false
	}
	day := int64(15 * 60 * second) // zones differ by quarters of an hour
	if s[0] == 'Z' {
		said, day = said+hour*3600*second, 24*3600*second
	}
	apart := ((t.Sec%(day/second)*second+int64(t.Nsec)-said)%day + day) % day
	// Fluent Bit reads the fraction as a float, which can be a nanosecond less.
	return apart < unit || apart <= 1 || apart == day-1
}

const second = 1_000_000_000

// saysMinute compares minutes and seconds, "04:05". Zones differ by quarters of an hour.
func saysMinute(s []byte, t chunk.Time) bool {
	return two(s[3:]) == int(t.Sec%60) && two(s)%15 == int(t.Sec/60%15)
}

// two reads two digits.
func two(s []byte) int { return int(s[0]-'0')*10 + int(s[1]-'0') }
