package wire

import (
	"time"

	"out_dynatrace/plugin/telemetry"
)

// Host is what the process around a pipeline provides.
type Host struct {
	// FluentBit is the version of the Fluent Bit that loaded the plugin, "" if unknown or none.
	FluentBit string
	// Counters and Log get what the stages count and report. A nil Counters counts nothing, a nil
	// Log prints nothing.
	Counters *telemetry.Counters
	Log      *telemetry.Log
	// Now is the clock of mapping and flushing; nil is time.Now.
	Now func() time.Time
}
