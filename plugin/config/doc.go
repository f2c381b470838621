// Package config turns the properties of one [OUTPUT] section into a checked Config.
//
// One table (Groups) holds a row for every option: name, type, default, unit, range, help, and the
// field of the Config that it sets. Reading, error texts, the search for misspelt names and
// docs/options.md all use that table, so an option is one row and one field. Checks between
// options refer to an option by its field (&cfg.Flush.Deadline), never by its name.
//
// Every wrong value is a start-up error of one line that names the option, what it got and what it
// takes. All errors of an instance are reported together. No error, warning or formatted value
// ever holds a token or a password.
//
// The package has no state and needs no cgo. Its files, each using only those below it:
//
//	load.go                            Load
//	names.go   check_*.go              misspelt names; what options mean for each other
//	loader.go                          the state of one Load: values, errors, warnings
//	docs.go    table.go   rows_*.go    docs/options.md; the table and its rows
//	value.go                           text -> field
//	option.go  config.go               the types of a row and of the result
//	headers.go formats.go lists.go limits.go enrich.go units.go
package config

//go:generate go test . -run TestDocs -update
