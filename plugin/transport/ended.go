package transport

import (
	"context"
	"errors"
)

// What can end a request on our side. Causes of a context, see Ended.
var (
	ErrAttemptTimeout = errors.New("request_timeout exceeded")
	ErrFlushDeadline  = errors.New("flush_deadline exceeded")
	ErrStopping       = errors.New("the plugin is stopping")
)

// Ended returns which of ErrAttemptTimeout, ErrFlushDeadline and ErrStopping ended ctx; nil while
// it goes on. A context with another cause ended with the flush deadline, or because the plugin
// stops.
func Ended(ctx context.Context) error {
	cause := context.Cause(ctx)
	switch {
	case cause == nil:
		return nil
	case errors.Is(cause, ErrAttemptTimeout), errors.Is(cause, ErrStopping):
		return cause
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return ErrFlushDeadline
	default:
		return ErrStopping
	}
}
