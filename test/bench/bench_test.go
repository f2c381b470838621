package bench

import (
	"encoding/json"
	"testing"

	"out_dynatrace/test/corpus"
)

// chunks are the corpora that the claim is made for.
func chunks() []corpus.Chunk {
	return []corpus.Chunk{corpus.Kubernetes(), corpus.FireLens(), corpus.Plain()}
}

// benchmark runs one way over every corpus. SetBytes takes the bytes of the chunk, not of the JSON, so that all sides are
// measured by the same.
func benchmark(b *testing.B, transcode func([]byte) []byte) {
	for _, c := range chunks() {
		b.Run(c.Name, func(b *testing.B) {
			b.SetBytes(int64(len(c.Data)))
			b.ReportAllocs()
			for b.Loop() {
				transcode(c.Data)
			}
			b.ReportMetric(float64(c.Events)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

// values are the records of a JSON array.
func values(t *testing.T, body []byte) (records []map[string]any) {
	t.Helper()
	if err := json.Unmarshal(body, &records); err != nil {
		t.Fatal(err)
	}
	return records
}
