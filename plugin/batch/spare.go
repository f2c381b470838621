package batch

const (
	// keptBytes is the size of buffer that a Builder holds on to in any case. A chunk of Fluent Bit's usual two megabytes mostly stays
	// below it.
	keptBytes = 4 << 20
	// keptFlushes is for how many flushes that use less than half of it a larger one is kept.
	keptFlushes = 8
)

// spare tells when a buffer is larger than what is needed of it: one that is needed in each flush is not to be made anew each time.
type spare struct {
	used    int // most of it, in this flush
	flushes int // in a row that needed less than half
}

func (s *spare) use(n int) { s.used = max(s.used, n) }

// isOver ends a flush, and tells whether a buffer of that size is to be given back.
func (s *spare) isOver(size int) bool {
	if s.flushes++; size <= keptBytes || s.used > size/2 {
		s.flushes = 0
	}
	s.used = 0
	if s.flushes < keptFlushes {
		return false
	}
	s.flushes = 0
	return true
}
