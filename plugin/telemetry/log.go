package telemetry

import (
	"fmt"
	"strconv"
	"sync"
	"time"
)

const (
	// DefaultInterval is the time for which lines of one key are folded.
	DefaultInterval = time.Minute
	// MaxLine is the longest message that is printed, in bytes, without the note of repetition.
	MaxLine = 1000

	// maxKeys bounds the keys remembered at once; all keys beyond it share one more slot a level.
	maxKeys = 256
	// maxKey is the part of a key that tells it from others, in bytes.
	maxKey = 128
)

// overflowKey is the key of every line that found no free slot.
const overflowKey = "too many kinds of messages"

// Log prints lines over a Logger so that one that repeats itself does not flood the operator's log: the first line of a
// key is printed at once, those that follow within the interval are only counted, and the first one after it is printed with
// the number of those left out. What stands folded for a key that never comes again is printed by Close, or earlier when its slot is needed.
//
// A key names the kind of message ("deliver.token", not the text), and is kept apart by level. A folded line is not even
// formatted. Memory is bounded by maxKeys slots of MaxLine bytes, some 300 KiB at the very worst. All methods are safe for concurrent use,
// but an argument must not log to the same Log while it is being formatted.
type Log struct {
	logger   Logger
	now      func() time.Time
	interval time.Duration

	mu    sync.Mutex
	slots map[slotKey]*slot
}

type slotKey struct {
	level Level
	key   string
}

// slot remembers the last line printed of a key, and how many it has swallowed since.
type slot struct {
	printed time.Time
	message string
	folded  uint64
	// sums says that the message ends in a number; sum is what of it was not printed yet.
	sums bool
	sum  uint64
}

// text is the line of a slot, with what it has swallowed.
func (s *slot) text(now time.Time) string {
	text := s.message
	if s.sums {
		text += strconv.FormatUint(s.sum, 10)
	}
	return text + repeated(s.folded, now.Sub(s.printed))
}

// NewLog returns a Log over logger. A nil logger prints nothing, a nil now is time.Now, an interval of 0 is DefaultInterval.
func NewLog(logger Logger, now func() time.Time, interval time.Duration) *Log {
	if logger == nil {
		logger = Discard
	}
	if now == nil {
		now = time.Now
	}
	if interval <= 0 {
		interval = DefaultInterval
	}
	return &Log{logger: logger, now: now, interval: interval, slots: make(map[slotKey]*slot)}
}

// Error prints a line about something that lost data or stops the plugin from working.
func (l *Log) Error(key, format string, args ...any) { l.print(LevelError, key, format, args...) }

// Warn prints a line about something the operator should look at.
func (l *Log) Warn(key, format string, args ...any) { l.print(LevelWarn, key, format, args...) }

// Info prints a line about normal work.
func (l *Log) Info(key, format string, args ...any) { l.print(LevelInfo, key, format, args...) }

// Debug prints a line for whoever looks for a fault.
func (l *Log) Debug(key, format string, args ...any) { l.print(LevelDebug, key, format, args...) }

// Sum prints a line that ends in a number, such as "records dropped: 3". The numbers of the lines that are folded into it are
// added up, so that the lines of a key together tell the whole sum.
func (l *Log) Sum(level Level, key string, n uint64, format string, args ...any) {
	l.printSum(level, key, n, true, format, args...)
}

// Enabled reports whether lines of that level are printed at all, for callers whose arguments are dear.
func (l *Log) Enabled(level Level) bool { return l.logger.Enabled(level) }

func (l *Log) print(level Level, key, format string, args ...any) {
	l.printSum(level, key, 0, false, format, args...)
}

func (l *Log) printSum(level Level, key string, n uint64, sums bool, format string, args ...any) {
	if !l.logger.Enabled(level) {
		return
	}
	if len(key) > maxKey {
		key = key[:maxKey]
	}
	id := slotKey{level, key}
	now := l.now()

	l.mu.Lock()
	var freed []line
	s, known := l.slots[id]
	if !known && len(l.slots) >= maxKeys {
		freed = l.sweep(now)
		if len(l.slots) >= maxKeys {
			id.key = overflowKey
			s, known = l.slots[id]
		}
	}
	if known && now.Sub(s.printed) < l.interval {
		s.folded++
		s.sum += n
		l.mu.Unlock()
		l.emit(freed)
		return
	}
	if !known {
		s = new(slot)
		l.slots[id] = s
	}
	s.sum += n
	s.sums = sums
	s.message = OneLine(fmt.Sprintf(format, args...), MaxLine)
	text := s.text(now)
	s.printed, s.folded, s.sum = now, 0, 0
	l.mu.Unlock()

	l.emit(freed)
	l.logger.Log(level, text)
}

// Close prints what is still folded. The Log may be used afterwards.
func (l *Log) Close() {
	now := l.now()
	l.mu.Lock()
	var left []line
	for id, s := range l.slots {
		left = appendFolded(left, id, s, now)
	}
	clear(l.slots)
	l.mu.Unlock()
	l.emit(left)
}

// line is one that is ready to be printed once the lock is released.
type line struct {
	level Level
	text  string
}

// sweep frees the slots whose interval is over and returns the lines they still owe.
func (l *Log) sweep(now time.Time) []line {
	var owed []line
	for id, s := range l.slots {
		if now.Sub(s.printed) >= l.interval {
			owed = appendFolded(owed, id, s, now)
			delete(l.slots, id)
		}
	}
	return owed
}

func appendFolded(lines []line, id slotKey, s *slot, now time.Time) []line {
	if s.folded == 0 {
		return lines
	}
	return append(lines, line{id.level, s.text(now)})
}

func (l *Log) emit(lines []line) {
	for _, one := range lines {
		l.logger.Log(one.level, one.text)
	}
}

func repeated(times uint64, within time.Duration) string {
	if times == 0 {
		return ""
	}
	plural := "s"
	if times == 1 {
		plural = ""
	}
	return fmt.Sprintf(" (repeated %d time%s in the last %.0fs)", times, plural, within.Seconds())
}
