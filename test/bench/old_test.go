//go:build cgo

package bench

import (
	"testing"
	"time"

	"out_dynatrace/plugin/mapping"
	"out_dynatrace/test/corpus"
)

// BenchmarkLegacyServers converts a chunk to its JSON body with unchanged keys and values, and with
// lower-case keys and text values for legacy servers, in turn. It reports the ratio of CPU time of
// the second to the first.
func BenchmarkLegacyServers(b *testing.B) {
	for _, c := range append(corpus.All(), journal(40), pods(100), loggers(), pino()) {
		b.Run(c.Name, func(b *testing.B) {
			as, old := newMapped(c.Tag), newMapped(c.Tag)
			options := mappedOptions()
			options.LowercaseKeys, options.Stringify = true, true
			old.mapper = mapping.NewMapper(options)
			as.run(c.Data)
			old.run(c.Data)
			var without, with time.Duration
			for b.Loop() {
				start := cpu()
				as.run(c.Data)
				between := cpu()
				old.run(c.Data)
				without += between - start
				with += cpu() - between
			}
			b.ReportMetric(float64(with)/float64(without), "times-grail")
			b.ReportMetric(float64(b.N)*float64(len(c.Data))/1e6/with.Seconds(), "MB/s")
		})
	}
}
