package plugin

import (
	"sync"
	"time"
)

// sizeMemory is for how long a size that the server refused is remembered. After that one payload finds out whether it still holds.
const sizeMemory = time.Hour

// bodySize is the size of request bodies, in bytes before compression, that the server has turned out to take. The zero value
// knows of no refusal. It is safe for concurrent use.
type bodySize struct {
	mu     sync.Mutex
	target int // 0: no limit of its own
	until  time.Time
}

// refused notes that a body of that size was too large: half of it is the target from now on.
func (b *bodySize) refused(size int, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if half := max(size/2, leastBody); b.target == 0 || half < b.target {
		b.target = half
	}
	b.until = now.Add(sizeMemory)
}

// most is the size that a body should not exceed, at most limit.
func (b *bodySize) most(limit int, now time.Time) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.target != 0 && now.After(b.until) {
		b.target = 0
	}
	if b.target == 0 {
		return limit
	}
	return min(b.target, limit)
}
