package golden

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/tinylib/msgp/msgp"

	"out_dynatrace/test/corpus"
)

// chunkOf builds the chunk of an input.json. It is the inverse of inputOf.
func chunkOf(text []byte) (chunk []byte, err error) {
	var events []struct {
		Time                    time.Time
		Metadata, Group, Record json.RawMessage
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&events); err != nil {
		return nil, err
	}
	var open json.RawMessage
	for _, e := range events {
		if !bytes.Equal(open, e.Group) {
			if open != nil {
				chunk = corpus.AppendGroupEnd(chunk)
			}
			if open = e.Group; open != nil {
				group, err := valueOf(open)
				if err != nil {
					return nil, err
				}
				chunk = corpus.AppendEvent(chunk, corpus.EventTime(groupStart, 0),
					corpus.Map(corpus.Str("schema"), corpus.Str("otlp"), corpus.Str("resource_id"), corpus.Int(0), corpus.Str("scope_id"), corpus.Int(0)), group)
			}
		}
		record, err := valueOf(e.Record)
		if err != nil {
			return nil, err
		}
		if e.Metadata == nil {
			chunk = corpus.AppendOldEvent(chunk, corpus.At(e.Time), record)
			continue
		}
		metadata, err := valueOf(e.Metadata)
		if err != nil {
			return nil, err
		}
		chunk = corpus.AppendEvent(chunk, corpus.At(e.Time), metadata, record)
	}
	if open != nil {
		chunk = corpus.AppendGroupEnd(chunk)
	}
	return chunk, nil
}

// valueOf converts JSON to a msgpack value. Maps keep the order of their keys.
func valueOf(text []byte) (corpus.Value, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	v, err := nextValue(decoder)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, fmt.Errorf("trailing data after the value: %w", err)
	}
	return v, nil
}

// nextValue converts the next JSON value of d.
func nextValue(d *json.Decoder) (corpus.Value, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		var values []corpus.Value
		for d.More() {
			v, err := nextValue(d)
			if err != nil {
				return nil, err
			}
			values = append(values, v)
		}
		if _, err := d.Token(); err != nil {
			return nil, err
		}
		if token == '[' {
			return corpus.Array(values...), nil
		}
		if len(values) == 2 && bytes.Equal(values[0], corpus.Str(binKey)) {
			encoded, _, err := msgp.ReadStringBytes(values[1])
			if err != nil {
				return nil, err
			}
			data, err := base64.StdEncoding.DecodeString(encoded)
			return corpus.Bin(data), err
		}
		return corpus.Map(values...), nil
	case json.Number:
		if strings.ContainsAny(token.String(), ".eE") {
			f, err := token.Float64()
			return corpus.Float64(f), err
		}
		if u, err := strconv.ParseUint(token.String(), 10, 64); err == nil {
			return corpus.Uint(u), nil
		}
		i, err := token.Int64()
		return corpus.Int(i), err
	case string:
		return corpus.Str(token), nil
	case bool:
		return corpus.Bool(token), nil
	}
	return corpus.Nil(), nil
}
