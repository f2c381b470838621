package bench

import (
	"fmt"
	"testing"

	"out_dynatrace/plugin/batch"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/test/corpus"
)

// BenchmarkFormats measures a whole flush without the network, in each format, plain and with gzip.
func BenchmarkFormats(b *testing.B) {
	for _, c := range append(corpus.All(), groups()) {
		for _, level := range []int{0, 1} {
			for _, format := range []struct {
				name    string
				encoder encode.Encoder
			}{{"json", new(encode.JSON)}, {"jsonl", new(encode.JSONL)}, {"text", new(encode.Text)}, {"otlp", new(encode.OTLP)}} {
				b.Run(fmt.Sprintf("%s/gzip %d/%s", c.Name, level, format.name), func(b *testing.B) {
					o := newOurs()
					options := usualOptions()
					options.GroupsApart = format.name == "otlp"
					o.mapper = mapping.NewMapper(options)
					builder, err := batch.New(batch.Options{Encoder: format.encoder, MaxBytes: 9_500_000, MaxRecords: 50_000, GzipLevel: level})
					if err != nil {
						b.Fatal(err)
					}
					raw, wire := 0, 0
					take := func() {
						p, _ := builder.Take()
						raw, wire = raw+p.RawBytes+len(p.Attributes), wire+len(p.Body)+len(p.Attributes)
					}
					flush := func() {
						raw, wire = 0, 0
						o.reader.Reset(c.Data)
						for o.reader.Next(&o.event) {
							o.mapper.Map(&o.event, &o.rec)
							if !builder.Add(&o.rec) {
								take()
								builder.Add(&o.rec)
							}
						}
						take()
						o.mapper.Release()
						builder.Release()
					}
					flush()
					b.SetBytes(int64(len(c.Data)))
					b.ReportAllocs()
					for b.Loop() {
						flush()
					}
					b.ReportMetric(float64(raw), "body-bytes")
					b.ReportMetric(float64(wire), "wire-bytes")
				})
			}
		}
	}
}
