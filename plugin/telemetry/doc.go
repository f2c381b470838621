// Package telemetry is what the plugin reports about itself: counters with reasons, and log lines
// that are folded, bounded and safe to print.
//
// A Counter is one row of a table: metric name, at most one label, help. All counters exist at 0
// from the start.
//
// A Log folds lines that repeat. OneLine makes text from a server, a file or a record fit for a log
// line.
package telemetry
