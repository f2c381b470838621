package encode_test

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

var _ encode.Headed = new(encode.Text)

// texts returns the query values of a JSON value: none for null, one for a scalar, several for an
// array.
func texts(raw json.RawMessage) (all []string) {
	switch raw[0] {
	case '[':
		var list []json.RawMessage
		_ = json.Unmarshal(raw, &list)
		for _, e := range list {
			all = append(all, texts(e)...)
		}
	case '"':
		var s string
		_ = json.Unmarshal(raw, &s)
		all = []string{s}
	case 'n':
	default:
		all = []string{string(raw)}
	}
	return all
}

// checkText compares the output of Text for each record of a chunk with the object of JSON.
func checkText(t *testing.T, name string, m *mapping.Mapper, data []byte) {
	t.Helper()
	var r chunk.Reader
	var ev chunk.Event
	var rec record.Record
	var text encode.Text
	var j encode.JSON
	m.Begin(testFlush)
	defer m.Release()
	r.Reset(data)
	for r.Next(&ev) {
		m.Map(&ev, &rec)
		var want map[string]json.RawMessage
		if err := json.Unmarshal(j.Append(nil, &rec), &want); err != nil {
			t.Fatal(err)
		}
		body := text.Close(text.Append(text.Open(nil), &rec))
		content := string(body)
		if strings.HasPrefix(text.ContentType(), "application/json") {
			var o struct{ Content string }
			if err := json.Unmarshal(body, &o); err != nil {
				t.Fatalf("%s: %v in %q", name, err, body)
			}
			content = o.Content
		} else if len(bytes.TrimSpace(body)) == 0 {
			t.Fatalf("%s: the body is empty", name)
		}
		if !utf8.Valid(body) || content != texts(want["content"])[0] {
			t.Fatalf("%s: got content %q, want %s", name, content, want["content"])
		}
		header, leftOut := text.Attributes()
		got, err := url.ParseQuery(string(header))
		if err != nil || len(header) > encode.MaxAttributes || strings.ContainsFunc(string(header), func(r rune) bool { return r <= ' ' || r > '~' || r == '+' }) {
			t.Fatalf("%s: invalid header of %d bytes: %q (%v)", name, len(header), header, err)
		}
		delete(want, "content")
		missing := 0
		for key, raw := range want {
			all := texts(raw)
			if lower := strings.ToLower(key); lower == "structure" || lower == "content-type" || lower == "api-token" {
				key = "overwritten1." + key
			}
			switch {
			case slices.Equal(got[key], all):
			case len(got[key]) == 0:
				missing++
			default:
				t.Fatalf("%s: attribute %s: got %q, want %q", name, key, got[key], all)
			}
			delete(got, key)
		}
		if len(got) > 0 || missing != leftOut {
			t.Fatalf("%s: %d attributes missing, %d counted as left out, unexpected: %q", name, missing, leftOut, got)
		}
	}
}

func TestText_BodyAndHeaderHoldTheValuesOfTheJSONObject(t *testing.T) {
	for name, newMapper := range mappers {
		for _, c := range corpus.Odd() {
			checkText(t, c.Name+", "+name, newMapper(), c.Chunk)
		}
	}
}

func TestText_CountsAttributesThatDoNotFitAndKeepsTheOthers(t *testing.T) {
	attribute := func(key string, size int) record.Attribute {
		return record.Attribute{Key: []byte(key), Value: record.Value{Kind: record.String, Text: bytes.Repeat([]byte("ä"), size)}}
	}
	r := record.Record{Content: []byte("x"), Level: "INFO", Attributes: []record.Attribute{attribute("a", 10), attribute("long", 1000), attribute("b", 10)}}
	var text encode.Text
	text.Append(nil, &r)
	header, leftOut := text.Attributes()
	q, err := url.ParseQuery(string(header))
	if err != nil || leftOut != 1 || q.Get("long") != "" || q.Get("a") != strings.Repeat("ä", 10) || q.Get("b") != q.Get("a") || q.Get("loglevel") != "INFO" {
		t.Errorf("got %d attributes left out and header %q (%v), want 1 left out: long", leftOut, header, err)
	}
}

func TestText_SendsBlankContentAsJSON(t *testing.T) {
	for _, content := range []string{"", " \n\t"} {
		var text encode.Text
		body := text.Append(nil, &record.Record{Content: []byte(content)})
		var got struct{ Content *string }
		if err := json.Unmarshal(body, &got); err != nil || got.Content == nil || *got.Content != content || text.ContentType() != "application/json; charset=utf-8" {
			t.Errorf("content %q: got body %q of type %s, want application/json", content, body, text.ContentType())
		}
		if text.Append(nil, &record.Record{Content: []byte("x")}); text.ContentType() != "text/plain; charset=utf-8" {
			t.Errorf("content type of the next record: got %s, want text/plain", text.ContentType())
		}
	}
}

func TestText_FitReturnsTheLongestPrefix(t *testing.T) {
	var text encode.Text
	for _, s := range []string{"", "plain", "äöü", "\xff\xff", "a\xffb🎉c", "\xe2\x82", "\ufffd!"} {
		for room := range 16 {
			n := text.Fit([]byte(s), room)
			size := func(n int) int {
				return len(strings.ToValidUTF8(strings.ReplaceAll(s[:n], "\xff", "\ufffd"), "\ufffd"))
			}
			if n < len(s) && utf8.RuneStart(s[n]) && n > 0 && size(n) > room {
				t.Errorf("%q, room of %d: a prefix of %d bytes is encoded in %d bytes", s, room, n, size(n))
			}
			if _, width := utf8.DecodeRuneInString(s[n:]); n < len(s) && width > 1 && size(n)+width <= room {
				t.Errorf("%q, room of %d: got a prefix of %d bytes, a longer one fits", s, room, n)
			}
		}
	}
}

func FuzzText(f *testing.F) {
	for _, c := range corpus.Odd() {
		if len(c.Chunk) < 1<<13 {
			f.Add(c.Chunk)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for name, newMapper := range mappers {
			checkText(t, name, newMapper(), data)
		}
	})
}
