package encode_test

import (
	"bytes"
	"testing"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
)

func TestJSONL_WritesTheObjectsOfJSONAsLines(t *testing.T) {
	for _, c := range corpus.Odd() {
		var r chunk.Reader
		var ev chunk.Event
		var rec record.Record
		var l encode.JSONL
		var j encode.JSON
		m := mapper()
		var objects [][]byte
		body := l.Open(nil)
		r.Reset(c.Chunk)
		for r.Next(&ev) {
			m.Map(&ev, &rec)
			if len(objects) > 0 {
				body = l.Separate(body)
			}
			body = l.Append(body, &rec)
			objects = append(objects, j.Append(nil, &rec))
		}
		if len(objects) == 0 {
			continue
		}
		before := len(body)
		body = l.Close(body)
		if len(body)-before != l.Tail() {
			t.Errorf("%s: Close added %d bytes, Tail returned %d", c.Name, len(body)-before, l.Tail())
		}
		if want := append(bytes.Join(objects, []byte("\n")), '\n'); !bytes.Equal(body, want) {
			t.Errorf("%s: %s", c.Name, difference(body, want))
		}
		if n := bytes.Count(body, []byte("\n")); n != len(objects) {
			t.Errorf("%s: got %d lines, want %d", c.Name, n, len(objects))
		}
	}
}
