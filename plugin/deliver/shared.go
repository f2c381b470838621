package deliver

import (
	"time"

	"out_dynatrace/plugin/telemetry"
)

// Shared is what all stages of one chain have in common.
type Shared struct {
	// Timeout bounds one attempt, from its first step to the last byte of the answer; 0 is
	// DefaultRequestTimeout.
	Timeout time.Duration
	// Pace tells how much time must be left for a request; nil is one second, or Timeout if that is
	// less.
	Pace *Pace
	// Counters counts what the stages do; nil counts nothing that anybody sees.
	Counters *telemetry.Counters
	// Log gets the lines of the stages; nil prints nothing.
	Log *telemetry.Log
}

// filled returns s with the defaults in place of zero values.
func (s Shared) filled() Shared {
	if s.Timeout <= 0 {
		s.Timeout = DefaultRequestTimeout
	}
	if s.Pace == nil {
		s.Pace = new(Pace)
	}
	if s.Counters == nil {
		s.Counters = new(telemetry.Counters)
	}
	if s.Log == nil {
		s.Log = telemetry.NewLog(nil, nil, 0)
	}
	return s
}

// least returns the time that a request must have left.
func (s *Shared) least() time.Duration { return s.Pace.Least(s.Timeout) }
