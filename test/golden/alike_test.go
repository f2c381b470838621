package golden

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
	"out_dynatrace/test/corpus"
	"out_dynatrace/test/ingest"
)

// TestFormats_StoreTheCorpusAlikeAsJSONAndOTLP uses all chunks of the corpus, also the odd ones.
// The formats differ in two points: in OTLP an integer beyond int64 is text, and a time of zero
// means no time.
func TestFormats_StoreTheCorpusAlikeAsJSONAndOTLP(t *testing.T) {
	chunks := map[string][]byte{}
	for _, c := range corpus.All() {
		chunks[c.Name] = c.Data
	}
	for _, c := range corpus.Odd() {
		chunks["odd: "+c.Name] = c.Chunk
	}
	for name, data := range chunks {
		t.Run(name, func(t *testing.T) {
			want := storedAs(t, "/api/v2/logs/ingest", new(encode.JSON), data)
			asOTLPKeepsThem(want)
			wantRecords(t, storedAs(t, "/api/v2/otlp/v1/logs", new(encode.OTLP), data), want)
		})
	}
}

// asOTLPKeepsThem changes records to the form that OTLP can represent.
func asOTLPKeepsThem(records []map[string]any) {
	const zero = "1970-01-01T00:00:00.00000000"
	for _, record := range records {
		for key, value := range record {
			record[key] = withoutLargeIntegers(value)
		}
		if record["timestamp"] == zero+"0Z" {
			record["timestamp"] = zero + "1Z"
		}
	}
}

// storedAs maps a chunk, encodes it, sends it to a local server and returns the records that the
// server stored. Mapper and server share one clock.
func storedAs(t testing.TB, path string, encoder encode.Encoder, data []byte) []map[string]any {
	t.Helper()
	_, isOTLP := encoder.(*encode.OTLP)
	mapper := mapping.NewMapper(mapping.Options{
		Limits:      record.Limits{ContentBytes: 10_000_000, AttributeValueBytes: 32_000, AttributeKeyBytes: 100, Attributes: 500, ArrayValues: 32, NestingLevels: 5},
		ContentKeys: []string{"log", "message", "MESSAGE"}, SummaryBytes: 256,
		LevelKeys:   []string{"loglevel", "severity", "level", "status"},
		Options:     source.Options{Sources: source.Auto()},
		GroupsApart: isOTLP,
		Now:         func() time.Time { return now },
	})
	builder, err := batch.New(batch.Options{Encoder: encoder, MaxBytes: 9_500_000, MaxRecords: 50_000, GzipLevel: 1})
	if err != nil {
		t.Fatal(err)
	}
	server, err := ingest.New(ingest.Options{Now: func() time.Time { return now }, Limits: ingest.Limits{MaxAge: math.MaxInt64, OTLPBytes: 10_000_000}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	send := func() {
		p, ok := builder.Take()
		if !ok {
			return
		}
		request := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(p.Body))
		request.Header.Set("Authorization", "Api-Token "+token)
		request.Header.Set("Content-Type", p.ContentType)
		request.Header.Set("Content-Encoding", p.ContentEncoding)
		answer := httptest.NewRecorder()
		if server.ServeHTTP(answer, request); answer.Code/100 != 2 {
			t.Fatalf("got status %d and body %q, want 2xx", answer.Code, answer.Body)
		}
	}
	var reader chunk.Reader
	var event chunk.Event
	var rec record.Record
	reader.Reset(data)
	mapper.Begin(mapping.Flush{Tag: []byte("kube.x")})
	for reader.Next(&event) {
		mapper.Map(&event, &rec)
		if !builder.Add(&rec) {
			send()
			builder.Add(&rec)
		}
	}
	send()
	var text bytes.Buffer
	text.WriteByte('[')
	for i, stored := range server.Records() {
		if i > 0 {
			text.WriteByte(',')
		}
		text.Write(stored)
	}
	text.WriteByte(']')
	all := recordsOf(t, text.Bytes())
	for _, stored := range all {
		delete(stored, "dt.openpipeline.source")
	}
	return all
}

// withoutLargeIntegers turns integers beyond int64 into text.
func withoutLargeIntegers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, ok := new(big.Int).SetString(v.String(), 10); ok && !n.IsInt64() {
			return v.String()
		}
	case []any:
		large := false
		for i, e := range v {
			v[i] = withoutLargeIntegers(e)
			_, isText := v[i].(string)
			_, wasText := e.(string)
			large = large || isText && !wasText
		}
		for i, e := range v { // if one element is text, all are
			if n, ok := e.(json.Number); ok && large {
				v[i] = n.String()
			}
		}
	}
	return v
}

// FuzzJSONAndOTLP sends arbitrary chunks in both formats and compares the stored records.
func FuzzJSONAndOTLP(f *testing.F) {
	for _, c := range corpus.Odd() {
		if len(c.Chunk) < 1<<13 {
			f.Add(c.Chunk)
		}
	}
	for _, g := range allCases(f) {
		if len(g.chunk) < 1<<13 {
			f.Add(g.chunk)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		want := storedAs(t, "/api/v2/logs/ingest", new(encode.JSON), data)
		got := storedAs(t, "/api/v2/otlp/v1/logs", new(encode.OTLP), data)
		asOTLPKeepsThem(want)
		wantRecords(t, got, want)
	})
}
