package bench

import (
	"testing"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/test/corpus"
)

// BenchmarkWhole measures a whole flush without the network: from a chunk to the gzip bodies that
// are sent.
func BenchmarkWhole(b *testing.B) {
	for _, c := range corpus.All() {
		b.Run(c.Name, func(b *testing.B) {
			o := newOurs()
			builder, err := batch.New(batch.Options{Encoder: new(encode.JSON), MaxBytes: 9_500_000, MaxRecords: 50_000, GzipLevel: 1})
			if err != nil {
				b.Fatal(err)
			}
			var raw, wire int
			flush := func() {
				o.reader.Reset(c.Data)
				for o.reader.Next(&o.event) {
					o.mapper.Map(&o.event, &o.rec)
					if !builder.Add(&o.rec) {
						b.Fatal("a chunk of 2 MB does not fit one payload")
					}
				}
				p, _ := builder.Take()
				raw, wire = p.RawBytes, len(p.Body)
				o.mapper.Release()
				builder.Release()
			}
			flush()
			b.SetBytes(int64(len(c.Data)))
			b.ReportAllocs()
			for b.Loop() {
				flush()
			}
			b.ReportMetric(float64(raw)/float64(wire), "ratio")
		})
	}
}
