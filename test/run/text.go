package main

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// count writes a number with separators: 1,234,567.
func count(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// number is count with the noun, in the singular for one.
func number(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}

// bytesText writes a size in units of 1000.
func bytesText(n int64) string {
	switch {
	case n < 1_000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1_000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	default:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	}
}

// plain makes a text safe for a terminal, whatever a log holds: what does not print, such as the escape sequences of colours,
// is written as \x1b or \u200b. A text of more than the given columns is cut and ends with three dots.
func plain(text string, columns int) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case unicode.IsPrint(r):
			b.WriteRune(r)
		case r == '\t':
			b.WriteString(`\t`)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		}
		if b.Len() > 8*columns { // far more than can be shown
			break
		}
	}
	if safe := b.String(); columnsOf(safe) <= columns {
		return safe
	}
	return prefix(b.String(), columns-3) + "..."
}

// prefix is as much of the start of a text as fits the columns.
func prefix(text string, columns int) string {
	for i, r := range text {
		if columns -= columnsOf(string(r)); columns < 0 {
			return text[:i]
		}
	}
	return text
}

// columnsOf is about how many columns a text takes: East Asian characters and emoji take two, combining marks none.
func columnsOf(text string) (n int) {
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r):
		case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff,
			r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
			n += 2
		default:
			n++
		}
	}
	return n
}
