//go:build cgo

package bench

import (
	"io"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/test/corpus"
)

// BenchmarkMapping converts a chunk to its JSON body with the mappings off and on in turn. It
// reports the ratio of CPU time with mappings to CPU time without them: without compression, and
// with compression, as bodies are sent. A ratio is stable on a machine whose speed changes from
// minute to minute.
func BenchmarkMapping(b *testing.B) {
	for _, c := range append(corpus.All(), journal(1), journal(40), pods(100), syslogLines(), loggers(), pino(), groups(), zap(), winston(), dotNet(), merged(), windows(), mixed()) {
		b.Run(c.Name, func(b *testing.B) {
			off, on := newOurs(), newMapped(c.Tag)
			off.run(c.Data)
			on.run(c.Data)
			zip, err := gzip.NewWriterLevel(io.Discard, 1)
			if err != nil {
				b.Fatal(err)
			}
			compress := func(body []byte) time.Duration {
				start := cpu()
				zip.Reset(io.Discard)
				_, _ = zip.Write(body)
				_ = zip.Close()
				return cpu() - start
			}
			var without, with, zipWithout, zipWith time.Duration
			for b.Loop() {
				start := cpu()
				off.run(c.Data)
				between := cpu()
				on.run(c.Data)
				without += between - start
				with += cpu() - between
				zipWithout += compress(off.body)
				zipWith += compress(on.body)
			}
			b.ReportMetric(float64(with)/float64(without), "times-off")
			b.ReportMetric(float64(with+zipWith)/float64(without+zipWithout), "times-off-gzip")
			b.ReportMetric(float64(len(on.body))/float64(len(off.body)), "bytes-off")
			b.ReportMetric(float64(b.N)*float64(len(c.Data))/1e6/with.Seconds(), "MB/s")
		})
	}
}

// newMapped returns the plugin's pipeline with the sources that enrich auto turns on, and a host
// name.
func newMapped(tag string) *ours {
	o := newOurs()
	o.mapper, o.flush = mapping.NewMapper(mappedOptions()), mapping.Flush{Tag: []byte(tag)}
	return o
}

func mappedOptions() mapping.Options {
	options := usualOptions()
	options.Sources = source.Auto()
	options.PathKeys = []string{"log.file.path", "filename", "file_path", "filepath"}
	options.Hostname = "node-1.example.com"
	return options
}
