package plugin

import (
	"sync"
	"time"
)

// sizePatience is the time after which a size that the server turned out to take is doubled: a gateway that was in trouble for a moment
// must not make for small requests for long, and to find a lasting limit again costs a request.
const sizePatience = time.Minute

// bodySize is the size of request bodies, in bytes before compression, that the server has turned out to take. The zero value
// knows of no refusal. It is safe for concurrent use.
type bodySize struct {
	mu     sync.Mutex
	target int // 0: no limit of its own
	since  time.Time
}

// refused notes that a body of that size was too large: half of it is the target from now on.
func (b *bodySize) refused(size int, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.target, b.since = b.grown(max(size/2, smallBody), now), now
}

// most is the size that a body should not exceed, at most limit.
func (b *bodySize) most(limit int, now time.Time) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.grown(limit, now)
}

// forget forgets every refusal.
func (b *bodySize) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.target = 0
}

// grown is the target by now, at most limit.
func (b *bodySize) grown(limit int, now time.Time) int {
	if b.target == 0 {
		return limit
	}
	doublings := min(max(0, now.Sub(b.since)/sizePatience), 16)
	return min(b.target<<doublings, limit)
}
