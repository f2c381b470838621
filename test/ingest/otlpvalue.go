package ingest

import (
	"encoding/base64"
	"fmt"
	"math"
	"strconv"
)

// keyValue reads a KeyValue.
func keyValue(message []byte) (m member, err error) {
	m.value = []byte("null")
	err = eachField(message, func(f field) (err error) {
		switch f.number {
		case 1:
			m.key, err = f.string()
		case 2:
			m.value, err = anyValue(f.bytes)
		}
		return err
	})
	return m, err
}

// deepest bounds how far values can be nested, so that a small request cannot
// exhaust the stack.
const deepest = 100

// anyValue gives an AnyValue as JSON: bytes in base64, none as null.
func anyValue(message []byte) ([]byte, error) { return anyValueAt(message, 0) }

func anyValueAt(message []byte, depth int) (value []byte, err error) {
	value = []byte("null")
	if depth > deepest {
		return nil, fmt.Errorf("%w: values are nested more than %d levels deep", errProtobuf, deepest)
	}
	err = eachField(message, func(f field) (err error) {
		switch f.number {
		case 1:
			value, err = f.text()
		case 2:
			value = strconv.AppendBool(nil, f.value != 0)
		case 3:
			value = strconv.AppendInt(nil, int64(f.value), 10)
		case 4:
			value = floatText(math.Float64frombits(f.value))
		case 5:
			value, err = arrayValue(f.bytes, depth)
		case 6:
			value, err = mapValue(f.bytes, depth)
		case 7:
			value = appendString(nil, base64.StdEncoding.EncodeToString(f.bytes))
		}
		return err
	})
	return value, err
}

func arrayValue(message []byte, depth int) ([]byte, error) {
	out := []byte{'['}
	err := eachField(message, func(f field) error {
		if f.number != 1 {
			return nil
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		value, err := anyValueAt(f.bytes, depth+1)
		out = append(out, value...)
		return err
	})
	return append(out, ']'), err
}

func mapValue(message []byte, depth int) ([]byte, error) {
	var all []member
	err := eachField(message, func(f field) error {
		if f.number != 1 {
			return nil
		}
		m := member{value: []byte("null")}
		err := eachField(f.bytes, func(f field) (err error) {
			switch f.number {
			case 1:
				m.key, err = f.string()
			case 2:
				m.value, err = anyValueAt(f.bytes, depth+1)
			}
			return err
		})
		all = append(all, m)
		return err
	})
	return object(all), err
}
