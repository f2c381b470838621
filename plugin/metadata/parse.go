package metadata

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"path/filepath"
	"strconv"
	"strings"
)

// maxFacts is how many facts are taken from one file. Dynatrace takes 500 attributes a record on Grail and 50 elsewhere.
const maxFacts = 200

// isProperties says that a file is in the format of Java's properties; every other is JSON.
func isProperties(path string) bool { return strings.EqualFold(filepath.Ext(path), ".properties") }

// content is what a file held: its facts in their order, and how many keys were left out for what they or their values are.
type content struct {
	facts   []Fact
	leftOut int
	// more says that there were facts beyond maxFacts, which were left out too.
	more bool
}

// parse reads the content of an enrichment file. An error says that nothing in it can be trusted, and never repeats any of it.
func parse(data []byte, properties bool) (content, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")) // a byte order mark, as editors on Windows write
	var c collector
	var err error
	if properties {
		err = parseProperties(data, c.add)
	} else {
		err = parseJSON(data, c.add)
	}
	if err != nil {
		return content{}, err
	}
	return c.content(), nil
}

// collector gathers facts: of a key that stands twice the last value counts, as it does for Java and for most readers of JSON.
// Memory is bounded by that of the file, which is at most maxFile.
type collector struct {
	order []Fact
	at    map[string]int
}

// add takes a key with its value; nil is one that cannot be a fact.
func (c *collector) add(key string, value any) {
	if s, ok := value.(string); ok && !isText(s) || !isText(key) || strings.TrimSpace(key) == "" {
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

func (c *collector) content() content {
	var got content
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

var errNotAnObject = errors.New("is not one JSON object")

// parseJSON hands out the members of one JSON object in their order.
func parseJSON(data []byte, add func(string, any)) error {
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
		add(key.(string), value) // a decoder gives nothing else in this place
	}
	if _, err := decoder.Token(); err != nil {
		return errNotAnObject
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errNotAnObject
	}
	return nil
}

// scalar is the value of one JSON value: a string, bool, int64 or float64, or nil for everything else.
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
