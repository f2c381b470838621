package flush

import (
	"sync"
	"time"
)

// sizePatience is the time after which the learned size doubles: a gateway that was in trouble for
// a short time must not cause small requests for long, and finding a lasting limit again costs one
// request.
const sizePatience = time.Minute

// bodySize learns the largest request body, in bytes before compression, that the server accepts.
// The zero value has seen no rejection. It is safe for concurrent use.
type bodySize struct {
	mu     sync.Mutex
	target int // 0: no limit was learned
	since  time.Time
}

// tooLarge notes that a body of that size was too large: the target is half of it from now on.
func (b *bodySize) tooLarge(size int, now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.target, b.since = b.grown(max(size/2, smallBody), now), now
}

// most returns the size that a body should not exceed, at most limit.
func (b *bodySize) most(limit int, now time.Time) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.grown(limit, now)
}

// forget forgets every rejection.
func (b *bodySize) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.target = 0
}

// grown returns the target at a time, at most limit.
func (b *bodySize) grown(limit int, now time.Time) int {
	if b.target == 0 {
		return limit
	}
	doublings := min(max(0, now.Sub(b.since)/sizePatience), 16)
	return min(b.target<<doublings, limit)
}
