package mapping

import (
	"bytes"

	"out_dynatrace/plugin/record"
)

const escape = 0x1b

// stripANSI returns text without the control sequences of terminals (ECMA-48: ESC [ ... up to a
// byte from @ to ~, ESC ] ... up to BEL or ESC \, and ESC with one byte after intermediate ones).
// A sequence that does not end stays.
func stripANSI(text []byte, out *record.Builder) []byte {
	at := bytes.IndexByte(text, escape)
	if at < 0 {
		return text
	}
	to := out.Spare()
	for at >= 0 {
		n := sequence(text[at:])
		to = append(to, text[:at]...)
		if n == 0 {
			to, n = append(to, escape), 1
		}
		text = text[at+n:]
		at = bytes.IndexByte(text, escape)
	}
	return out.Take(append(to, text...))
}

// longestSequence bounds what counts as a control sequence, in bytes.
const longestSequence = 256

// sequence returns the length of the control sequence that s begins with, or 0.
func sequence(s []byte) int {
	s = s[:min(len(s), longestSequence)]
	if len(s) < 2 {
		return 0
	}
	switch kind := s[1]; {
	case kind == '[':
		for i := 2; i < len(s); i++ {
			switch c := s[i]; {
			case 0x40 <= c && c <= 0x7e:
				return i + 1
			case c < 0x20 || c > 0x7e:
				return 0
			}
		}
	case kind == ']':
		for i := 2; i < len(s); i++ {
			switch {
			case s[i] == 0x07:
				return i + 1
			case s[i] == escape && i+1 < len(s) && s[i+1] == '\\':
				return i + 2
			case s[i] == escape:
				return 0
			}
		}
	default:
		i := 1
		for i < len(s) && 0x20 <= s[i] && s[i] <= 0x2f {
			i++
		}
		if i < len(s) && 0x30 <= s[i] && s[i] <= 0x7e {
			return i + 1
		}
	}
	return 0
}
