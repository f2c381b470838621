package main

import (
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
)

// compared is how many bytes of a content are compared; of longer ones also the rest is compared, but only as a length and
// over all contents together. A content of this length fits a request whatever it holds (a control character takes six
// bytes of JSON, a request takes 9.5 MB), while of a longer one the plugin may have to cut the end.
const compared = 1_000_000

// tally counts lines and adds up hashes of their contents. Two tallies of the same lines are equal whatever the order, which is
// all that an agent with several workers promises. Its size does not depend on what it has seen.
type tally struct {
	lines int64
	text  int64 // bytes of the contents
	long  int64 // contents longer than compared
	sum   uint64
}

var replacement = []byte("\uFFFD")

// add takes a line without its end. It is taken as Dynatrace can store it: each byte that is no part of valid UTF-8 counts
// as U+FFFD. Zero bytes at the start are left out, because tail leaves them out where a read happens to begin with them.
func (t *tally) add(line []byte) {
	for len(line) > 0 && line[0] == 0 {
		line = line[1:]
	}
	t.lines++
	if utf8.Valid(line) {
		t.sum += xxhash.Sum64(line[:min(len(line), compared)])
		t.finish(len(line))
		return
	}
	var h xxhash.Digest
	h.Reset()
	size := 0
	write := func(p []byte) {
		if room := compared - size; room > 0 {
			_, _ = h.Write(p[:min(len(p), room)])
		}
		size += len(p)
	}
	start := 0
	for i := 0; i < len(line); {
		r, width := utf8.DecodeRune(line[i:])
		if r == utf8.RuneError && width == 1 {
			write(line[start:i])
			write(replacement)
			start = i + 1
		}
		i += width
	}
	write(line[start:])
	t.sum += h.Sum64()
	t.finish(size)
}

func (t *tally) finish(size int) {
	t.text += int64(size)
	if size > compared {
		t.long++
	}
}
