// Package source describes the kinds of places that log lines come from: what Fluent Bit's inputs
// and filters call their fields, and the names that Dynatrace's semantic dictionary has for them.
//
// Each source is one file and one row of the table in all.go. To add a source, write its file: the
// keys that it reads (Fields), how it recognizes a record if one held field is not enough
// (Recognize), and which attributes it adds (Map). Then add its row, and a section with a table to
// docs/mapping.md; a test looks for a golden case of each row of that table.
//
// Most of a source's work is done once per combination of values that a chunk has, not once per
// record: Map runs for the first record and its result is added to the others. Only the functions
// of a Field run for each record, unless the field repeats byte for byte.
package source
