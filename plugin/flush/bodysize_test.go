package flush

import (
	"testing"
	"time"

	"out_dynatrace/plugin/internal/flushtest"
)

func TestBodySize_GrowsAgain(t *testing.T) {
	var b bodySize
	most := func(after time.Duration) int { return b.most(1_000_000, flushtest.Clock.Add(after)) }
	if got := most(0); got != 1_000_000 {
		t.Errorf("%d before any refusal", got)
	}
	b.tooLarge(100_000, flushtest.Clock)
	b.tooLarge(400_000, flushtest.Clock.Add(30*time.Second)) // of another worker, begun before: the smaller one counts
	for after, want := range map[time.Duration]int{0: 50_000, 80 * time.Second: 50_000, 100 * time.Second: 100_000, 200 * time.Second: 200_000, time.Hour: 1_000_000} {
		if got := most(after); got != want {
			t.Errorf("%d after %s, want %d", got, after, want)
		}
	}
	b.tooLarge(10, flushtest.Clock)
	if got := most(0); got != smallBody {
		t.Errorf("%d, want no less than %d", got, smallBody)
	}
	b.forget()
	if got := most(0); got != 1_000_000 {
		t.Errorf("%d after it was forgotten", got)
	}
}
