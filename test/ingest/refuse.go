package ingest

import (
	"bytes"
	"strconv"
)

// maxViolations bounds the constraint violations of one answer.
const maxViolations = 100

// violation is an event that the server refuses.
type violation struct {
	index int
	key   string // the first key whose value is at fault, "" when no single one is
}

// poison finds the events that hold one of the texts of Options.Refuse.
func (o *Options) poison(events [][]byte) (found []violation) {
	for i, event := range events {
		for _, text := range o.Refuse {
			if bytes.Contains(event, []byte(text)) {
				found = append(found, violation{i, keyOf(event, text)})
				break
			}
		}
	}
	return found
}

// keyOf names the member of an event whose value holds a text.
func keyOf(event []byte, text string) (name string) {
	members(event, func(key, value []byte) bool {
		if !bytes.Contains(value, []byte(text)) {
			return true
		}
		name = unquote(key)
		return false
	})
	return name
}

// violated is the answer to a request with events that are at fault: the error
// envelope with a constraint violation for each of the first hundred.
func (e *Exchange) violated(status int, found []violation) answer {
	const message = "Constraints violated."
	a := e.refuse(status, ReasonRefused, message)
	body := []byte(`{"error":{"code":` + strconv.Itoa(status) + `,"message":"` + message + `","constraintViolations":[`)
	for i, v := range found[:min(len(found), maxViolations)] {
		path := "events[" + strconv.Itoa(v.index) + "]"
		if v.key != "" {
			path += "." + v.key
		}
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, `{"path":`...)
		body = appendString(body, path)
		body = append(body, `,"message":"must not hold this text"}`...)
	}
	a.body = string(append(body, "]}}"...))
	return a
}
