package telemetry

import (
	"fmt"
	"strconv"
	"sync"
	"time"
)

const (
	// DefaultInterval is the default time for which lines of one key are folded.
	DefaultInterval = time.Minute

	// maxLine is the longest message, in bytes, without the note of repetition.
	maxLine = 1000
	// maxKeys bounds the keys remembered at once. All keys beyond it share one more slot per level.
	maxKeys = 256
	// maxKey is the part of a key that distinguishes it from others, in bytes.
	maxKey = 128
)

// overflowKey is the key of every line that finds no free slot.
const overflowKey = "too many kinds of messages"

// Logger prints one line where the operator looks: in the plugin that is Fluent Bit's log.
// Implementations are safe for concurrent use.
type Logger interface {
	// Enabled reports whether lines of that level are printed at all.
	Enabled(Level) bool
	// Log prints one line, which holds no line break.
	Log(Level, string)
}

// discard is the Logger that prints nothing.
type discard struct{}

func (discard) Enabled(Level) bool { return false }
func (discard) Log(Level, string)  {}

// Log prints lines to a Logger and folds those that repeat, so they do not flood the operator's
// log. The first line of a key is printed at once. Lines that follow within the interval are only
// counted. The first line after the interval is printed with the number of lines left out. Close
// prints what is still folded; a slot that is needed for another key is printed earlier.
//
// A key names the kind of message ("deliver.token", not its text). Each level has its own keys. A
// folded line is not even formatted. Memory is bounded by 256 slots of 1000 bytes, some
// 300 KiB at worst. All methods are safe for concurrent use, but an argument must not log to the
// same Log while it is being formatted.
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

// slot is the last line printed for a key and the lines folded since.
type slot struct {
	printed time.Time
	message string
	folded  uint64
	sums    bool   // the message ends in a number
	sum     uint64 // the part of that number that was not printed yet
}

// text returns the line of a slot, with the note of repetition.
func (s *slot) text(now time.Time) string {
	text := s.message
	if s.sums {
		text += strconv.FormatUint(s.sum, 10)
	}
	return text + repeated(s.folded, now.Sub(s.printed))
}

// NewLog returns a Log that prints to logger. A nil logger prints nothing, a nil now is time.Now,
// an interval of 0 is DefaultInterval.
func NewLog(logger Logger, now func() time.Time, interval time.Duration) *Log {
	if logger == nil {
		logger = discard{}
	}
	if now == nil {
		now = time.Now
	}
	if interval <= 0 {
		interval = DefaultInterval
	}
	return &Log{logger: logger, now: now, interval: interval, slots: make(map[slotKey]*slot)}
}

// Error prints a line about data loss, or about a cause that stops the plugin from working.
func (l *Log) Error(key, format string, args ...any) { l.print(LevelError, key, format, args...) }

// Warn prints a line that the operator should look at.
func (l *Log) Warn(key, format string, args ...any) { l.print(LevelWarn, key, format, args...) }

// Info prints a line about normal operation.
func (l *Log) Info(key, format string, args ...any) { l.print(LevelInfo, key, format, args...) }

// Debug prints a line that helps to find a fault.
func (l *Log) Debug(key, format string, args ...any) { l.print(LevelDebug, key, format, args...) }

// Sum prints a line that ends in a number, such as "records dropped: 3". Numbers of folded lines
// are added, so the printed numbers of a key add up to the whole.
func (l *Log) Sum(level Level, key string, n uint64, format string, args ...any) {
	l.printSum(level, key, n, true, format, args...)
}

// Enabled reports whether lines of that level are printed at all, for callers with expensive
// arguments.
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
	var freed []output
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
	s.message = OneLine(fmt.Sprintf(format, args...), maxLine)
	text := s.text(now)
	s.printed, s.folded, s.sum = now, 0, 0
	l.mu.Unlock()

	l.emit(freed)
	l.logger.Log(level, text)
}

// Close prints the lines that are still folded. The Log may be used afterwards.
func (l *Log) Close() {
	now := l.now()
	l.mu.Lock()
	var left []output
	for id, s := range l.slots {
		left = appendFolded(left, id, s, now)
	}
	clear(l.slots)
	l.mu.Unlock()
	l.emit(left)
}

// output is a line that is ready to be printed once the lock is released.
type output struct {
	level Level
	text  string
}

// sweep frees the slots whose interval is over and returns their folded lines.
func (l *Log) sweep(now time.Time) []output {
	var folded []output
	for id, s := range l.slots {
		if now.Sub(s.printed) >= l.interval {
			folded = appendFolded(folded, id, s, now)
			delete(l.slots, id)
		}
	}
	return folded
}

func appendFolded(lines []output, id slotKey, s *slot, now time.Time) []output {
	if s.folded == 0 {
		return lines
	}
	return append(lines, output{id.level, s.text(now)})
}

func (l *Log) emit(lines []output) {
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
