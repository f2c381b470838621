package encode

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"out_dynatrace/plugin/jsontext"
	"out_dynatrace/plugin/record"
)

// Text writes one record per body, the body of POST /api/v2/logs/ingest with text/plain: the
// content without escapes. Time, level and attributes are sent in the header X-Dynatrace-Attr, see
// Headed, where every value is text. The zero Text is ready to use.
type Text struct {
	clock   clock
	header  []byte
	leftOut int
	blank   bool
	scratch []byte
}

// MaxAttributes is the maximum size of the header X-Dynatrace-Attr in bytes. Many servers reject a
// request with more than 8 KiB of headers in total.
const MaxAttributes = 4 << 10

// ContentType returns text/plain. For a content that is empty or only white space it returns
// application/json, since the API would see an empty body.
func (t *Text) ContentType() string {
	if t.blank {
		return "application/json; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}

// Open appends nothing.
func (*Text) Open(dst []byte) []byte { return dst }

// Separate appends nothing: a body holds one record.
func (*Text) Separate(dst []byte) []byte { return dst }

// Close appends nothing.
func (*Text) Close(dst []byte) []byte { return dst }

// Tail returns 0: Close appends nothing.
func (*Text) Tail() int { return 0 }

// Fit implements Encoder. It counts the replacements of invalid bytes.
func (*Text) Fit(content []byte, room int) int { return fitValid(content, room) }

// Append appends the content and builds the header.
func (t *Text) Append(dst []byte, r *record.Record) []byte {
	t.makeHeader(r)
	if t.blank = len(bytes.TrimSpace(r.Content)) == 0; t.blank {
		return append(jsontext.AppendString(append(dst, `{"content":`...), r.Content), '}')
	}
	return appendValid(dst, r.Content)
}

// Attributes implements Headed.
func (t *Text) Attributes() (header []byte, leftOut int) { return t.header, t.leftOut }

var (
	timestampName = []byte("timestamp")
	loglevelName  = []byte("loglevel")
)

func (t *Text) makeHeader(r *record.Record) {
	t.header, t.leftOut = t.header[:0], 0
	t.scratch = t.clock.append(t.scratch[:0], r.Time)
	t.pair(timestampName, t.scratch[len(clockLead):len(t.scratch)-len(clockBehind)])
	if r.Level != "" {
		t.scratch = append(t.scratch[:0], r.Level...)
		t.pair(loglevelName, t.scratch)
	}
	start := len(t.header)
	if t.record(r, all); t.leftOut > 0 {
		// What ties the record to its trace, service and host has a place before others.
		t.header, t.leftOut = t.header[:start], 0
		t.record(r, links)
		t.record(r, others)
	}
}

// selection is a part of the attributes.
type selection uint8

const (
	all selection = iota
	links
	others
)

func (s selection) has(key []byte) bool {
	return s == all || (record.WorthOf(key) <= record.OfLink) == (s == links)
}

// record adds those of the selected attributes of a record that fit.
func (t *Text) record(r *record.Record, which selection) {
	done := 0
	for i := range r.Runs {
		run := &r.Runs[i]
		t.attributes(r, r.Attributes[done:run.At], which)
		t.attributes(r, run.Attributes, which)
		done = run.At
	}
	t.attributes(r, r.Attributes[done:], which)
}

// attributes adds the attributes that fit. A query string cannot represent null or an empty array:
// they are left out and not counted, since they hold no data. An array is written as its name with
// each of its values.
func (t *Text) attributes(r *record.Record, attributes []record.Attribute, which selection) {
	for i := range attributes {
		a := &attributes[i]
		if !which.has(a.Key) {
			continue
		}
		switch a.Value.Kind {
		case record.Null:
		case record.Array:
			start := len(t.header)
			for _, e := range r.Array(a.Value) {
				if e.Kind != record.Null && !t.value(a.Key, e) {
					t.header = t.header[:start] // an array is written whole or not at all
					t.leftOut++
					break
				}
			}
		default:
			if !t.value(a.Key, a.Value) {
				t.leftOut++
			}
		}
	}
}

// value adds a scalar and reports whether it fits.
func (t *Text) value(key []byte, v record.Value) bool {
	if v.Kind == record.String {
		return t.pair(key, v.Text)
	}
	t.scratch = record.AppendValue(t.scratch[:0], v, nil)
	return t.pair(key, bytes.Trim(t.scratch, `"`)) // NaN and the infinities are quoted
}

// steering lists the names that the API reads as parameters of the request, not as attributes
// (documentation page "POST ingest logs").
var steering = [...]string{"structure", "content-type", "api-token"}

// Steers reports whether the API reads a name in the header X-Dynatrace-Attr as a parameter of the
// request instead of an attribute. Case is ignored.
func Steers(name []byte) bool {
	for _, s := range steering {
		if len(name) == len(s) && strings.EqualFold(string(name), s) {
			return true
		}
	}
	return false
}

// AttributesHeader returns attributes in the form of the header X-Dynatrace-Attr, and reports
// whether all of them fit.
func AttributesHeader(attributes []record.Attribute) (header string, fit bool) {
	var t Text
	t.attributes(new(record.Record), attributes, all)
	return string(t.header), t.leftOut == 0
}

// pair adds name=value and reports whether it fits.
func (t *Text) pair(name, value []byte) bool {
	start := len(t.header)
	if len(name)+len(value)+len("&=") > MaxAttributes-start { // escaping never shortens
		return false
	}
	if start > 0 {
		t.header = append(t.header, '&')
	}
	if Steers(name) {
		t.header = append(t.header, "overwritten1."...)
	}
	t.header = append(appendEscaped(t.header, name), '=')
	t.header = appendEscaped(t.header, value)
	if len(t.header) > MaxAttributes {
		t.header = t.header[:start]
		return false
	}
	return true
}

// appendEscaped escapes s for a query string. A space becomes %20, which every reader decodes,
// unlike +.
func appendEscaped(dst, s []byte) []byte {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if i++; unreserved[c] {
				dst = append(dst, c)
			} else {
				dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
			}
			continue
		}
		r, width := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && width == 1 {
			dst = append(dst, "%EF%BF%BD"...)
		} else {
			for _, c := range s[i : i+width] {
				dst = append(dst, '%', upperHex[c>>4], upperHex[c&15])
			}
		}
		i += width
	}
	return dst
}

const upperHex = "0123456789ABCDEF"

// unreserved is the set of characters that need no escape (RFC 3986, section 2.3).
var unreserved = func() (set [utf8.RuneSelf]bool) {
	for c := range set {
		set[c] = '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' ||
			strings.IndexByte("-._~", byte(c)) >= 0
	}
	return set
}()
