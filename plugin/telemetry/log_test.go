package telemetry

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// notebook is a Logger that keeps its lines.
type notebook struct {
	mu    sync.Mutex
	max   Level
	lines []string
}

func (n *notebook) Enabled(level Level) bool { return level <= n.max }

func (n *notebook) Log(level Level, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.lines = append(n.lines, fmt.Sprintf("%d %s", level, text))
}

// clock is a time that moves only by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time            { return c.at }
func (c *clock) advance(by time.Duration)  { c.at = c.at.Add(by) }
func newClock() *clock                     { return &clock{time.Unix(1_700_000_000, 0)} }
func (n *notebook) is(want ...string) bool { return slices.Equal(n.lines, want) }
func newLog(n *notebook) (*Log, *clock)    { c := newClock(); return NewLog(n, c.now, time.Minute), c }
func (n *notebook) contains(part string) bool {
	return strings.Contains(strings.Join(n.lines, "\n"), part)
}
func expect(t *testing.T, n *notebook, want ...string) {
	t.Helper()
	if !n.is(want...) {
		t.Errorf("printed %q, want %q", n.lines, want)
	}
}

func TestLog_PrintsFirstLineAtOnce(t *testing.T) {
	n := &notebook{max: LevelInfo}
	log, _ := newLog(n)
	log.Error("a", "one %d", 1)
	log.Warn("b", "two")
	log.Info("c", "three")
	expect(t, n, "1 one 1", "2 two", "3 three")
}

func TestLog_FoldsRepeatedLines(t *testing.T) {
	n := &notebook{max: LevelInfo}
	log, clock := newLog(n)
	log.Warn("a", "down")
	for range 4 {
		clock.advance(10 * time.Second)
		log.Warn("a", "down")
	}
	clock.advance(30 * time.Second)
	log.Warn("a", "still down")
	expect(t, n, "2 down", "2 still down (repeated 4 times in the last 70s)")
}

func TestLog_NoNoteAfterQuietInterval(t *testing.T) {
	n := &notebook{max: LevelInfo}
	log, clock := newLog(n)
	log.Warn("a", "down")
	clock.advance(time.Hour)
	log.Warn("a", "down")
	expect(t, n, "2 down", "2 down")
}

func TestLog_FoldsByKeyAndLevel(t *testing.T) {
	n := &notebook{max: LevelInfo}
	log, _ := newLog(n)
	log.Warn("a", "w")
	log.Error("a", "e")
	log.Warn("b", "w")
	expect(t, n, "2 w", "1 e", "2 w")
}

func TestLog_ClosePrintsFolded(t *testing.T) {
	n := &notebook{max: LevelInfo}
	log, clock := newLog(n)
	log.Warn("a", "down")
	log.Warn("a", "down again")
	log.Info("b", "once")
	clock.advance(5 * time.Second)
	log.Close()
	log.Close()
	expect(t, n, "2 down", "3 once", "2 down (repeated 1 time in the last 5s)")
}

func TestLog_DisabledLevel(t *testing.T) {
	n := &notebook{max: LevelInfo}
	log, _ := newLog(n)
	log.Debug("a", "%s", unprintable{t})
	log.Debug("a", "%s", unprintable{t})
	log.Close()
	expect(t, n)
	if log.Enabled(LevelDebug) || !log.Enabled(LevelInfo) {
		t.Error("Enabled disagrees with the logger")
	}
}

type unprintable struct{ t *testing.T }

func (u unprintable) String() string { u.t.Error("formatted"); return "" }

func TestLog_BoundsKeys(t *testing.T) {
	n := &notebook{max: LevelInfo}
	log, clock := newLog(n)
	for i := range 10 * maxKeys {
		log.Warn(fmt.Sprintf("%d%s", i, strings.Repeat("k", 1000)), "line %d", i)
	}
	if len(log.slots) > maxKeys+1 {
		t.Errorf("%d keys remembered", len(log.slots))
	}
	if len(n.lines) != maxKeys+1 {
		t.Errorf("%d lines printed", len(n.lines))
	}
	clock.advance(2 * time.Minute)
	log.Warn("new", "room again")
	if !n.contains("2 room again") || len(log.slots) != 1 {
		t.Errorf("stale keys were not freed: %d", len(log.slots))
	}
	if !n.contains(fmt.Sprintf("line %d (repeated %d times in the last 120s)", maxKeys, 9*maxKeys-1)) {
		t.Errorf("lines folded in freed slots were lost: %q", n.lines[len(n.lines)-2:])
	}
}

func TestLog_BoundsLines(t *testing.T) {
	n := &notebook{max: LevelInfo}
	log, _ := newLog(n)
	log.Error("a", "%s", strings.Repeat("\n[error] forged\x1b", 1000))
	if len(n.lines[0]) > maxLine+2 || strings.ContainsAny(n.lines[0], "\n\x1b") {
		t.Errorf("printed %q", n.lines[0])
	}
}

func TestLog_WithoutLogger(t *testing.T) {
	log := NewLog(nil, nil, 0)
	log.Error("a", "x")
	log.Close()
	if log.Enabled(LevelError) {
		t.Error("a log without a logger is enabled")
	}
}

func TestLog_ConcurrentUse(t *testing.T) {
	n := &notebook{max: LevelInfo}
	log := NewLog(n, nil, time.Nanosecond)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 500 {
				log.Warn(fmt.Sprint(i, j%5), "x")
			}
			log.Close()
		})
	}
	group.Wait()
}

func TestLog_SumsFoldedNumbers(t *testing.T) {
	n := &notebook{max: LevelInfo}
	log, clock := newLog(n)
	log.Sum(LevelWarn, "a", 3, "refused %s; dropped: ", "x")
	log.Sum(LevelWarn, "a", 4, "refused %s; dropped: ", "x")
	log.Sum(LevelWarn, "a", 5, "refused %s; dropped: ", "x")
	clock.advance(61 * time.Second)
	log.Sum(LevelWarn, "a", 6, "refused %s; dropped: ", "y")
	log.Sum(LevelWarn, "a", 7, "refused %s; dropped: ", "y")
	clock.advance(time.Second)
	log.Close()
	log.Sum(LevelWarn, "a", 8, "refused %s; dropped: ", "z")
	expect(t, n,
		"2 refused x; dropped: 3",
		"2 refused y; dropped: 15 (repeated 2 times in the last 61s)",
		"2 refused y; dropped: 7 (repeated 1 time in the last 1s)",
		"2 refused z; dropped: 8")
}
