//go:build cgo

package bench

import (
	"syscall"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
)

// BenchmarkTimesUsual runs the usual design and ours in turn, ours with the mappings off and on. It
// reports the ratio of the usual design's CPU time to ours for the same chunk. A ratio is stable on
// a machine whose speed changes from minute to minute. The usual design maps nothing.
func BenchmarkTimesUsual(b *testing.B) {
	for _, c := range corpus.All() {
		b.Run(c.Name, func(b *testing.B) {
			o, mapped := newOurs(), newMapped(c.Tag)
			o.run(c.Data)
			mapped.run(c.Data)
			usual(c.Data)
			const rounds = 20 // of ours per round of the usual design: about the same time
			var theirs, mine, withMapping time.Duration
			for b.Loop() {
				start := cpu()
				usual(c.Data)
				between := cpu()
				for range rounds {
					o.run(c.Data)
				}
				after := cpu()
				for range rounds {
					mapped.run(c.Data)
				}
				theirs += between - start
				mine += (after - between) / rounds
				withMapping += (cpu() - after) / rounds
			}
			b.ReportMetric(float64(theirs)/float64(mine), "times-off")
			b.ReportMetric(float64(theirs)/float64(withMapping), "times-auto")
			b.ReportMetric(float64(b.N)*float64(len(c.Data))/1e6/mine.Seconds(), "MB/s-ours")
			b.ReportMetric(float64(b.N)*float64(len(c.Data))/1e6/theirs.Seconds(), "MB/s-usual")
		})
	}
}

// cpu returns the CPU time that the process has used so far, including the garbage collector.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
