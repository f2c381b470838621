package ingest

import (
	"bytes"
	"encoding/json"
)

// The functions of this file walk JSON that json.Valid has accepted: they look
// for structure only and keep every value as the bytes that were sent, so that
// numbers keep their literal text. None of them recurses.

// isSpace reports JSON's white space.
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

func skipSpace(b []byte, i int) int {
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	return i
}

// stringEnd returns the index after the string that starts at b[i].
func stringEnd(b []byte, i int) int {
	for i++; ; i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

// valueEnd returns the index after the value that starts at b[i].
func valueEnd(b []byte, i int) int {
	switch b[i] {
	case '"':
		return stringEnd(b, i)
	case '{', '[':
		depth := 0
		for {
			switch b[i] {
			case '"':
				i = stringEnd(b, i)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
				if depth == 0 {
					return i + 1
				}
			}
			i++
		}
	}
	for i < len(b) && !isSpace(b[i]) && b[i] != ',' && b[i] != '}' && b[i] != ']' {
		i++
	}
	return i
}

// members calls f for every member of an object: its key still quoted, its
// value raw. It stops when f returns false.
func members(object []byte, f func(key, value []byte) bool) {
	i := skipSpace(object, skipSpace(object, 0)+1)
	for object[i] != '}' {
		end := stringEnd(object, i)
		key := object[i:end]
		i = skipSpace(object, skipSpace(object, end)+1) // over the colon
		end = valueEnd(object, i)
		if !f(key, object[i:end]) {
			return
		}
		i = skipSpace(object, end)
		if object[i] == ',' {
			i = skipSpace(object, i+1)
		}
	}
}

// elements calls f for every element of an array. It stops when f returns false.
func elements(array []byte, f func(value []byte) bool) {
	i := skipSpace(array, skipSpace(array, 0)+1)
	for array[i] != ']' {
		end := valueEnd(array, i)
		if !f(array[i:end]) {
			return
		}
		i = skipSpace(array, end)
		if array[i] == ',' {
			i = skipSpace(array, i+1)
		}
	}
}

// duplicateKeys counts the keys that repeat an earlier key of the same object,
// at every depth.
func duplicateKeys(value []byte) int {
	type frame struct {
		keys    map[string]struct{} // nil for an array
		wantKey bool
	}
	var stack []frame
	count := 0
	for i := 0; i < len(value); {
		switch value[i] {
		case '{':
			stack = append(stack, frame{keys: map[string]struct{}{}, wantKey: true})
		case '[':
			stack = append(stack, frame{})
		case '}', ']':
			stack = stack[:len(stack)-1]
		case ',':
			if n := len(stack); n > 0 {
				stack[n-1].wantKey = stack[n-1].keys != nil
			}
		case '"':
			end := stringEnd(value, i)
			if n := len(stack); n > 0 && stack[n-1].wantKey {
				key := unquote(value[i:end])
				if _, seen := stack[n-1].keys[key]; seen {
					count++
				}
				stack[n-1].keys[key] = struct{}{}
				stack[n-1].wantKey = false
			}
			i = end
			continue
		}
		i++
	}
	return count
}

// unquote decodes a JSON string.
func unquote(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return string(quoted) // not reached for valid JSON
	}
	return s
}

// compact returns a value without insignificant white space.
func compact(value []byte) string {
	if value[0] != '{' && value[0] != '[' {
		return string(value)
	}
	var b bytes.Buffer
	b.Grow(len(value))
	if json.Compact(&b, value) != nil {
		return string(value) // not reached for valid JSON
	}
	return b.String()
}

// appendString appends s as a JSON string. Only what JSON demands is escaped,
// so the stored text is easy to read.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}
