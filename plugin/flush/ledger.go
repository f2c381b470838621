package flush

import (
	"container/list"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cespare/xxhash/v2"
)

// ChunkKey identifies a chunk across attempts. Fluent Bit hands over the same bytes and the same
// tag on every retry, also after a restart, and no id (src/flb_input_chunk.c: a chunk that was
// flushed once takes no more records).
type ChunkKey struct {
	// Hash is the hash of the bytes, seeded with the hash of the tag.
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

const (
	// ledgerEntries, ledgerBytes and ledgerAge bound a Ledger. Fluent Bit has at most 16,384 chunks
	// in flight; only those that were accepted in part need an entry, of one bit a record.
	ledgerEntries = 4096
	ledgerBytes   = 8 << 20
	// ledgerAge is the time after which Dynatrace rejects the rest of a chunk as too old anyway.
	ledgerAge = 24 * time.Hour
	// ledgerEntryBytes is about the memory of an entry beside its bits.
	ledgerEntryBytes = 256
)

// Ledger keeps the Progress of chunks that will come again, so that a retry sends only what is not
// settled yet. It is bounded in entries (4,096), bytes (8 MiB) and age (24 h); the oldest entry
// goes first, and what its chunk had accepted can then arrive twice. It lives in memory: a restart
// forgets it. The zero Ledger is empty; it is safe for concurrent use.
//
// Two chunks with the same tag and bytes have the same key. Each may have an entry of its own, and
// since their records are equal it does not matter which chunk gets which entry: Take gives an
// entry to one flush only.
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

// Empty reports whether there is nothing to Take, so that the key of a chunk need not be computed.
func (l *Ledger) Empty() bool { return l.entries.Load() == 0 }

// Take moves the progress of a chunk into p and removes it from the ledger. It reports false, and
// leaves p as it is, if there is none.
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

// Put keeps a copy of the progress of a chunk until its next Take. It returns the number of
// entries that it had to remove to make room.
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
	l.bytes += ledgerEntryBytes + entry.kept.bytes()
	for l.order.Len() > ledgerEntries || l.bytes > ledgerBytes && l.order.Len() > 1 {
		l.remove(l.order.Front())
		forgotten++
	}
	l.entries.Store(int64(l.order.Len()))
	return forgotten
}

// expire removes the entries that are too old.
func (l *Ledger) expire(now time.Time) {
	for {
		oldest := l.order.Front()
		if oldest == nil || now.Sub(oldest.Value.(*ledgerEntry).put) <= ledgerAge {
			return
		}
		l.remove(oldest)
	}
}

func (l *Ledger) remove(e *list.Element) *ledgerEntry {
	entry := l.order.Remove(e).(*ledgerEntry)
	l.bytes -= ledgerEntryBytes + entry.kept.bytes()
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
