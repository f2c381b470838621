package main

import (
	"context"
	"io"
	"time"
)

// Exit codes.
const (
	exitAccepted = 0 // all records sent were accepted
	exitRest     = 1 // some were not, or something could not be read or written
	exitUsage    = 2 // nothing was sent
)

// world is what a run gets from the process around it.
type world struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	// deadline bounds the attempts to send one request.
	deadline time.Duration
	// abandon ends the reading of an input that does not end.
	abandon context.Context
}
