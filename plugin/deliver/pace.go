package deliver

import (
	"sync/atomic"
	"time"
)

// Pace is how long the destination takes to answer, and so how much time must be left for a request
// to make sense: one that is cut off may have been accepted, and would be sent twice. The zero Pace
// has seen no answer. Safe for concurrent use.
type Pace struct{ slow atomic.Int64 }

// leastAttempt is the least time that an attempt must have left.
const leastAttempt = time.Second

// Observe notes how long the server took to accept or reject a payload. A slow answer counts at
// once; each faster one takes an eighth off.
func (p *Pace) Observe(took time.Duration) {
	for {
		old := p.slow.Load()
		slow := max(int64(took), old-old/8)
		if p.slow.CompareAndSwap(old, slow) {
			return
		}
	}
}

// Least returns the time that an attempt should have: twice the time of recent slow answers, one
// second at least, and never more than timeout, the end of every attempt.
func (p *Pace) Least(timeout time.Duration) time.Duration {
	return min(timeout, max(leastAttempt, 2*time.Duration(p.slow.Load())))
}
