package ingest

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkIngest sends 1,000 records of some 900 bytes with twenty attributes.
func BenchmarkIngest(b *testing.B) {
	var body strings.Builder
	for i := range 1000 {
		sep := byte(',')
		if i == 0 {
			sep = '['
		}
		body.WriteByte(sep)
		fmt.Fprintf(&body, `{"timestamp":"2026-03-10T11:59:58.%06dZ","loglevel":"info","content":"%s %d"`, i, strings.Repeat("a line of text ", 20), i)
		for k := range 17 {
			fmt.Fprintf(&body, `,"k8s.some.attribute.%d":"value %d of %d"`, k, k, i)
		}
		body.WriteByte('}')
	}
	body.WriteByte(']')
	plain := body.String()
	for name, text := range map[string]string{"plain": plain, "gzip": gzipped(b, plain)} {
		b.Run(name, func(b *testing.B) {
			s := newServer(b, Options{Store: Discard{}})
			c := call{body: text}
			if name == "gzip" {
				c.header = map[string]string{"Content-Encoding": "gzip"}
			}
			b.SetBytes(int64(len(plain)))
			b.ReportAllocs()
			for b.Loop() {
				if w := c.do(s); w.Code != 204 {
					b.Fatal(w.Code, w.Body)
				}
			}
		})
	}
}
