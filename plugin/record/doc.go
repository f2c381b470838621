// Package record holds a log record in Dynatrace's data model: a time, a content, a level and flat
// attributes, within the limits of the ingest API. It depends neither on Fluent Bit's events
// nor on the sources that logs come from; package mapping does.
//
// A Builder builds the attributes of one record: it gives each key once, keeps the limits, applies
// include, exclude and the like, and counts what it cuts. The files, from the ground up:
//
//	record.go cuts.go limits.go pattern.go keyset.go lower.go  types, plain functions
//	reserved.go worth.go      keys that mean something to the server
//	jsonvalue.go scratch.go   texts that are not in the chunk
//	rules.go values.go        tokens become values within the limits
//	names.go                  each key once
//	crowd.go                  what is dropped of a record that is full
//	block.go attributes.go blocks.go  the list; attributes built once for many records
//	builder.go add.go put.go  fields of an event, and what is not a field
//	room.go                   what is added to a record that has all its fields
//	summary.go                a line to read for a record without a message
//
// A Record is a view. Its strings point into the chunk or into the Builder's scratch memory and are
// valid until the Builder begins the next record. No map is built, and nothing is allocated per
// record once the scratch memory has grown.
package record
