package ingest

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

const (
	protobufType = "application/x-protobuf"
	// otlpSource is the value of dt.openpipeline.source for OTLP.
	otlpSource = "/api/v2/otlp/v1/logs"
)

// otlpEvents turns an ExportLogsServiceRequest into events as the log API has
// them, at most limit ("OpenTelemetry logs": time, severity, body, trace; then
// the attributes of the resource, of the scope and of the record, of which the
// first of a name keeps it).
func otlpEvents(body []byte, structure Structure, limit int) (events [][]byte, err error) {
	d := otlpDecoder{structure: structure, limit: limit}
	err = eachField(body, func(f field) error {
		if f.number == 1 {
			return d.resourceLogs(f.bytes)
		}
		return nil
	})
	return d.events, err
}

// otlpDecoder collects events.
type otlpDecoder struct {
	structure Structure
	limit     int
	events    [][]byte
}

// resourceLogs reads a ResourceLogs. The resource may stand behind its records.
func (d *otlpDecoder) resourceLogs(message []byte) error {
	resource, err := attributesOf(message, 1, 1)
	if err != nil {
		return err
	}
	return eachField(message, func(f field) error {
		if f.number == 2 {
			return d.scopeLogs(f.bytes, resource)
		}
		return nil
	})
}

// scopeLogs reads a ScopeLogs. Name and version of the scope get the names that
// OpenTelemetry has for them outside of OTLP (inferred).
func (d *otlpDecoder) scopeLogs(message []byte, shared []member) error {
	scope, err := attributesOf(message, 1, 3)
	if err != nil {
		return err
	}
	shared = append(slices.Clip(shared), scope...)
	err = eachField(message, func(f field) error {
		if f.number != 1 {
			return nil
		}
		return eachField(f.bytes, func(f field) error {
			name := [...]string{1: "otel.scope.name", 2: "otel.scope.version"}
			if f.number > 2 || len(f.bytes) == 0 {
				return nil
			}
			value, err := f.text()
			shared = append(shared, member{name[f.number], value})
			return err
		})
	})
	if err != nil {
		return err
	}
	return eachField(message, func(f field) error {
		if f.number != 2 {
			return nil
		}
		if len(d.events) == d.limit {
			return errTooMany
		}
		event, err := d.logRecord(f.bytes, shared)
		d.events = append(d.events, event)
		return err
	})
}

// logRecord makes the event of a LogRecord.
func (d *otlpDecoder) logRecord(message []byte, shared []member) ([]byte, error) {
	var own []member
	var at, number uint64
	var level, trace, span string
	var body []member
	err := eachField(message, func(f field) (err error) {
		switch f.number {
		case 1:
			at = f.value
		case 2:
			number = f.value
		case 3:
			level, err = f.string()
		case 5:
			body, err = d.body(f.bytes)
		case 6:
			var m member
			m, err = keyValue(f.bytes)
			own = append(own, m)
		case 9:
			trace = hexID(f.bytes, 16)
		case 10:
			span = hexID(f.bytes, 8)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	var all []member
	add := func(key, text string) {
		if text != "" {
			all = append(all, member{key, appendString(nil, text)})
		}
	}
	if at != 0 {
		all = append(all, member{"timestamp", appendString(nil, time.Unix(0, int64(at)).UTC().Format(timestampLayout))})
	}
	if level == "" {
		level = levelOfNumber(number)
	}
	add("loglevel", level)
	all = append(all, body...)
	add("trace_id", trace)
	add("span_id", span)
	return object(append(append(all, shared...), own...)), nil
}

// body makes members of a Body: content of a text, an array or bytes; of a map
// content in the raw model, and members like attributes in the flattened one.
func (d *otlpDecoder) body(message []byte) ([]member, error) {
	value, err := anyValue(message)
	switch {
	case err != nil:
		return nil, err
	case value[0] == 'n':
		return nil, nil
	case value[0] == '"':
		return []member{{"content", value}}, nil
	case value[0] == '{' && d.structure == Flattened:
		var all []member
		members(value, func(key, value []byte) bool {
			all = append(all, member{unquote(key), value})
			return true
		})
		return all, nil
	}
	return []member{{"content", appendString(nil, text(value))}}, nil
}

// member is a key and its JSON value.
type member struct {
	key   string
	value []byte
}

// object writes a JSON object; keys can repeat.
func object(members []member) []byte {
	out := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(append(appendString(out, m.key), ':'), m.value...)
	}
	return append(out, '}')
}

// attributesOf reads the attributes of the messages that stand in a field of a
// message.
func attributesOf(message []byte, in, attribute protowire.Number) (all []member, err error) {
	err = eachField(message, func(f field) error {
		if f.number != in {
			return nil
		}
		return eachField(f.bytes, func(f field) error {
			if f.number != attribute {
				return nil
			}
			m, err := keyValue(f.bytes)
			all = append(all, m)
			return err
		})
	})
	return all, err
}

// hexID is an id in hexadecimal digits; one of another length, or of zeros, is none.
func hexID(id []byte, size int) string {
	if len(id) != size || strings.Trim(string(id), "\x00") == "" {
		return ""
	}
	return fmt.Sprintf("%x", id)
}

// levelOfNumber names a severity number ("Log data transformation" reads the
// names).
func levelOfNumber(n uint64) string {
	if n < 1 || n > 24 {
		return ""
	}
	return [...]string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}[(n-1)/4]
}

var errProtobuf = errors.New("the body is not a valid ExportLogsServiceRequest")

// field is one field of a message.
type field struct {
	number protowire.Number
	value  uint64 // of a number
	bytes  []byte // of a text, bytes or a message
}

func (f field) string() (string, error) {
	if !utf8.Valid(f.bytes) {
		return "", fmt.Errorf("%w: a text is not valid UTF-8", errProtobuf)
	}
	return string(f.bytes), nil
}

// text is the field as a JSON string.
func (f field) text() ([]byte, error) {
	s, err := f.string()
	return appendString(nil, s), err
}

// eachField reads the fields of a message.
func eachField(message []byte, do func(field) error) error {
	for len(message) > 0 {
		number, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return fmt.Errorf("%w: %w", errProtobuf, protowire.ParseError(n))
		}
		message = message[n:]
		f := field{number: number}
		switch kind {
		case protowire.VarintType:
			f.value, n = protowire.ConsumeVarint(message)
		case protowire.Fixed64Type:
			f.value, n = protowire.ConsumeFixed64(message)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(message)
		default:
			n = protowire.ConsumeFieldValue(number, kind, message)
		}
		if n < 0 {
			return fmt.Errorf("%w: %w", errProtobuf, protowire.ParseError(n))
		}
		message = message[n:]
		if err := do(f); err != nil {
			return err
		}
	}
	return nil
}

// floatText writes a float so that a whole number differs from an integer.
func floatText(f float64) []byte {
	switch {
	case math.IsNaN(f):
		return []byte(`"NaN"`)
	case math.IsInf(f, 1):
		return []byte(`"Infinity"`)
	case math.IsInf(f, -1):
		return []byte(`"-Infinity"`)
	}
	abs := math.Abs(f)
	if abs != 0 && abs < 1e-6 || abs >= 1e21 {
		return strconv.AppendFloat(nil, f, 'e', -1, 64)
	}
	text := strconv.AppendFloat(nil, f, 'f', -1, 64)
	if f == math.Trunc(f) {
		text = append(text, ".0"...)
	}
	return text
}
