package e2e

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"out_dynatrace/test/corpus"
)

// A chunk that is larger than a payload becomes several, none empty, none too large.
func TestPayload_KeepsItsLimits(t *testing.T) {
	const lines = 10_000
	limits := []struct {
		bytes   int64
		records int
	}{{65_536, 50_000}, {9_500_000, 70}, {70_000, 100}}
	for _, a := range everywhere("5.1.1", "1.9") {
		for _, limit := range limits {
			t.Run(fmt.Sprintf("%s, %d bytes, %d records", a.name, limit.bytes, limit.records), func(t *testing.T) {
				t.Parallel()
				d := newDestination(t)
				r := a.start(t, to(d, 2, "max_payload_bytes", fmt.Sprint(limit.bytes), "max_payload_records", fmt.Sprint(limit.records)))
				r.write(0, numbered(1, lines))
				d.awaitStored(t, lines)
				out := r.stop()
				d.wantLinesOnce(t, lines)
				wantQuiet(t, out.lines)
				for _, e := range d.seen() {
					if e.Uncompressed > limit.bytes || e.Received > limit.records || e.Received == 0 {
						t.Errorf("a request with %d bytes and %d records", e.Uncompressed, e.Received)
					}
				}
				if n := len(d.seen()); n < lines/limit.records || n < len(numbered(1, lines))/int(limit.bytes) {
					t.Errorf("%d requests are too few", n)
				}
			})
		}
	}
}

// The line is cut to the payload limit and the cut is logged. Its neighbours arrive whole.
func TestPayload_LineOfTenMegabytesArrives(t *testing.T) {
	long := strings.Repeat("0123456789abcde ", 10_000_000/16)
	for _, a := range everywhere("5.1.1", "1.9") {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			d := newDestination(t)
			r := a.start(t, to(d, 1))
			if h, ok := r.(*hostRun); ok { // as one chunk
				var chunk []byte
				for _, line := range []string{"before", long, "after"} {
					chunk = corpus.AppendEvent(chunk, corpus.At(time.Now()), nil, corpus.Fields("log", line))
				}
				if err := h.Send(0, "app", chunk); err != nil {
					t.Fatal(err)
				}
			} else {
				r.write(0, bytes.Join([][]byte{[]byte("before"), []byte(long), []byte("after"), nil}, []byte("\n")))
			}
			d.awaitStored(t, 3)
			out := r.stop()
			d.wantClean(t)
			got := map[string]int{}
			for content := range d.contents(t) {
				switch {
				case content == "before", content == "after":
					got[content]++
				case strings.HasPrefix(long, content) && len(content) > 9_400_000:
					got["long"]++
				default:
					t.Errorf("%d bytes arrived: %.60q ...", len(content), content)
				}
			}
			if len(got) != 3 || len(d.Records()) != 3 {
				t.Errorf("arrived: %v", got)
			}
			wantLines(t, out.lines, "warn", saysCutPayload, 1)
			for _, e := range d.seen() {
				if e.Uncompressed > 9_500_000 {
					t.Errorf("a request of %d bytes", e.Uncompressed)
				}
			}
		})
	}
}
