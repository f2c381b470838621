package batch_test

import (
	"bytes"
	"net/url"
	"testing"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/record"
)

func TestBuilder_HeadedFormatHasOneRecord(t *testing.T) {
	b, err := batch.New(batch.Options{Encoder: new(encode.Text), MaxBytes: 1000, MaxRecords: 50})
	if err != nil {
		t.Fatal(err)
	}
	text := func(key, value string) record.Attribute {
		return record.Attribute{Key: []byte(key), Value: record.Value{Kind: record.String, Text: []byte(value)}}
	}
	first := record.Record{Content: bytes.Repeat([]byte("x"), 2000), Attributes: []record.Attribute{text("k", "a&b"), text("long", string(make([]byte, 5000)))}}
	second := record.Record{Content: []byte("second")}
	if !b.Add(&first) || b.Add(&second) {
		t.Fatal("want room for one record")
	}
	p, _ := b.Take()
	q, err := url.ParseQuery(p.Attributes)
	if len(p.Body) > 1000 || len(p.Body) < 980 || !bytes.Equal(p.Body, first.Content) || p.Records != 1 || err != nil || q.Get("k") != "a&b" || q.Has("long") {
		t.Errorf("%d bytes, %d records, header %q, %v", len(p.Body), p.Records, p.Attributes, err)
	}
	if cuts := p.Cuts; cuts != (batch.Cuts{Content: 1, Header: 1}) {
		t.Errorf("cuts %+v", cuts)
	}
	if !b.Add(&second) {
		t.Fatal("want room for the next")
	}
	if p, _ := b.Take(); string(p.Body) != "second" || p.Attributes == "" || bytes.Contains([]byte(p.Attributes), []byte("k=")) {
		t.Errorf("%q with header %q", p.Body, p.Attributes)
	}
}
