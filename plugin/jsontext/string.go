package jsontext

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"unicode/utf8"
)

// AppendString appends s as a JSON string with its quotes. It escapes only what JSON demands:
// quotes, backslashes and control characters. Each byte that is not part of valid UTF-8 becomes
// U+FFFD.
func AppendString(dst, s []byte) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		dst, i = appendPiece(dst, s, i)
	}
	return append(dst, '"')
}

// pieceSize is the number of bytes of a string that are written between two checks of the room in
// dst.
const pieceSize = 4096

// appendPiece appends the characters that begin in the next pieceSize bytes of s from i on. It
// makes room for their longest possible text once, so its loop need not check.
func appendPiece(dst, s []byte, i int) (_ []byte, next int) {
	end := min(i+pieceSize, len(s))
	n := len(dst)
	dst = slices.Grow(dst, longestEscape*(end-i+wordSize)+wordSize)
	dst = dst[:cap(dst)]
	for i < end {
		var mask uint64
		if rest := s[i:]; len(rest) >= wordSize {
			w := binary.LittleEndian.Uint64(rest)
			binary.LittleEndian.PutUint64(dst[n:], w)
			if mask = special(w); mask == 0 {
				i, n = i+wordSize, n+wordSize
				continue
			}
		} else {
			w := tail(s, i)
			binary.LittleEndian.PutUint64(dst[n:], w)
			if mask = special(w); mask == 0 {
				i, n = len(s), n+len(rest)
				break
			}
		}
		clean := bits.TrailingZeros64(mask) >> 3
		i, n = i+clean, n+clean
		c := s[i]
		switch short := shortEscapes[c]; {
		case short != 0:
			dst[n], dst[n+1] = '\\', short
			i, n = i+1, n+2
		case c < utf8.RuneSelf:
			n += copy(dst[n:], `\u00`)
			dst[n], dst[n+1] = hex[c>>4], hex[c&15]
			i, n = i+1, n+2
		default:
			// Text of other scripts comes in runs. Stay here until an ASCII byte ends the run.
			for i < end && s[i] >= utf8.RuneSelf {
				r, width := utf8.DecodeRune(s[i:])
				if r == utf8.RuneError && width == 1 {
					n += copy(dst[n:], "\uFFFD")
				} else {
					n += copy(dst[n:], s[i:i+width])
				}
				i += width
			}
		}
	}
	return dst[:n], i
}

const (
	wordSize = 8
	ones     = 0x0101010101010101
	highs    = 0x8080808080808080
)

// tail returns the bytes of s from i on, fewer than eight, as a word padded with spaces.
func tail(s []byte, i int) (w uint64) {
	size := len(s) - i
	if len(s) >= wordSize {
		w = binary.LittleEndian.Uint64(s[len(s)-wordSize:]) >> (8 * (wordSize - size))
	} else {
		for j := len(s) - 1; j >= i; j-- {
			w = w<<8 | uint64(s[j])
		}
	}
	return w | ones*' '<<(8*size)
}

// special sets the high bit of the lowest byte of w that cannot be copied unchanged: a control
// character, a quote, a backslash, or a byte of a multi-byte character. Higher bytes may be flagged
// wrongly, because borrows travel upwards.
func special(w uint64) uint64 {
	quote := w ^ ones*'"'
	backslash := w ^ ones*'\\'
	return (w | (w - ones*0x20) | (quote - ones) | (backslash - ones)) & highs
}

// shortEscapes holds, for a byte with a short escape, the letter behind the backslash.
var shortEscapes = [256]byte{
	'"': '"', '\\': '\\', '\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f',
}

const (
	hex           = "0123456789abcdef"
	longestEscape = len(`\u0000`)
)
