package jsonread

import (
	"bytes"
	"encoding/binary"
	"math"
	"strconv"
	"unsafe"
)

// appendNumber appends the number at i and returns where it ends.
func appendNumber(dst, text []byte, i int) (_ []byte, next int) {
	start := i
	negative := text[i] == '-'
	if negative {
		i++
	}
	whole := i
	var mantissa uint64 // of up to 19 digits; wrong if there are more
	mantissa, i = readDigits(text, i, 0)
	digits := i - whole
	if digits == 0 || digits > 1 && text[whole] == '0' {
		return dst, bad
	}
	if i == len(text) || text[i] != '.' && text[i]|0x20 != 'e' {
		if digits > 20 || digits == 20 && (text[whole] != '1' || mantissa < 1e19) ||
			negative && mantissa > 1<<63 {
			return appendText(dst, text[start:i]), i
		}
		return appendInteger(dst, mantissa, negative), i
	}
	point := 0 // the number of digits behind it
	if text[i] == '.' {
		fraction := i + 1
		if mantissa, i = readDigits(text, fraction, mantissa); i == fraction {
			return dst, bad
		}
		point = i - fraction
	}
	mantissaEnd := i
	var exponent int64
	if i < len(text) && text[i]|0x20 == 'e' {
		if exponent, i = readExponent(text, i+1); i == bad {
			return dst, bad
		}
	}
	var f float64
	switch scale := exponent - int64(point); {
	case digits+point <= 19 && mantissa <= 1<<53 && scale >= -exactPowers && scale <= exactPowers:
		// The mantissa and the power of ten are exact, so the one rounding is correct.
		if f = float64(mantissa); scale < 0 {
			f /= powers[-scale]
		} else {
			f *= powers[scale]
		}
		if negative {
			f = -f
		}
	case i-start > longestFloat,
		int64(digits)+exponent > 308 && overflows(text[whole:mantissaEnd], exponent):
		return appendText(dst, text[start:i]), i
	default:
		f, _ = strconv.ParseFloat(unsafe.String(&text[start], i-start), 64) // fails on overflow only
	}
	return binary.BigEndian.AppendUint64(append(dst, float64s), math.Float64bits(f)), i
}

// longestFloat is the length of the longest float that strconv reads exactly, in bytes. With more
// than 800 digits before the point it loses count (Go 1.26 reads a one with 900 zeros, e-900, as
// 1e-101).
const longestFloat = 800

// readDigits reads the digits from i on into n.
func readDigits(text []byte, i int, n uint64) (_ uint64, next int) {
	for ; i < len(text); i++ {
		d := text[i] - '0'
		if d > 9 {
			break
		}
		n = n*10 + uint64(d)
	}
	return n, i
}

// readExponent reads the exponent whose letter is before i. An exponent beyond all numbers is not
// read exactly.
func readExponent(text []byte, i int) (exponent int64, next int) {
	negative := false
	if i < len(text) && (text[i] == '+' || text[i] == '-') {
		negative = text[i] == '-'
		i++
	}
	first := i
	for ; i < len(text); i++ {
		d := text[i] - '0'
		if d > 9 {
			break
		}
		if exponent < 1<<40 {
			exponent = exponent*10 + int64(d)
		}
	}
	if i == first {
		return 0, bad
	}
	if negative {
		exponent = -exponent
	}
	return exponent, i
}

// overflows reports whether the digits of mantissa, with or without a point, times ten to the
// exponent are more than a float64 can hold. It compares 17 digits, which distinguish any two
// float64.
func overflows(mantissa []byte, exponent int64) bool {
	first := 0
	for mantissa[first] == '0' || mantissa[first] == '.' {
		if first++; first == len(mantissa) {
			return false
		}
	}
	point := bytes.IndexByte(mantissa, '.')
	if point < 0 {
		point = len(mantissa)
	}
	magnitude := int64(point-first) + exponent // the first digit counts 10^(magnitude-1)
	if first > point {
		magnitude++
	}
	if magnitude != 309 {
		return magnitude > 309
	}
	var lead uint64
	for i, n := first, 0; n < 17; i++ {
		if i < len(mantissa) && mantissa[i] == '.' {
			continue
		}
		if lead *= 10; i < len(mantissa) {
			lead += uint64(mantissa[i] - '0')
		}
		n++
	}
	return lead > 17976931348623157 // times 1e292 is the largest float64 as it is printed
}

// exactPowers is the highest exponent of ten that a float64 holds exactly.
const exactPowers = 22

var powers = [exactPowers + 1]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}
