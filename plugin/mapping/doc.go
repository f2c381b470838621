// Package mapping turns events of Fluent Bit into records of Dynatrace. A Mapper keeps the order of
// the steps; the steps are types of their own, and what is particular to a kind of source is a row
// of the table in package source. The files, from the ground up:
//
//	options.go fact.go severity.go ansi.go   options, and plain functions
//	role.go                           what a key may be used for
//	memo.go repeat.go                 two memories of fields that a chunk repeats
//	event.go                          the current event: its fields become attributes
//	origin.go held.go                 whose record it is; fields that wait for the whole record
//	content.go level.go trace.go section.go  the fields that become content, level and trace
//	group.go apart.go learngroup.go   the resource and the scope of OTLP records
//	exclude.go                        fields that are excluded by their own names
//	enrich.go                         what the sources add, once per combination of fields
//	mapper.go                         the Mapper and its parts
//	nested.go otlp.go fields.go       its steps
//	map.go                            the order of the steps
//
// Nothing is allocated per record once the memories have grown. All of them belong to a Mapper and
// are bounded; Release empties them at the end of a chunk, because they point into it.
package mapping
