package mapping

import (
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/metadata"
)

// Mapper maps events to records. It is not safe for concurrent use: use one per flush. Its memory
// is bounded by the largest event, and by the bounds of its memories.
type Mapper struct {
	opts     Options
	sections bool // [!dt key=value] in the line

	// State of the chunk.
	roles       roleTable
	table       *source.Table
	in          source.Input
	group       group
	enrich      enrichment
	predictions predictions

	// State of the current record.
	context context // as which the record is mapped
	event   event
	content content
	level   level
	trace   traceIDs
	held    held
	late    lateFields
	extra   extra
}

// Flush is what is known about a chunk in addition to its events.
type Flush struct {
	// Tag is the tag of the chunk.
	Tag []byte
	// Facts may be nil.
	Facts *metadata.Facts
	// Missing is called if the task in Facts lacks one of its containers. It may be nil.
	Missing func()
}
