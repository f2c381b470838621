package metadata

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
)

// maxFacts is the most facts that one file gives. Dynatrace accepts 500 attributes per record on
// Grail and 50 elsewhere.
const maxFacts = 200

// content is what one file gave.
type content struct {
	facts []Fact
	// leftOut counts the keys without a usable value.
	leftOut int
	// more reports that facts beyond maxFacts were left out too.
	more bool
}

var errNotAnObject = errors.New("is not one JSON object")

// parse reads an enrichment file: one JSON object whose members are the facts. An error means
// that nothing in the file can be trusted. It repeats none of the content.
func parse(data []byte) (*content, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // the BOM that editors on Windows write
	var c collector
	if err := parseObject(data, c.add); err != nil {
		return nil, err
	}
	return c.content(), nil
}

// collector gathers facts. The last value of a repeated key counts, as in most readers of JSON.
// Its memory is bounded by the file, which has at most maxFile bytes.
type collector struct {
	order []Fact
	at    map[string]int
}

// add takes one key with its value. A nil value cannot be a fact.
func (c *collector) add(key string, value any) {
	s, isString := value.(string)
	if isString && !isText(s) || !isText(key) || strings.TrimSpace(key) == "" {
		value = nil
	}
	i, known := c.at[key]
	if !known {
		if c.at == nil {
			c.at = make(map[string]int)
		}
		i = len(c.order)
		c.at[key] = i
		c.order = append(c.order, Fact{Key: key})
	}
	c.order[i].Value = value
}

func (c *collector) content() *content {
	got := new(content)
	for _, fact := range c.order {
		switch {
		case fact.Value == nil:
			got.leftOut++
		case len(got.facts) == maxFacts:
			got.more = true
		default:
			got.facts = append(got.facts, fact)
		}
	}
	return got
}

// parseObject calls add for the members of one JSON object, in their order.
func parseObject(data []byte, add func(key string, value any)) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return errNotAnObject
	}
	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return errNotAnObject
		}
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return errNotAnObject
		}
		value, err := scalar(raw)
		if err != nil {
			return errNotAnObject
		}
		add(key.(string), value) // the decoder returns nothing else where a key must be
	}
	if _, err := decoder.Token(); err != nil {
		return errNotAnObject
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errNotAnObject
	}
	return nil
}

// scalar returns one JSON value as string, bool, int64 or float64, or nil if it is none of them.
func scalar(raw json.RawMessage) (any, error) {
	switch raw[0] {
	case '{', '[', 'n':
		return nil, nil
	case 't', 'f':
		return raw[0] == 't', nil
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err
	}
	if i, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return i, nil
	}
	if f, err := strconv.ParseFloat(string(raw), 64); err == nil && !math.IsInf(f, 0) {
		return f, nil
	}
	return nil, nil
}
