package main

import (
	"time"

	"out_dynatrace/plugin/deadletter"
	"out_dynatrace/plugin/deliver"
)

// item is one record of a batch.
type item struct {
	entry   deadletter.Entry
	raw     []byte // the line that it came from
	record  []byte // the JSON object to send
	outcome outcome
}

// outcome is what became of an item.
type outcome uint8

const (
	left     outcome = iota // not sent, or not certainly stored
	accepted                // stored
	rejected                // by the server, for the reason in the entry
	unclear                 // stored or rejected: the server does not say which
)

// Reasons of the entries in a rest: the labels of the plugin's counter records_dropped.
const (
	reasonRejected  = "rejected"
	reasonTimeRange = "rejected_time_range"
	reasonTooLarge  = "too_large"
	reasonPartial   = "partial_success"
)

// settle sets the outcome of an item that is written to the rest, and the reason that stands there.
func (i *item) settle(o outcome, at time.Time, reason string, status int, message string) {
	i.outcome = o
	i.entry.Time, i.entry.Reason, i.entry.Status, i.entry.Message = at, reason, status, message
}

// reasonOf returns the reason of the records that are given up for a verdict.
func reasonOf(v deliver.Verdict) string {
	switch v.Reason {
	case deliver.ReasonTooLarge:
		return reasonTooLarge
	case deliver.ReasonTimeRange:
		return reasonTimeRange
	}
	return reasonRejected
}

// summary counts records; broken counts lines.
type summary struct{ sent, accepted, rejected, left, skipped, broken int }
