package transport

import (
	"context"
	"errors"
	"net"
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

// endCause returns the cause for an error of Ended or of package context; Unknown for any other.
func endCause(err error) Cause {
	switch {
	case errors.Is(err, ErrStopping), errors.Is(err, context.Canceled):
		return Stopping
	case errors.Is(err, ErrAttemptTimeout):
		return AttemptTimeout
	case errors.Is(err, ErrFlushDeadline), errors.Is(err, context.DeadlineExceeded) && !fromNet(err):
		return FlushDeadline
	}
	return Unknown
}

// fromNet reports whether an error is of package net, whose timeouts are context.DeadlineExceeded.
func fromNet(err error) bool {
	var (
		op  *net.OpError
		dns *net.DNSError
	)
	return errors.As(err, &op) || errors.As(err, &dns)
}
