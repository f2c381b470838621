package metadata

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// blanks are what surrounds keys and values without being part of them.
const blanks = " \t\f"

// parseProperties hands out the lines of a file in the format of Java's properties: key=value, comments that begin with # or !,
// and \ as the escape of what follows. Three things differ from Java, so that a file is read the same whether its writer knew that
// format or just joined keys and values by =, as the readers in Dynatrace's own examples expect. The text is UTF-8. The first = ends the key, and a :
// does only in a line without =. A line without either is an error, since it is most likely one that was cut off.
func parseProperties(data []byte, add func(string, any)) error {
	number := 0
	for len(data) > 0 {
		var line []byte
		number++
		first := number
		line, data = nextLine(data)
		line = bytes.TrimLeft(line, blanks)
		if len(line) == 0 || line[0] == '#' || line[0] == '!' {
			continue
		}
		if isContinued(line) {
			line, data, number = join(line, data, number)
		}
		key, value, err := split(strings.ToValidUTF8(string(line), string(utf8.RuneError)))
		if err != nil {
			return fmt.Errorf("line %d: %w", first, err)
		}
		add(key, value)
	}
	return nil
}

// nextLine cuts data behind its first line, which may end in \n, \r or both.
func nextLine(data []byte) (line, rest []byte) {
	end := bytes.IndexAny(data, "\r\n")
	if end < 0 {
		return data, nil
	}
	line, rest = data[:end], data[end+1:]
	if data[end] == '\r' && len(rest) > 0 && rest[0] == '\n' {
		rest = rest[1:]
	}
	return line, rest
}

// join gives a line that is continued with all that continues it, the data behind it and the number of its last line.
func join(line, data []byte, number int) (joined, rest []byte, last int) {
	joined = bytes.Clone(line)
	for isContinued(line) && len(data) > 0 {
		line, data = nextLine(data)
		line = bytes.TrimLeft(line, blanks)
		joined = append(joined[:len(joined)-1], line...)
		number++
	}
	return joined, data, number
}

// isContinued says that a line goes on in the next one: it ends in a \ that is not escaped itself.
func isContinued(line []byte) bool {
	return (len(line)-len(bytes.TrimRight(line, `\`)))%2 == 1
}

// split is the key and the value of a line.
func split(line string) (key, value string, err error) {
	at := separator(line, '=')
	if at < 0 {
		at = separator(line, ':')
	}
	if at < 0 {
		return "", "", errors.New("has no =")
	}
	if key, err = unescape(trim(line[:at])); err != nil {
		return "", "", err
	}
	value, err = unescape(trim(line[at+1:]))
	return key, value, err
}

// separator is where the first unescaped sign stands, or -1.
func separator(line string, sign byte) int {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case sign:
			return i
		}
	}
	return -1
}

// trim takes away the blanks around s, but for one at its end that is escaped.
func trim(s string) string {
	s = strings.TrimLeft(s, blanks)
	end := len(strings.TrimRight(s, blanks))
	if end < len(s) && isContinued([]byte(s[:end])) {
		end++
	}
	return s[:end]
}

// unescape replaces the escapes of Java's properties. A \ before any other character stands for that character.
func unescape(s string) (string, error) {
	if !strings.Contains(s, `\`) {
		return s, nil
	}
	var out strings.Builder
	for {
		before, after, found := strings.Cut(s, `\`)
		out.WriteString(before)
		if !found || after == "" {
			return out.String(), nil
		}
		s = after[1:]
		switch after[0] {
		case 't':
			out.WriteByte('\t')
		case 'n':
			out.WriteByte('\n')
		case 'r':
			out.WriteByte('\r')
		case 'f':
			out.WriteByte('\f')
		case 'u':
			r, rest, err := unescapeRune(s)
			if err != nil {
				return "", err
			}
			out.WriteRune(r)
			s = rest
		default:
			out.WriteByte(after[0])
		}
	}
}

// unescapeRune reads what follows \u: four hexadecimal digits, or twelve characters where two escapes stand for one rune as they
// do in UTF-16. Half of such a pair becomes U+FFFD.
func unescapeRune(s string) (r rune, rest string, err error) {
	r, rest, ok := hexRune(s)
	if !ok {
		return 0, "", errors.New(`has a \u without four hexadecimal digits; write \\ for a \ that is meant as itself`)
	}
	if !utf16.IsSurrogate(r) {
		return r, rest, nil
	}
	if second, found := strings.CutPrefix(rest, `\u`); found {
		if low, after, ok := hexRune(second); ok {
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				return both, after, nil
			}
		}
	}
	return utf8.RuneError, rest, nil
}

// hexRune reads four hexadecimal digits.
func hexRune(s string) (r rune, rest string, ok bool) {
	if len(s) < 4 {
		return 0, "", false
	}
	n, err := strconv.ParseUint(s[:4], 16, 16)
	return rune(n), s[4:], err == nil
}
