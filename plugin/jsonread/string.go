package jsonread

import (
	"encoding/binary"
	"math"
	"math/bits"
	"unicode/utf8"
)

// appendString appends the string whose opening quote is before i and returns where it ends.
func appendString(dst, text []byte, i int) (_ []byte, next int) {
	// Keys and most values are short: they are copied while they are checked. What was copied in
	// vain is behind the end of dst.
	if n := len(dst); len(text)-i >= shortest && cap(dst)-n > shortest {
		in, out := text[i:i+shortest], dst[n:n+1+shortest]
		for k := 0; k < shortest; k += wordSize {
			w := binary.LittleEndian.Uint64(in[k:])
			binary.LittleEndian.PutUint64(out[1+k:], w)
			if mask := special(w); mask != 0 {
				if k += bits.TrailingZeros64(mask) >> 3; in[k] != '"' {
					break
				}
				out[0] = fixStr | byte(k)
				return dst[:n+1+k], i + k + 1
			}
		}
	}
	end := clean(text, i)
	if end < len(text) && text[end] == '"' {
		dst = appendStrHead(dst, end-i)
		return append(dst, text[i:end]...), end + 1
	}
	return appendEscaped(dst, text, i, end)
}

// appendEscaped appends the string that begins at start and has its first escape, or a byte that is
// not allowed in it, at i. An escape is longer than its character, so the rest of the text bounds
// the size.
func appendEscaped(dst, text []byte, start, i int) (_ []byte, next int) {
	head := len(dst)
	wide := len(text)-start > math.MaxUint16
	if wide {
		dst = append(dst, str32, 0, 0, 0, 0)
	} else {
		dst = append(dst, str16, 0, 0)
	}
	content := len(dst)
	for {
		dst = append(dst, text[start:i]...)
		if i == len(text) || text[i] < ' ' {
			return dst, bad
		}
		if text[i] == '"' {
			break
		}
		if dst, start = appendEscape(dst, text, i+1); start == bad {
			return dst, bad
		}
		i = clean(text, start)
	}
	if wide {
		binary.BigEndian.PutUint32(dst[head+1:], uint32(len(dst)-content))
	} else {
		binary.BigEndian.PutUint16(dst[head+1:], uint16(len(dst)-content))
	}
	return dst, i + 1
}

// appendEscape appends the character of the escape whose backslash is before i.
func appendEscape(dst, text []byte, i int) (_ []byte, next int) {
	if i >= len(text) {
		return dst, bad
	}
	if c := unescaped[text[i]]; c != 0 {
		return append(dst, c), i + 1
	}
	if text[i] != 'u' {
		return dst, bad
	}
	r := hex4(text, i+1)
	if r < 0 {
		return dst, bad
	}
	i += 5
	if r < utf8.RuneSelf {
		return append(dst, byte(r)), i
	}
	if r&^0x7ff == highSurrogate { // or a low one
		low := rune(-1)
		if r < lowSurrogate && i+1 < len(text) && text[i] == '\\' && text[i+1] == 'u' {
			low = hex4(text, i+2)
		}
		if low&^0x3ff != lowSurrogate {
			return append(dst, "\uFFFD"...), i
		}
		r = 0x10000 + (r-highSurrogate)<<10 + (low - lowSurrogate)
		i += 6
	}
	return utf8.AppendRune(dst, r), i
}

// The first of the 1024 high surrogates and of the 1024 low ones behind them.
const (
	highSurrogate = 0xd800
	lowSurrogate  = 0xdc00
)

// hex4 reads four hexadecimal digits at i. It returns -1 if they are not there.
func hex4(text []byte, i int) (r rune) {
	if len(text)-i < 4 {
		return -1
	}
	for _, c := range text[i : i+4] {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = (c | 0x20) - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | rune(c)
	}
	return r
}

// unescaped holds the character for a letter behind a backslash.
var unescaped = [256]byte{
	'"': '"', '\\': '\\', '/': '/',
	'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

const (
	wordSize = 8
	ones     = 0x0101010101010101
	highs    = 0x8080808080808080
)

// clean returns the position of the first quote, backslash or control character from i on, or the
// length of text if there is none.
func clean(text []byte, i int) int {
	for ; len(text)-i >= wordSize; i += wordSize {
		if mask := special(binary.LittleEndian.Uint64(text[i:])); mask != 0 {
			return i + bits.TrailingZeros64(mask)>>3
		}
	}
	for i < len(text) && text[i] >= ' ' && text[i] != '"' && text[i] != '\\' {
		i++
	}
	return i
}

// special sets the high bit of the lowest byte of w that is a quote, a backslash or a control
// character. Higher bytes may be flagged wrongly, because borrows travel upwards. The exclusive or
// with 2 swaps the quote and the space, so the quote is below 0x21 like the control characters.
func special(w uint64) uint64 {
	low := (w ^ ones*2) - ones*0x21
	backslash := (w ^ ones*'\\') - ones
	return (low | backslash) & ^w & highs
}
