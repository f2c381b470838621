package bench

import (
	"encoding/json"
	"testing"

	"out_dynatrace/test/corpus"
)

// chunks returns the corpora on which the performance claims are based.
func chunks() []corpus.Chunk {
	return []corpus.Chunk{corpus.Kubernetes(), corpus.FireLens(), corpus.Plain()}
}

// benchmark runs one implementation over every corpus. SetBytes counts the bytes of the chunk, not
// of the JSON, so that all implementations have the same unit.
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

// values returns the records of a JSON array.
func values(t *testing.T, body []byte) (records []map[string]any) {
	t.Helper()
	if err := json.Unmarshal(body, &records); err != nil {
		t.Fatal(err)
	}
	return records
}
