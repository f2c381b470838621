package record

import "out_dynatrace/plugin/chunk"

// saysTime tells whether a text says the instant t, as far as it goes: in RFC 3339, as container runtimes write it before the line, or in
// the form of RFC 3164. Years to hours depend on the zone: days are compared by their form alone, hours where the zone is UTC.
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
	hour, minute := two(s[11:]), two(s[14:])
	if !saysMinute(s[14:], t) {
		return false
	}
	s = s[len(form):]
	nsec, unit := uint32(0), uint32(1e9)
	if s[0] == '.' {
		for s = s[1:]; len(s) > 0 && s[0] >= '0' && s[0] <= '9'; s = s[1:] {
			if unit /= 10; unit == 0 {
				return false
			}
			nsec += uint32(s[0]-'0') * unit
		}
	}
	if len(s) == 0 || t.Nsec/unit != nsec/unit {
		return false
	}
	return s[0] != 'Z' || hour == int(t.Sec/3600%24) && minute == int(t.Sec/60%60)
}

// saysMinute compares minutes and seconds, "04:05". Zones differ by quarters of an hour.
func saysMinute(s []byte, t chunk.Time) bool {
	return two(s[3:]) == int(t.Sec%60) && two(s)%15 == int(t.Sec/60%15)
}

// two reads two digits.
func two(s []byte) int { return int(s[0]-'0')*10 + int(s[1]-'0') }
