package batch

const (
	// keptBytes is the size of buffer that a Builder holds on to in any case. A chunk of Fluent Bit's usual two megabytes mostly stays
	// below it.
	keptBytes = 4 << 20
	// keptFlushes is for how many flushes in a row that need less than half of it a larger one is kept.
	keptFlushes = 8
)

// spare tells when a buffer is larger than what is needed of it. One that flushes need again and again is not to be made anew each time;
// one that a single flush needed is given back at once.
type spare struct {
	used  int  // most of it, in this flush
	again bool // a flush before needed a large one
	small int  // flushes in a row that did not
}

func (s *spare) use(n int) { s.used = max(s.used, n) }

// isOver ends a flush, and tells whether a buffer of that size is to be given back.
func (s *spare) isOver(size int) bool {
	isLarge, isNeeded := size > keptBytes, s.used > size/2
	s.used = 0
	if isLarge && isNeeded {
		over := !s.again
		s.again, s.small = true, 0
		return over
	}
	if s.small++; s.small < keptFlushes {
		return false
	}
	s.again, s.small = false, 0
	return isLarge
}
