package ascii

// EqualFold reports whether a and b are equal without regard to the case of ASCII letters.
func EqualFold(a []byte, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := a[i], b[i]
		if x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
			return false
		}
	}
	return true
}

// IsLetter reports whether c is a letter.
func IsLetter(c byte) bool { c |= 0x20; return 'a' <= c && c <= 'z' }

// AllDigits reports whether s holds nothing but decimal digits.
func AllDigits(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// What a byte can be in a hexadecimal number.
const (
	hexDigit = 1 << iota // of any kind
	nonZero              // a digit other than 0
	upper                // A to F
)

var hexDigits = func() (t [256]uint8) {
	for c := range byte(10) {
		t['0'+c] = hexDigit | nonZero
	}
	t['0'] = hexDigit
	for c := range byte(6) {
		t['a'+c], t['A'+c] = hexDigit|nonZero, hexDigit|nonZero|upper
	}
	return t
}()

// hexOf returns the properties that all bytes of s have, and those that at least one has.
func hexOf(s []byte) (all, some uint8) {
	all = hexDigit
	for _, c := range s {
		all &= hexDigits[c]
		some |= hexDigits[c]
	}
	return all, some
}

// IsHex reports whether s holds nothing but hexadecimal digits.
func IsHex(s []byte) bool {
	all, _ := hexOf(s)
	return all&hexDigit != 0
}

// IsID reports whether s is a number of exactly length hexadecimal digits that is not zero.
func IsID(s []byte, length int) bool {
	if len(s) != length {
		return false
	}
	all, some := hexOf(s)
	return all&hexDigit != 0 && some&nonZero != 0
}

// HasUpperHex reports whether s has one of the digits A to F.
func HasUpperHex(s []byte) bool {
	_, some := hexOf(s)
	return some&upper != 0
}
