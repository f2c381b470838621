// Package mapping turns events of Fluent Bit into records of Dynatrace. A Mapper keeps the order of
// the steps; the steps are types of their own, and what is particular to a kind of source is a row
// of the table in package source. The files, from the ground up:
//
//	options.go fact.go severity.go ansi.go   options, and plain functions
//	role.go predict.go                what a key may be used for, and as what a record is mapped
//	memo.go repeat.go                 two memories of fields that a chunk repeats
//	event.go                          the current event: its fields become attributes
//	origin.go held.go                 whose record it is; fields that wait for the end of the record
//	content.go level.go trace.go section.go  the fields that become content, level and trace
//	group.go apart.go learngroup.go   the resource and the scope of OTLP records
//	exclude.go                        fields that are excluded by their own names
//	enrich.go                         what the sources add, once per combination of fields
//	mapper.go                         the Mapper and its parts
//	nested.go otlp.go fields.go       its steps
//	map.go                            the order of the steps
//
// What becomes of a field can depend on what its record is, which only the whole record shows. So a
// record is mapped as the last one was that began like it. The mask and the signs that recognize it
// are collected in any case; if they show that it is something else, it is mapped once more.
//
// Nothing is allocated per record once the memories have grown. All of them belong to a Mapper and
// are bounded; Release empties them at the end of a chunk, because they point into it. Only the
// predictions, which do not, outlive it.
package mapping
