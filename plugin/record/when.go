package record

import "out_dynatrace/plugin/chunk"

// saysTime tells whether a text in RFC 3339 says the instant t, as far as it goes: the time that a container runtime wrote before the
// line, which is the event's. Years to hours are not compared but for their form, since they depend on the zone.
func saysTime(s []byte, t chunk.Time) bool {
	const form = "0000-00-00T00:00:00"
	if len(s) <= len(form) {
		return false
	}
	for i, c := range s[:len(form)] {
		if f := form[i]; f == '0' && (c < '0' || c > '9') || f != '0' && c != f {
			return false
		}
	}
	if two(s[17:]) != int(t.Sec%60) || two(s[14:])%15 != int(t.Sec/60%15) { // zones differ by quarters of an hour
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
	return len(s) > 0 && t.Nsec/max(unit, 1) == nsec/max(unit, 1)
}

// two reads two digits.
func two(s []byte) int { return int(s[0]-'0')*10 + int(s[1]-'0') }
