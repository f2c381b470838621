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
