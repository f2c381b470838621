package batch

const (
	// keptBytes is the size of a buffer that a Builder always keeps. A chunk of Fluent Bit's usual
	// two megabytes is mostly below it.
	keptBytes = 4 << 20
	// keptFlushes is how many flushes in a row that need less than half of a larger buffer keep it.
	keptFlushes = 8
)

// spare decides when a buffer that is larger than needed is released. A buffer that flushes need
// again and again is kept; a buffer that only one flush needed is released at once.
type spare struct {
	used  int  // the most that was used in this flush
	again bool // an earlier flush needed a large buffer
	small int  // flushes in a row that did not
}

func (s *spare) use(n int) { s.used = max(s.used, n) }

// isOver ends a flush and reports whether a buffer of that size should be released.
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
