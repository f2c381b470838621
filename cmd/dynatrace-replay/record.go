package main

import (
	"bytes"
	"encoding/json"
	"time"

	"out_dynatrace/plugin/jsontext"
)

const (
	timestampKey = "timestamp"
	originalKey  = "log.original_timestamp"
	// maxAge is the age above which Dynatrace rejects a record
	// (https://docs.dynatrace.com/docs/analyze-explore-automate/logs/lma-limits).
	maxAge = 24 * time.Hour
)

// member is a member of a JSON object.
type member struct {
	key   string
	value json.RawMessage
}

// members returns the members of a JSON object in order.
func members(object []byte) (all []member, err error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		m := member{key: key.(string)}
		if err := d.Decode(&m.value); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// restamp returns record with the given time, and the time that it had in another attribute.
// Repeated restamps keep the first time. A record that cannot be parsed is returned as it is: the
// server will name what is wrong with it.
func restamp(record []byte, now time.Time) []byte {
	all, err := members(record)
	if err != nil {
		return record
	}
	var old json.RawMessage
	known := false
	for _, m := range all {
		if m.key == timestampKey && old == nil && string(m.value) != "null" {
			old = m.value
		}
		known = known || m.key == originalKey
	}
	out := append(make([]byte, 0, len(record)+100), `{"`+timestampKey+`":"`...)
	out = now.UTC().AppendFormat(out, "2006-01-02T15:04:05.000000000Z")
	out = append(out, '"')
	if old != nil && !known {
		out = append(out, `,"`+originalKey+`":`...)
		out = append(out, old...)
	}
	for _, m := range all {
		if m.key == timestampKey {
			continue
		}
		out = append(out, ',')
		out = jsontext.AppendString(out, []byte(m.key))
		out = append(out, ':')
		out = append(out, m.value...)
	}
	return append(out, '}')
}

// shorten returns record with a timestamp in milliseconds, the only form that a OneAgent accepts. A
// timestamp that cannot be parsed stays as it is.
func shorten(record []byte) []byte {
	all, err := members(record)
	if err != nil {
		return record
	}
	out := make([]byte, 0, len(record)+10)
	for i, m := range all {
		var at time.Time
		if m.key == timestampKey && json.Unmarshal(m.value, &at) == nil {
			m.value = at.UTC().AppendFormat(nil, `"2006-01-02T15:04:05.000Z"`)
		}
		out = append(out, "{,"[min(i, 1)])
		out = jsontext.AppendString(out, []byte(m.key))
		out = append(out, ':')
		out = append(out, m.value...)
	}
	if len(all) == 0 {
		return record
	}
	return append(out, '}')
}

// isOld reports whether the timestamp of record is before a time (Unix seconds); false if it has no
// timestamp that can be parsed.
func isOld(record []byte, before int64) bool {
	all, err := members(record)
	if err != nil {
		return false
	}
	for _, m := range all {
		if m.key == timestampKey {
			var at time.Time
			return json.Unmarshal(m.value, &at) == nil && at.Unix() < before
		}
	}
	return false
}
