package corpus

import (
	"bufio"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"math/rand/v2"
	"strconv"
	"strings"
	"unicode/utf8"
)

// WriteNumbered writes the lines 1 to n of the form
//
//	line 000001 <random printable text> <checksum>
//
// each ended with LF. A line depends only on its number, so CheckNumbered can check that it
// arrived byte for byte. The text has 20 to 300 bytes, without control characters, and neither
// begins nor ends with a space, so that nothing between here and the server has a reason to change
// it. The checksum is the IEEE CRC-32 in hexadecimal of all before the space in front of it, for
// readers that do not have this package.
func WriteNumbered(w io.Writer, n int) error {
	out := bufio.NewWriterSize(w, 64<<10)
	var line []byte
	for i := 1; i <= n; i++ {
		line = append(appendNumbered(line[:0], i), '\n')
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// signs are what the text is drawn from besides printable ASCII: characters of two, three and four
// bytes, combining marks, emoji, right-to-left letters, and those that some JSON writers escape.
var signs = []rune("äöüßéñçøłžΩλжщяאבجدहिกย語字한글€„“–…´\u0301\u200d\u2028\u2029\u00a0\ufffd😀🚀👍🏽𝒜𐍈")

func appendNumbered(dst []byte, number int) []byte {
	rng := rand.New(rand.NewPCG(uint64(number), 0x6e756d626572))
	start := len(dst)
	dst = fmt.Appendf(dst, "line %06d ", number)
	want := len(dst) + 20 + rng.IntN(280)
	for dst = append(dst, '['); len(dst) < want-4; {
		if rng.IntN(8) == 0 {
			dst = utf8.AppendRune(dst, signs[rng.IntN(len(signs))])
		} else {
			dst = append(dst, byte(' '+rng.IntN('~'-' '+1)))
		}
	}
	dst = append(dst, ']')
	return fmt.Appendf(dst, " %08x", crc32.ChecksumIEEE(dst[start:]))
}

// Arrival is the outcome of CheckNumbered. All three empty means that each line arrived exactly
// once and unchanged.
type Arrival struct {
	Missing []int    // numbers of which no intact line came, ascending
	Doubled []int    // numbers of which more than one intact line came, in the order in which the second came
	Damaged []string // lines that are none of the lines 1 to n, as they came
}

// OK reports whether each line arrived exactly once and unchanged.
func (a Arrival) OK() bool { return len(a.Missing)+len(a.Doubled)+len(a.Damaged) == 0 }

// String returns a summary in one line, with the first few numbers of each kind.
func (a Arrival) String() string {
	if a.OK() {
		return "all lines arrived exactly once and unchanged"
	}
	return fmt.Sprintf("%d missing %s, %d doubled %s, %d damaged %s", len(a.Missing), few(a.Missing, "%d"),
		len(a.Doubled), few(a.Doubled, "%d"), len(a.Damaged), few(a.Damaged, "%.120q"))
}

func few[T any](list []T, format string) string {
	var b strings.Builder
	for i, v := range list {
		if i == 5 {
			b.WriteString(" ...")
			break
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, format, v)
	}
	return "[" + b.String() + "]"
}

// CheckNumbered compares the lines that arrived, in any order and without line ends, with those
// that WriteNumbered(w, n) wrote. Only an intact line counts as arrived: the number of a damaged
// one is missing too, unless the line came intact as well. It holds a byte for each number.
func CheckNumbered(n int, lines iter.Seq[string]) Arrival {
	var a Arrival
	seen := make([]uint8, n+1)
	var want []byte
	for line := range lines {
		number := numberOf(line)
		if number < 1 || number > n {
			a.Damaged = append(a.Damaged, line)
			continue
		}
		if want = appendNumbered(want[:0], number); string(want) != line {
			a.Damaged = append(a.Damaged, line)
			continue
		}
		if seen[number]++; seen[number] == 2 {
			a.Doubled = append(a.Doubled, number)
		} else if seen[number] > 2 {
			seen[number] = 2
		}
	}
	for i := 1; i <= n; i++ {
		if seen[i] == 0 {
			a.Missing = append(a.Missing, i)
		}
	}
	return a
}

// numberOf reads the number of a line, 0 if there is none.
func numberOf(line string) int {
	rest, ok := strings.CutPrefix(line, "line ")
	if !ok {
		return 0
	}
	digits, _, _ := strings.Cut(rest, " ")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}
