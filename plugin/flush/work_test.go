package flush

import (
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"out_dynatrace/plugin/deliver"
)

// items is a Carrier and an Account of items that are nothing but their positions.
type items struct {
	progress Progress
	most     int // items of a payload
	bad      func(position int) bool
	stop     func() bool // before a request

	payload           []int
	accepted, dropped []int
	requests          int
}

func (i *items) Pack(span Span) (packed, rest Span, ok bool) {
	i.payload = nil
	packed, rest = span, span
	for rest.From < span.To && len(i.payload) < i.most {
		if !i.progress.Settled(rest.From) {
			i.payload = append(i.payload, rest.From)
		}
		rest.From++
	}
	packed.To, packed.Records, packed.Bytes = rest.From, len(i.payload), 10*len(i.payload)
	return packed, rest, len(i.payload) > 0
}

func (i *items) Send(Span, bool) (deliver.Verdict, bool) {
	if i.stop != nil && i.stop() {
		return deliver.Verdict{}, false
	}
	i.requests++
	if slices.ContainsFunc(i.payload, i.bad) {
		return deliver.Verdict{Kind: deliver.Rejected, Reason: deliver.ReasonRejected}, true
	}
	return deliver.Verdict{Kind: deliver.Accepted}, true
}

func (i *items) Positions(span Span) iter.Seq[int] {
	return func(yield func(int) bool) {
		for p := span.From; p < span.To; p++ {
			if !i.progress.Settled(p) && !yield(p) {
				return
			}
		}
	}
}

func (i *items) HasOlder(Span, time.Duration) bool   { return false }
func (i *items) Accepted(Span, deliver.Verdict)      { i.accepted = append(i.accepted, i.payload...) }
func (i *items) Dropped(p int, _ deliver.Verdict)    { i.dropped = append(i.dropped, p) }
func (i *items) Split(Span, deliver.Verdict)         {}
func (i *items) Stopped(Span, deliver.Verdict, bool) {}
func (i *items) work(random func(int) int) *Work {
	return &Work{Carrier: i, Account: i, Progress: &i.progress, Random: random}
}

func TestWork_FindsTheBadItems(t *testing.T) {
	i := &items{most: 1000, bad: func(p int) bool { return p == 17 || p == 900 }}
	w := i.work(rand.IntN)
	w.Begin(1000)
	if !w.Run() || !slices.Equal(i.dropped, []int{17, 900}) || len(i.accepted) != 998 || i.requests > 50 {
		t.Errorf("dropped %v, %d accepted after %d requests", i.dropped, len(i.accepted), i.requests)
	}
}

// TestWork_GoesOnWithWhatIsLeft interrupts the work before every second request on average, and
// keeps nothing but the Progress, as a ledger does.
func TestWork_GoesOnWithWhatIsLeft(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 5))
		const n = 300
		bad := make(map[int]bool)
		for range rng.IntN(30) {
			bad[rng.IntN(n)] = true
		}
		i := &items{most: 1 + rng.IntN(n), bad: func(p int) bool { return bad[p] }}
		sent := false // so that each flush makes one request at least
		i.stop = func() bool {
			stop := sent && rng.IntN(2) == 0
			sent = true
			return stop
		}
		for flushes := 0; ; flushes++ {
			w := i.work(rng.IntN)
			w.Begin(n)
			sent = false
			done := w.Run()
			w.Left()
			if done {
				break
			}
			if flushes == 5000 {
				t.Fatalf("seed %d: it does not end", seed)
			}
			kept := new(Progress)
			kept.Copy(&i.progress)
			i.progress = *kept
		}
		slices.Sort(i.accepted)
		slices.Sort(i.dropped)
		if len(i.dropped) != len(bad) || len(i.accepted) != n-len(bad) || len(slices.Compact(i.accepted)) != n-len(bad) {
			t.Fatalf("seed %d: %d dropped of %d, %d accepted", seed, len(i.dropped), len(bad), len(i.accepted))
		}
		if i.progress.Records != n || len(i.progress.Suspects()) != 0 {
			t.Fatalf("seed %d: %d settled, suspects %v", seed, i.progress.Records, i.progress.Suspects())
		}
	}
}

// TestWork_LeavesWhatIsRejectedAsAWhole: the narrowest ranges that are known to hold a bad item.
func TestWork_LeavesWhatIsRejectedAsAWhole(t *testing.T) {
	for requests, want := range map[int][]Range{
		1: {{0, 8}}, // the whole
		2: {{0, 4}}, // its left half; of the right one nothing is known
		3: {{0, 4}}, // the right half was accepted
		4: {{0, 4}}, // the left quarter was accepted, so it is the right one
		5: {{2, 4}},
		6: {{2, 4}},
	} {
		i := &items{most: 8, bad: func(p int) bool { return p == 3 }}
		i.stop = func() bool { return i.requests == requests }
		w := i.work(rand.IntN)
		w.Begin(8)
		if w.Run() {
			t.Fatalf("%d requests suffice", requests)
		}
		if w.Left(); !slices.Equal(i.progress.Suspects(), want) {
			t.Errorf("after %d requests: %v, want %v", requests, i.progress.Suspects(), want)
		}
	}
}
