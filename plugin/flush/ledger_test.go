package flush

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgressKnowsWhatIsSettled(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var p Progress
	for range 3 { // the second and third time in used memory
		p.Reset()
		want := map[int]bool{}
		for range 500 {
			i := rng.IntN(10_000)
			p.Settle(i)
			p.Settle(i)
			want[i] = true
		}
		for i := range 11_000 {
			if p.Settled(i) != want[i] {
				t.Fatalf("position %d: %v", i, p.Settled(i))
			}
		}
		if p.Records != len(want) {
			t.Errorf("%d records, want %d", p.Records, len(want))
		}
	}
}

func progressOf(positions ...int) *Progress {
	p := &Progress{Accepted: true}
	for _, i := range positions {
		p.Settle(i)
	}
	return p
}

func TestAChunkIsKnownByItsTagAndBytes(t *testing.T) {
	a := KeyOf([]byte("tag"), []byte("data"))
	if a != KeyOf([]byte("tag"), []byte("data")) {
		t.Error("the same chunk has two keys")
	}
	for _, other := range []ChunkKey{KeyOf([]byte("tag2"), []byte("data")), KeyOf([]byte("tag"), []byte("datb")), KeyOf([]byte("tagd"), []byte("ata")), KeyOf(nil, nil)} {
		if a == other {
			t.Error("another chunk has the same key")
		}
	}
}

func TestTheLedgerGivesBackWhatItWasGivenOnce(t *testing.T) {
	var l Ledger
	key := KeyOf([]byte("tag"), []byte("data"))
	var got Progress
	if !l.Empty() || l.Take(key, &got) {
		t.Fatal("something from nothing")
	}
	given := progressOf(3, 70)
	l.Put(key, given)
	given.Settle(4) // the ledger has a copy
	if l.Empty() || l.Take(KeyOf([]byte("other"), []byte("data")), &got) {
		t.Error("found under another key")
	}
	if !l.Take(key, &got) || got.Records != 2 || !got.Settled(3) || !got.Settled(70) || got.Settled(4) || !got.Accepted {
		t.Errorf("got %+v", got)
	}
	if !l.Empty() || l.Take(key, &got) {
		t.Error("given twice")
	}
}

func TestEqualChunksHaveAnEntryEach(t *testing.T) {
	var l Ledger
	key := KeyOf([]byte("tag"), []byte("data"))
	l.Put(key, progressOf(1))
	l.Put(key, progressOf(2))
	seen := map[bool]int{}
	for range 2 {
		var p Progress
		if !l.Take(key, &p) || p.Records != 1 {
			t.Fatalf("got %+v", p)
		}
		seen[p.Settled(1)]++
	}
	var p Progress
	if seen[true] != 1 || seen[false] != 1 || l.Take(key, &p) {
		t.Errorf("got %v", seen)
	}
}

func TestTheLedgerIsBounded(t *testing.T) {
	var l Ledger
	forgotten := 0
	for i := range 3 * ledgerEntries {
		forgotten += l.Put(KeyOf(nil, fmt.Append(nil, i)), progressOf(0))
	}
	if l.order.Len() != ledgerEntries || forgotten != 2*ledgerEntries || len(l.byKey) != ledgerEntries {
		t.Errorf("%d entries, %d keys, %d forgotten", l.order.Len(), len(l.byKey), forgotten)
	}
	var p Progress
	if l.Take(KeyOf(nil, fmt.Append(nil, 0)), &p) || !l.Take(KeyOf(nil, fmt.Append(nil, 3*ledgerEntries-1)), &p) {
		t.Error("not the oldest were forgotten")
	}
	for i := range 100 { // of a million records
		l.Put(KeyOf([]byte("large"), fmt.Append(nil, i)), progressOf(1<<20))
	}
	if l.bytes > ledgerBytes {
		t.Errorf("%d bytes", l.bytes)
	}
}

func TestTheLedgerForgetsWhatIsTooOldToBeSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l Ledger
		key := KeyOf(nil, []byte("a"))
		l.Put(key, progressOf(0))
		time.Sleep(ledgerAge + time.Second)
		var p Progress
		if l.Take(key, &p) || !l.Empty() || l.bytes != 0 {
			t.Errorf("kept %+v", p)
		}
	})
}

func TestTheLedgerMayBeUsedByManyAtOnce(t *testing.T) {
	var l Ledger
	var workers sync.WaitGroup
	for w := range 8 {
		workers.Go(func() {
			key := KeyOf(nil, []byte{byte(w / 2)})
			var p Progress
			for range 1000 {
				p.Reset()
				l.Take(key, &p)
				p.Settle(p.Records)
				l.Put(key, &p)
			}
		})
	}
	workers.Wait()
	total := 0
	for w := range 4 {
		var p Progress
		for l.Take(KeyOf(nil, []byte{byte(w)}), &p) {
			total += p.Records
		}
	}
	if total != 8000 {
		t.Errorf("%d records were settled, want 8000: an entry was given to two at once, or to nobody", total)
	}
}
