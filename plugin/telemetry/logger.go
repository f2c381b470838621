package telemetry

// Level is the severity of one log line. The numbers are Fluent Bit's own
// (include/fluent-bit/flb_log.h), so a Level is passed to the host as it is.
type Level int

// The levels, from the gravest.
const (
	LevelError Level = 1
	LevelWarn  Level = 2
	LevelInfo  Level = 3
	LevelDebug Level = 4
	LevelTrace Level = 5
)

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
