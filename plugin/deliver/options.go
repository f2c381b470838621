package deliver

import (
	"time"

	"out_dynatrace/plugin/transport"
)

// The defaults of Options. The API lets a request wait for 10 s before it answers 429, so a shorter
// request timeout would turn throttling into timeouts.
const (
	DefaultRequestTimeout = transport.DefaultTimeout
	DefaultRetryInitial   = 500 * time.Millisecond
	DefaultRetryMax       = 10 * time.Second
	// DefaultFlushDeadline is the default of flush_deadline.
	DefaultFlushDeadline = 25 * time.Second
)

// Options are what the configuration says about requests and retries.
type Options struct {
	// RequestTimeout bounds one attempt; DefaultRequestTimeout by default.
	RequestTimeout time.Duration
	// RetryInitial is the first pause between attempts; DefaultRetryInitial by default.
	RetryInitial time.Duration
	// RetryMax is the longest pause between attempts; DefaultRetryMax by default, never less than
	// RetryInitial.
	RetryMax time.Duration
}
