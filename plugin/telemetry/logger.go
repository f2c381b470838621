// Package telemetry is what the plugin says about itself: counters with reasons, and log lines that are folded, bounded and harmless.
package telemetry

// Level is the severity of one log line. The numbers are Fluent Bit's own (include/fluent-bit/flb_log.h), so a Level is
// handed to the host as it is.
type Level int

const (
	LevelError Level = 1
	LevelWarn  Level = 2
	LevelInfo  Level = 3
	LevelDebug Level = 4
	LevelTrace Level = 5
)

// Logger prints one line where the operator looks: in the plugin that is Fluent Bit's log. Implementations are safe for
// concurrent use.
type Logger interface {
	// Enabled reports whether lines of that level are printed at all.
	Enabled(Level) bool
	// Log prints one line, which holds no line break.
	Log(Level, string)
}

// Discard is the Logger that prints nothing.
var Discard Logger = discard{}

type discard struct{}

func (discard) Enabled(Level) bool { return false }
func (discard) Log(Level, string)  {}
