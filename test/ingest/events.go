package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

var errTooMany = errors.New("too many events")

// splitEvents cuts a UTF-8 body into events, each a valid JSON object inside
// body (inside a new slice for text). It fails with errTooMany beyond limit
// events, and with a description of the mistake for what is not valid.
func splitEvents(body []byte, kind bodyKind, limit int) (events [][]byte, err error) {
	add := func(value []byte) bool {
		switch {
		case value[0] != '{':
			err = fmt.Errorf("event %d is not a JSON object", len(events)+1)
		case len(events) == limit:
			err = errTooMany
		default:
			events = append(events, value)
			return true
		}
		return false
	}
	text := body // as it is, unless there is nothing in it (inferred)
	body = bytes.TrimFunc(body, func(r rune) bool { return r < 0x80 && isSpace(byte(r)) })
	switch {
	case len(body) == 0:
		return nil, nil
	case kind == kindText:
		return [][]byte{append(appendString([]byte(`{"content":`), string(text)), '}')}, nil
	case kind == kindLines:
		for n := 1; len(body) > 0 && err == nil; n++ {
			var line []byte
			line, body, _ = bytes.Cut(body, []byte{'\n'})
			if line = bytes.TrimSpace(line); len(line) == 0 {
				continue
			}
			if !json.Valid(line) {
				return nil, fmt.Errorf("line %d is not valid JSON", n)
			}
			add(line)
		}
		return events, err
	case !json.Valid(body):
		return nil, errors.New("the body is not valid JSON" + where(body))
	case body[0] == '[':
		elements(body, add)
	default:
		add(body)
	}
	return events, err
}

// where says at which byte a body stops being JSON.
func where(body []byte) string {
	var syntax *json.SyntaxError
	var v json.RawMessage
	if err := json.Unmarshal(body, &v); errors.As(err, &syntax) {
		return fmt.Sprintf(" (byte %d: %v)", syntax.Offset, syntax)
	}
	return ""
}
