package flush

import "slices"

// Progress is how far a chunk has come: which of its records are settled, that is accepted, or
// given up for a reason that was counted, and which ranges are known to hold a record that the
// server rejects. The zero Progress is that of a new chunk. It takes one bit a record and is not
// safe for concurrent use.
type Progress struct {
	settled  []uint64
	suspects []Range
	// Records is the number of settled records.
	Records int
	// Accepted and Rejected report whether at least one record was; Accept sets the former.
	Accepted, Rejected bool
	acceptedBy         uint64 // endpoints that accepted a record, one bit for each Verdict.Endpoint
	// Samples is the number of records, drawn at random, that the server rejected on their own. Mixed
	// reports whether it accepted one of them.
	Samples int
	Mixed   bool
	// Panics counts the panics of the plugin over this chunk.
	Panics int
}

// maxSuspects bounds the ranges kept of a chunk. A range that finds no room is searched from the
// start again.
const maxSuspects = 1024

// Suspect notes that the unsettled records of a range were rejected as a whole. The range replaces
// those that it overlaps: a longer one around it says less.
func (p *Progress) Suspect(r Range) {
	p.suspects = slices.DeleteFunc(p.suspects, func(s Range) bool {
		return s.From < r.To && r.From < s.To
	})
	at, _ := slices.BinarySearchFunc(p.suspects, r, func(s, r Range) int { return s.From - r.From })
	if len(p.suspects) < maxSuspects {
		p.suspects = slices.Insert(p.suspects, at, r)
	}
}

// Suspects returns the ranges noted by Suspect, in order and without overlap.
func (p *Progress) Suspects() []Range { return p.suspects }

// ForgetSuspects forgets all of them.
func (p *Progress) ForgetSuspects() { p.suspects = p.suspects[:0] }

// Settled reports whether the record at position i is settled.
func (p *Progress) Settled(i int) bool {
	word := i >> 6
	return word < len(p.settled) && p.settled[word]>>(i&63)&1 != 0
}

// Settle marks the record at position i as settled.
func (p *Progress) Settle(i int) {
	if p.Settled(i) {
		return
	}
	for i>>6 >= len(p.settled) {
		p.settled = append(p.settled, 0)
	}
	p.settled[i>>6] |= 1 << (i & 63)
	p.Records++
}

// Accept notes that an endpoint (Verdict.Endpoint) accepted records of the chunk.
func (p *Progress) Accept(endpoint int) {
	p.Accepted = true
	p.acceptedBy |= 1 << endpoint
}

// AcceptedBy reports whether this endpoint accepted records of the chunk. What another one
// accepted does not prove that a rejection by this one is about the record.
func (p *Progress) AcceptedBy(endpoint int) bool { return p.acceptedBy>>endpoint&1 != 0 }

// Empty reports whether p says nothing more than the Progress of a new chunk.
func (p *Progress) Empty() bool { return p.Records == 0 && p.Panics == 0 && len(p.suspects) == 0 }

// Reset makes p the Progress of a new chunk and keeps its memory.
func (p *Progress) Reset() { *p = Progress{settled: p.settled[:0], suspects: p.suspects[:0]} }

// Copy makes p equal to other, in memory of its own.
func (p *Progress) Copy(other *Progress) {
	settled, suspects := p.settled[:0], p.suspects[:0]
	*p = *other
	p.settled, p.suspects = settled, suspects
	p.settled = append(p.settled, other.settled...)
	p.suspects = append(p.suspects, other.suspects...)
}

// bytes returns the memory that p refers to.
func (p *Progress) bytes() int { return 8*cap(p.settled) + 16*cap(p.suspects) }
