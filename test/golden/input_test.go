package golden

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/tinylib/msgp/msgp"
)

// Seconds that mark the start and the end of a group (include/fluent-bit/flb_log_event.h).
const (
	groupStart = math.MaxUint32
	groupEnd   = math.MaxUint32 - 1
)

// binKey is the key that marks bytes in input.json.
const binKey = "$bin"

// inputOf converts a chunk to the form of input.json. It shares no code with the plugin's reader.
func inputOf(chunk []byte) ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('[')
	var group []byte
	records := 0
	for len(chunk) > 0 {
		e, rest, err := readEvent(chunk)
		if err != nil {
			return nil, err
		}
		chunk = rest
		switch e.seconds {
		case groupStart:
			group = e.body
			continue
		case groupEnd:
			group = nil
			continue
		}
		if records++; records > 1 {
			out.WriteByte(',')
		}
		fmt.Fprintf(&out, `{"time":%s`, strconv.Quote(e.time))
		for _, part := range []struct {
			key   string
			value []byte
		}{{"metadata", e.metadata}, {"group", group}, {"record", e.body}} {
			if part.value != nil {
				fmt.Fprintf(&out, ",%q:", part.key)
				if _, err := appendJSON(&out, part.value); err != nil {
					return nil, err
				}
			}
		}
		out.WriteByte('}')
	}
	out.WriteByte(']')
	return pretty(out.Bytes())
}

// pretty indents JSON. It keeps the order of keys and duplicate keys.
func pretty(text []byte) ([]byte, error) {
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// event is one object of a chunk.
type event struct {
	time     string // RFC 3339 for an EventTime, else the JSON of the value
	seconds  uint32 // the seconds of an EventTime
	metadata []byte // nil in the form before Fluent Bit 2.1
	body     []byte
}

func readEvent(b []byte) (e event, rest []byte, err error) {
	n, b, err := msgp.ReadArrayHeaderBytes(b)
	if err != nil || n != 2 {
		return e, nil, fmt.Errorf("event has %d elements, want 2: %w", n, err)
	}
	if msgp.NextType(b) == msgp.ArrayType {
		if n, b, err = msgp.ReadArrayHeaderBytes(b); err != nil || n != 2 {
			return e, nil, fmt.Errorf("head of the event has %d elements, want 2: %w", n, err)
		}
		if b, err = e.readTime(b); err != nil {
			return e, nil, err
		}
		if e.metadata, b, err = split(b); err != nil {
			return e, nil, err
		}
	} else if b, err = e.readTime(b); err != nil {
		return e, nil, err
	}
	e.body, rest, err = split(b)
	return e, rest, err
}

func (e *event) readTime(b []byte) (rest []byte, err error) {
	if msgp.NextType(b) != msgp.ExtensionType {
		raw, rest, err := split(b)
		if err != nil {
			return nil, err
		}
		var text bytes.Buffer
		_, err = appendJSON(&text, raw)
		e.time = text.String()
		return rest, err
	}
	var stamp msgp.RawExtension
	if rest, err = msgp.ReadExtensionBytes(b, &stamp); err != nil || len(stamp.Data) != 8 {
		return nil, fmt.Errorf("time has %d bytes, want 8: %w", len(stamp.Data), err)
	}
	seconds, nanoseconds := binary.BigEndian.Uint32(stamp.Data), binary.BigEndian.Uint32(stamp.Data[4:])
	e.seconds = seconds
	if nanoseconds >= 1e9 { // Fluent Bit 3 writes such values
		e.time = fmt.Sprintf("%s and %d ns", time.Unix(int64(seconds), 0).UTC().Format(time.RFC3339), nanoseconds)
	} else {
		e.time = time.Unix(int64(seconds), int64(nanoseconds)).UTC().Format(time.RFC3339Nano)
	}
	return rest, nil
}

// split splits b after the first value.
func split(b []byte) (value, rest []byte, err error) {
	if rest, err = msgp.Skip(b); err != nil {
		return nil, nil, err
	}
	return b[:len(b)-len(rest)], rest, nil
}

// appendJSON appends the first value of b as JSON and returns the bytes after it.
func appendJSON(out *bytes.Buffer, b []byte) (rest []byte, err error) {
	switch msgp.NextType(b) {
	case msgp.MapType:
		n, b, err := msgp.ReadMapHeaderBytes(b)
		if err != nil {
			return nil, err
		}
		out.WriteByte('{')
		for i := range n {
			if i > 0 {
				out.WriteByte(',')
			}
			if msgp.NextType(b) != msgp.StrType {
				return nil, errors.New("map key is not a string")
			}
			if b, err = appendJSON(out, b); err != nil {
				return nil, err
			}
			out.WriteByte(':')
			if b, err = appendJSON(out, b); err != nil {
				return nil, err
			}
		}
		out.WriteByte('}')
		return b, nil
	case msgp.ArrayType:
		n, b, err := msgp.ReadArrayHeaderBytes(b)
		if err != nil {
			return nil, err
		}
		out.WriteByte('[')
		for i := range n {
			if i > 0 {
				out.WriteByte(',')
			}
			if b, err = appendJSON(out, b); err != nil {
				return nil, err
			}
		}
		out.WriteByte(']')
		return b, nil
	case msgp.BinType:
		data, rest, err := msgp.ReadBytesZC(b)
		fmt.Fprintf(out, `{%q:%q}`, binKey, base64.StdEncoding.EncodeToString(data))
		return rest, err
	}
	value, rest, err := msgp.ReadIntfBytes(b)
	if err != nil {
		return nil, err
	}
	if f, ok := value.(float64); ok && f == math.Trunc(f) {
		fmt.Fprintf(out, "%.1f", f)
		return rest, nil
	}
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	out.Truncate(out.Len() - 1) // Encode appends a line break
	return rest, nil
}
