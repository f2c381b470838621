package deliver

import (
	"sync/atomic"
	"time"
)

// Pace is how long the destination takes for an answer, and with that how much time must be left for a request to make sense: one
// that is cut off can have been taken, and is sent twice then. The zero Pace knows of no answer. Safe for concurrent use.
type Pace struct{ slow atomic.Int64 }

// leastAttempt is the time that must be left for an attempt at the least.
const leastAttempt = time.Second

// Observe notes how long the server took to accept or refuse a payload. A slow answer counts at once, and is forgotten by and by.
func (p *Pace) Observe(took time.Duration) {
	for {
		old := p.slow.Load()
		slow := max(int64(took), old-old/8)
		if p.slow.CompareAndSwap(old, slow) {
			return
		}
	}
}

// Least is the time that an attempt should have: twice what the slow answers took of late, one second at least, and never more
// than timeout, the end of every attempt.
func (p *Pace) Least(timeout time.Duration) time.Duration {
	return min(timeout, max(leastAttempt, 2*time.Duration(p.slow.Load())))
}
