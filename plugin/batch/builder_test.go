package batch_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/record"
)

func builder(t *testing.T, maxBytes, maxRecords, level int) *batch.Builder {
	t.Helper()
	b, err := batch.New(batch.Options{Encoder: new(encode.JSON), MaxBytes: maxBytes, MaxRecords: maxRecords, GzipLevel: level})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// build packs contents into payloads, as a flush does, and returns the decoded bodies and their
// contents.
func build(t *testing.T, b *batch.Builder, contents []string) (payloads []batch.Payload, got []string) {
	t.Helper()
	take := func() {
		p, ok := b.Take()
		if !ok {
			return
		}
		body := p.Body
		if p.ContentEncoding == "gzip" {
			z, err := gzip.NewReader(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		if len(body) != p.RawBytes {
			t.Errorf("RawBytes is %d, the body has %d", p.RawBytes, len(body))
		}
		var records []struct{ Content string }
		if err := json.Unmarshal(body, &records); err != nil {
			t.Fatalf("%v in %.200s", err, body)
		}
		if len(records) != p.Records || p.Records == 0 {
			t.Errorf("Records is %d, the body has %d", p.Records, len(records))
		}
		for _, r := range records {
			got = append(got, r.Content)
		}
		payloads = append(payloads, p)
	}
	for _, c := range contents {
		r := record.Record{Content: []byte(c)}
		if !b.Add(&r) {
			take()
			if !b.Add(&r) {
				t.Fatal("a record does not fit an empty body")
			}
		}
	}
	take()
	return payloads, got
}

func TestBuilder_EveryRecordOnceWithinLimits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	contents := make([]string, 3000)
	for i := range contents {
		contents[i] = strings.Repeat(`a"é`, rng.IntN(200))
	}
	for name, limit := range map[string]struct{ bytes, records, level int }{
		"by bytes": {64 << 10, 50_000, 1}, "by records": {1 << 20, 7, 0}, "by both": {20_000, 40, 6}, "not at all": {10 << 20, 50_000, 1}, "one by one": {1 << 20, 1, 0},
	} {
		payloads, got := build(t, builder(t, limit.bytes, limit.records, limit.level), contents)
		for i, p := range payloads {
			if p.RawBytes > limit.bytes || p.Records > limit.records {
				t.Errorf("%s: payload %d has %d bytes and %d records", name, i, p.RawBytes, p.Records)
			}
			if p.ContentType != "application/json; charset=utf-8" || (p.ContentEncoding == "gzip") != (limit.level > 0) {
				t.Errorf("%s: payload %d is %q, %q", name, i, p.ContentType, p.ContentEncoding)
			}
		}
		if strings.Join(got, "\x00") != strings.Join(contents, "\x00") {
			t.Errorf("%s: the contents that came out are not those that went in", name)
		}
	}
}

func TestBuilder_NoRecordsNoPayload(t *testing.T) {
	b := builder(t, 1000, 10, 1)
	if p, ok := b.Take(); ok {
		t.Errorf("got %+v", p)
	}
	if payloads, _ := build(t, b, []string{"x"}); len(payloads) != 1 {
		t.Errorf("got %d payloads", len(payloads))
	}
	if _, ok := b.Take(); ok {
		t.Error("a payload was taken twice")
	}
}

func TestBuilder_RecordOfExactlyTheLimit(t *testing.T) {
	empty := len(new(encode.JSON).Append(nil, &record.Record{})) + len("[]")
	b := builder(t, empty+100, 10, 0)
	payloads, got := build(t, b, []string{strings.Repeat("x", 100)})
	if len(payloads) != 1 || len(got[0]) != 100 || payloads[0].Cuts != (batch.Cuts{}) {
		t.Errorf("got %d payloads, content of %d", len(payloads), len(got[0]))
	}
	if _, got := build(t, b, []string{strings.Repeat("x", 101)}); len(got[0]) != 100 {
		t.Errorf("a content of 101 became %d", len(got[0]))
	}
}

func TestBuilder_CutsContent(t *testing.T) {
	const limit = 50_000
	for name, content := range map[string]string{
		"plain":              strings.Repeat("x", 200_000),
		"quotes":             strings.Repeat(`"`, 200_000),
		"control characters": strings.Repeat("\x01", 200_000),
		"invalid UTF-8":      strings.Repeat("\xff", 200_000),
		"characters of four": strings.Repeat("🎉", 50_000),
		"all at the end":     strings.Repeat("x", 45_000) + strings.Repeat("\x01", 100_000),
		"all at the start":   strings.Repeat("\x01", 100_000) + strings.Repeat("x", 45_000),
	} {
		b := builder(t, limit, 10, 0)
		payloads, got := build(t, b, []string{"before", content, "after"})
		if len(got) != 3 || got[0] != "before" || got[2] != "after" {
			t.Errorf("%s: the neighbours were hurt: %d records", name, len(got))
			continue
		}
		for _, p := range payloads {
			if p.RawBytes > limit {
				t.Errorf("%s: a payload of %d bytes", name, p.RawBytes)
			}
		}
		if repaired := strings.ToValidUTF8(content, "\uFFFD"); name != "invalid UTF-8" && !strings.HasPrefix(repaired, got[1]) {
			t.Errorf("%s: what is left is no start of the content", name)
		}
		if !utf8.ValidString(got[1]) || payloads[1].RawBytes < limit-6 {
			t.Errorf("%s: only %d bytes of %d are used", name, payloads[1].RawBytes, limit)
		}
		if cuts := payloads[1].Cuts; cuts.Content != 1 || cuts.Attributes != 0 {
			t.Errorf("%s: cuts %+v", name, cuts)
		}
	}
}

func TestBuilder_LeavesOutAttributes(t *testing.T) {
	var r record.Record
	r.Content = []byte("content")
	for i := range 100 {
		a := record.Attribute{Key: []byte{'k', byte('0' + i/10), byte('0' + i%10)}, Value: record.Value{Kind: record.String, Text: bytes.Repeat([]byte("v"), 1000)}}
		if i < 50 {
			r.Attributes = append(r.Attributes, a)
		} else {
			r.Runs = append(r.Runs, record.Run{At: 50, ID: uint64(i), Attributes: []record.Attribute{a}})
		}
	}
	b := builder(t, 10_000, 10, 0)
	if !b.Add(&r) {
		t.Fatal("not added")
	}
	p, _ := b.Take()
	if cuts := p.Cuts; p.RawBytes > 10_000 || !json.Valid(p.Body) || cuts.Content != 0 || cuts.Attributes < 90 || cuts.Attributes > 95 || !bytes.Contains(p.Body, []byte(`"content":"content"`)) {
		t.Errorf("%d bytes, cuts %+v", p.RawBytes, cuts)
	}
}

func TestBuilder_LeavesOutLargestAttributesFirst(t *testing.T) {
	long := record.Value{Kind: record.String, Text: bytes.Repeat([]byte("x"), 3000)}
	short := func(key string) record.Attribute {
		return record.Attribute{Key: []byte(key), Value: record.Value{Kind: record.String, Text: []byte("short")}}
	}
	attributes := []record.Attribute{short("first")}
	for i := range 40 {
		attributes = append(attributes, record.Attribute{Key: fmt.Appendf(nil, "long%d", i), Value: long})
	}
	for _, encoder := range []encode.Encoder{new(encode.JSON), new(encode.OTLP)} {
		b, err := batch.New(batch.Options{Encoder: encoder, MaxBytes: 10_000, MaxRecords: 10})
		if err != nil {
			t.Fatal(err)
		}
		group := &record.Group{ID: 1, ResourceID: 2, Resource: []record.Attribute{{Key: []byte("wide"), Value: long}}}
		b.Add(&record.Record{Content: []byte("the line"), Attributes: append(slices.Clone(attributes), short("k8s.pod.name")), Group: group})
		p, _ := b.Take()
		for _, want := range []string{"the line", "first", "k8s.pod.name", "long0"} {
			if !bytes.Contains(p.Body, []byte(want)) {
				t.Errorf("%T: %s is lost", encoder, want)
			}
		}
		if cuts := p.Cuts; cuts.Attributes < 37 || cuts.Attributes > 39 || cuts.Content != 0 || p.RawBytes > 10_000 {
			t.Errorf("%T: cuts %+v, %d bytes", encoder, cuts, p.RawBytes)
		}
	}
}

func TestBuilder_SmallBodyIsNotCompressed(t *testing.T) {
	for content, want := range map[string]string{"x": "", strings.Repeat("x", 900): "", strings.Repeat("x", 1100): "gzip"} {
		b := builder(t, 1<<20, 10, 1)
		b.Add(&record.Record{Content: []byte(content)})
		if p, _ := b.Take(); p.ContentEncoding != want || want == "" && len(p.Body) != p.RawBytes {
			t.Errorf("a content of %d bytes: %q", len(content), p.ContentEncoding)
		}
	}
}

// TestBuilder_BoundsCopiedResources: the server copies a resource into each record.
func TestBuilder_BoundsCopiedResources(t *testing.T) {
	b, err := batch.New(batch.Options{Encoder: new(encode.OTLP), MaxBytes: 1_900_000, MaxRecords: 50_000})
	if err != nil {
		t.Fatal(err)
	}
	value := record.Value{Kind: record.String, Text: bytes.Repeat([]byte("x"), 10_000)}
	large := &record.Group{ID: 1, ResourceID: 2, Resource: []record.Attribute{{Key: []byte("k"), Value: value}}}
	small := &record.Group{ID: 3, ResourceID: 4}
	for round := range 2 {
		n := 0
		for b.Add(&record.Record{Content: []byte("a line"), Group: large}) {
			n++
		}
		p, _ := b.Take()
		if p.Records != n || n < 550 || n > 600 || p.RawBytes > 100_000 {
			t.Errorf("round %d: %d records in %d bytes", round, n, p.RawBytes)
		}
	}
	for n := range 10_000 {
		if !b.Add(&record.Record{Content: []byte("a line"), Group: small}) {
			t.Fatalf("a body takes %d records of a group that says nothing", n)
		}
	}
	huge := &record.Group{ID: 5, ResourceID: 6, Resource: []record.Attribute{{Key: []byte("k"), Value: record.Value{Kind: record.String, Text: make([]byte, 1_000_000)}}}}
	b.Take()
	if !b.Add(&record.Record{Group: huge}) {
		t.Error("a record alone has no place")
	}
}

func TestNew_UnknownCompressionLevel(t *testing.T) {
	if _, err := batch.New(batch.Options{Encoder: new(encode.JSON), GzipLevel: 42}); err == nil || !strings.Contains(err.Error(), "compress_level") {
		t.Errorf("got %v", err)
	}
}

func TestBuilder_ReleaseDropsOpenBody(t *testing.T) {
	b := builder(t, 1<<20, 10, 1)
	b.Add(&record.Record{Content: []byte("left over")})
	b.Release()
	if _, got := build(t, b, []string{"next"}); len(got) != 1 || got[0] != "next" {
		t.Errorf("got %q", got)
	}
}

func TestBuilder_KeepsLargeBufferWhileNeeded(t *testing.T) {
	content := bytes.Repeat([]byte("x"), 6<<20)
	var r record.Record
	flush := func(b *batch.Builder, size int) {
		r.Content = content[:size]
		b.Add(&r)
		b.Take()
		b.Release()
	}
	taken := func(b *batch.Builder, size int) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		flush(b, size)
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	b := builder(t, 9_500_000, 10, 0)
	flush(b, 6<<20)
	if got := taken(b, 5<<20); got < 5<<20 {
		t.Errorf("what a single flush needed is kept: the next large one took %d bytes", got)
	}
	flush(b, 6<<20)
	if n := testing.AllocsPerRun(20, func() { flush(b, 6<<20) }); n != 0 {
		t.Errorf("%v allocations for a flush as large as those before", n)
	}
	for range 8 {
		flush(b, 10)
	}
	if got := taken(b, 5<<20); got < 5<<20 {
		t.Errorf("a buffer that eight flushes did not need is kept: the next large one took %d bytes", got)
	}
}

func BenchmarkGzip(b *testing.B) {
	line := []byte(`203.0.113.7 - - [22/Nov/2026:10:00:00 +0000] "GET /items/17 HTTP/1.1" 200 512 "-" "curl/8.0"`)
	bd, err := batch.New(batch.Options{Encoder: new(encode.JSON), MaxBytes: 9_500_000, MaxRecords: 50_000, GzipLevel: 1})
	if err != nil {
		b.Fatal(err)
	}
	r := record.Record{Content: line}
	b.SetBytes(int64(10_000 * len(line)))
	b.ReportAllocs()
	for b.Loop() {
		for range 10_000 {
			bd.Add(&r)
		}
		bd.Take()
	}
}
