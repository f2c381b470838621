package config

import (
	"math"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// sizeUnits, largest first so that formatSize finds the shortest text. k is 1000 as in Fluent Bit
// (flb_utils_size_to_bytes in src/flb_utils.c); the units with an i are powers of 1024 (IEC
// 80000-13). Upper and lower case are the same.
var sizeUnits = [...]struct {
	name  string
	bytes int64
}{
	{"GiB", 1 << 30}, {"GB", 1e9}, {"G", 1e9},
	{"MiB", 1 << 20}, {"MB", 1e6}, {"M", 1e6},
	{"KiB", 1 << 10}, {"kB", 1e3}, {"k", 1e3},
	{"B", 1}, {"", 1},
}

// parseSize reads a number of bytes: 9500000, 512k, 9.5MB, 1MiB. It takes no sign, no exponent and
// no fraction of a byte.
func parseSize(s string) (bytes int64, ok bool) {
	number, unit := splitUnit(s)
	for _, u := range sizeUnits {
		if strings.EqualFold(unit, u.name) {
			return scale(number, u.bytes)
		}
	}
	return 0, false
}

// formatSize writes a size in the largest unit that divides it.
func formatSize(bytes int64) string {
	for _, u := range sizeUnits {
		if bytes%u.bytes == 0 && bytes != 0 {
			return strconv.FormatInt(bytes/u.bytes, 10) + u.name
		}
	}
	return strconv.FormatInt(bytes, 10)
}

// parseDuration reads 15s, 500ms, 1m30s, or a plain number of seconds.
func parseDuration(s string) (time.Duration, bool) {
	number, unit := splitUnit(s)
	if unit == "" {
		n, ok := scale(number, int64(time.Second))
		return time.Duration(n), ok
	}
	d, err := time.ParseDuration(strings.ToLower(number + unit))
	return d, err == nil
}

// formatDuration is Duration.String without the zero parts: 10m, not 10m0s.
func formatDuration(nanoseconds int64) string {
	s := time.Duration(nanoseconds).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// splitUnit cuts s behind its last digit or point.
func splitUnit(s string) (number, unit string) {
	i := strings.LastIndexAny(s, "0123456789.") + 1
	return s[:i], strings.TrimSpace(s[i:])
}

// scale multiplies a plain decimal number, without losing any of it to floating point. It is not
// ok when the product is not whole or does not fit.
func scale(number string, by int64) (int64, bool) {
	const maxDigits = 20
	if number == "" || number == "." || len(number) > maxDigits ||
		strings.Trim(number, "0123456789.") != "" {
		return 0, false
	}
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, false
	}
	r.Mul(r, new(big.Rat).SetInt64(by))
	if !r.IsInt() || r.Num().Cmp(big.NewInt(math.MaxInt64)) > 0 {
		return 0, false
	}
	return r.Num().Int64(), true
}
