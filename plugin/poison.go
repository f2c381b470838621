package plugin

import (
	"sync"

	"github.com/cespare/xxhash/v2"

	"out_dynatrace/plugin/deliver"
)

const (
	// panicsPerChunk is how often a chunk may make the plugin panic before it is given up.
	panicsPerChunk = 3
	// rememberedChunks bounds the chunks whose panics are counted at one time.
	rememberedChunks = 64
)

// poison counts the panics of each chunk. A chunk is known by the hash of its tag and bytes, which are the same on every
// retry. The zero value is ready; it is safe for concurrent use.
type poison struct {
	mu     sync.Mutex
	panics map[uint64]int
}

// record notes a panic and returns what to answer: OutcomeRetry for the first ones, OutcomeError when the chunk has used them up.
func (p *poison) record(tag, data []byte) deliver.Outcome {
	h := xxhash.New()
	_, _ = h.Write(tag)
	_, _ = h.Write([]byte{0})
	_, _ = h.Write(data)
	key := h.Sum64()

	p.mu.Lock()
	defer p.mu.Unlock()
	if p.panics == nil {
		p.panics = make(map[uint64]int)
	}
	if _, known := p.panics[key]; !known && len(p.panics) >= rememberedChunks {
		for other := range p.panics { // any: a chunk that is forgotten is only tried more often
			delete(p.panics, other)
			break
		}
	}
	p.panics[key]++
	if p.panics[key] < panicsPerChunk {
		return deliver.OutcomeRetry
	}
	delete(p.panics, key)
	return deliver.OutcomeError
}
