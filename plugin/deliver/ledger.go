package deliver

import (
	"container/list"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cespare/xxhash/v2"
)

// ChunkKey knows a chunk again. Fluent Bit hands over the same bytes and the same tag on every retry, also after a restart,
// and no id (src/flb_input_chunk.c: a chunk that was flushed once takes no more records).
type ChunkKey struct {
	// Hash is of the bytes, seeded with that of the tag.
	Hash uint64
	// Size is the number of bytes.
	Size int
}

// KeyOf returns the key of a chunk. It reads all of it, at several GB/s.
func KeyOf(tag, data []byte) ChunkKey {
	d := xxhash.NewWithSeed(xxhash.Sum64(tag))
	_, _ = d.Write(data) // it cannot fail
	return ChunkKey{Hash: d.Sum64(), Size: len(data)}
}

// Progress is how far a chunk has come: which of its records are settled, that is accepted, or given up for a reason that was
// counted, and which stretches are known to hold a record that the server refuses. Records are known by their position in the chunk,
// from 0. The zero Progress is that of a new chunk. It takes a bit a record, and is not safe for concurrent use.
type Progress struct {
	settled  []uint64
	suspects []Span
	// Records is the number of settled records.
	Records int
	// Accepted and Refused say that at least one of them was; Accept sets the former.
	Accepted, Refused bool
	takers            uint64 // the endpoints that accepted one, a bit for each Verdict.Endpoint
	// Samples is the number of records, drawn by chance, that the server refused alone; Mixed says that it took one of them.
	Samples int
	Mixed   bool
	// Panics counts those of the plugin over this chunk.
	Panics int
}

// Span is a stretch of positions, To not included.
type Span struct{ From, To int }

// maxSuspects bounds the stretches of a chunk. One that finds no room is only found out again.
const maxSuspects = 1024

// Suspect notes that what is not settled of a stretch was refused as a whole. It takes the place of a longer one around it.
func (p *Progress) Suspect(from, to int) {
	p.suspects = slices.DeleteFunc(p.suspects, func(s Span) bool { return s.From < to && from < s.To })
	at, _ := slices.BinarySearchFunc(p.suspects, from, func(s Span, from int) int { return s.From - from })
	if len(p.suspects) < maxSuspects {
		p.suspects = slices.Insert(p.suspects, at, Span{from, to})
	}
}

// NextSuspect returns the first of these stretches that does not end before a position.
func (p *Progress) NextSuspect(position int) (Span, bool) {
	for _, s := range p.suspects {
		if s.To > position {
			return s, true
		}
	}
	return Span{}, false
}

// Settled tells whether the record at position i is settled.
func (p *Progress) Settled(i int) bool {
	word := i >> 6
	return word < len(p.settled) && p.settled[word]>>(i&63)&1 != 0
}

// Settle marks the record at position i.
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
	p.takers |= 1 << endpoint
}

// AcceptedBy tells whether this endpoint did: what one takes does not prove that another one that refuses is right about a record.
func (p *Progress) AcceptedBy(endpoint int) bool { return p.takers>>endpoint&1 != 0 }

// Empty tells whether p is no more than that of a new chunk.
func (p *Progress) Empty() bool { return p.Records == 0 && p.Panics == 0 && len(p.suspects) == 0 }

// Reset makes p that of a new chunk, and keeps its memory.
func (p *Progress) Reset() { *p = Progress{settled: p.settled[:0], suspects: p.suspects[:0]} }

// Copy makes p equal to other, in memory of its own.
func (p *Progress) Copy(other *Progress) {
	settled, suspects := append(p.settled[:0], other.settled...), append(p.suspects[:0], other.suspects...)
	*p = *other
	p.settled, p.suspects = settled, suspects
}

func (p *Progress) bytes() int { return 8*cap(p.settled) + 16*cap(p.suspects) + ledgerEntryBytes }

const (
	// ledgerEntries, ledgerBytes and ledgerAge bound a Ledger. Fluent Bit has at most 16,384 chunks under way; only those
	// that were accepted in part need an entry, of a bit a record.
	ledgerEntries = 4096
	ledgerBytes   = 8 << 20
	// ledgerAge is the time after which Dynatrace refuses the rest of a chunk as too old anyway.
	ledgerAge = 24 * time.Hour
	// ledgerEntryBytes is about what an entry takes beside its bits.
	ledgerEntryBytes = 256
)

// Ledger keeps the Progress of chunks that will come again, so that a retry sends only what is not settled yet. It is bounded in
// entries (4,096), bytes (8 MiB) and age (24 h); the oldest entry goes first, and what its chunk had accepted can then arrive
// twice. It lives in memory: a restart forgets it. The zero Ledger is empty; it is safe for concurrent use.
//
// Two chunks with the same tag and bytes have the same key. Each may have an entry of its own, and since their records are
// equal it does not matter which of them gets which: Take gives an entry to one flush only.
type Ledger struct {
	entries atomic.Int64 // for a look without the lock

	mu    sync.Mutex
	byKey map[ChunkKey][]*list.Element
	order list.List // of *ledgerEntry, the oldest first
	bytes int
}

type ledgerEntry struct {
	key  ChunkKey
	put  time.Time
	kept Progress
}

// Empty tells whether there is nothing to Take, so that the key of a chunk need not be computed.
func (l *Ledger) Empty() bool { return l.entries.Load() == 0 }

// Take moves the progress of a chunk into p and forgets it. It reports false, and leaves p alone, when there is none.
func (l *Ledger) Take(key ChunkKey, p *Progress) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(time.Now())
	found := l.byKey[key]
	if len(found) == 0 {
		return false
	}
	entry := l.remove(found[len(found)-1])
	p.Copy(&entry.kept)
	return true
}

// Put keeps a copy of the progress of a chunk until its next Take. It returns the number of entries that had to go for it.
func (l *Ledger) Put(key ChunkKey, p *Progress) (forgotten int) {
	entry := &ledgerEntry{key: key, put: time.Now()}
	entry.kept.Copy(p)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(entry.put)
	if l.byKey == nil {
		l.byKey = make(map[ChunkKey][]*list.Element)
	}
	l.byKey[key] = append(l.byKey[key], l.order.PushBack(entry))
	l.bytes += entry.kept.bytes()
	for l.order.Len() > ledgerEntries || l.bytes > ledgerBytes && l.order.Len() > 1 {
		l.remove(l.order.Front())
		forgotten++
	}
	l.entries.Store(int64(l.order.Len()))
	return forgotten
}

// expire forgets what is too old.
func (l *Ledger) expire(now time.Time) {
	for e := l.order.Front(); e != nil && now.Sub(e.Value.(*ledgerEntry).put) > ledgerAge; e = l.order.Front() {
		l.remove(e)
	}
}

func (l *Ledger) remove(e *list.Element) *ledgerEntry {
	entry := l.order.Remove(e).(*ledgerEntry)
	l.bytes -= entry.kept.bytes()
	same := l.byKey[entry.key]
	for i := range same {
		if same[i] == e {
			same = append(same[:i], same[i+1:]...)
			break
		}
	}
	if len(same) == 0 {
		delete(l.byKey, entry.key)
	} else {
		l.byKey[entry.key] = same
	}
	l.entries.Store(int64(l.order.Len()))
	return entry
}
