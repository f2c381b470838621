package flush

import (
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/telemetry"
)

// cutInfo says how a cut is counted and logged.
type cutInfo struct {
	counter telemetry.Counter
	// what names the cut in a log line, with a %d for the limit.
	what string
	// limit returns the limit; nil if there is nothing that an operator can act on, so that no line
	// is printed.
	limit func(record.Limits) int
	// option sets the limit; "" if it is fixed.
	option string
	// hint says what to do; "" if Dynatrace would have cut the same.
	hint string
}

// cutInfos returns the table of all cuts.
func cutInfos() [record.NumCuts]cutInfo {
	return [record.NumCuts]cutInfo{
		record.CutContent: {
			telemetry.CutContent, "contents cut at the limit of %d bytes",
			func(l record.Limits) int { return l.ContentBytes }, "max_content_bytes", "",
		},
		record.CutValue: {
			telemetry.CutAttributeValue, "attribute values cut at the limit of %d bytes",
			func(l record.Limits) int { return l.AttributeValueBytes }, "max_attribute_bytes", "",
		},
		record.CutKey: {
			telemetry.CutAttributeKey, "attribute keys cut at the limit of %d bytes",
			func(l record.Limits) int { return l.AttributeKeyBytes }, "", "",
		},
		record.CutAttributes: {
			telemetry.CutAttributeCount, "attributes left out of records that had more than %d",
			func(l record.Limits) int { return l.Attributes }, "max_attributes",
			"the last ones, empty ones first; what ties a record to its trace, service and host stays",
		},
		record.CutArray: {
			telemetry.CutAttributeValueCount, "arrays cut at the limit of %d values",
			func(l record.Limits) int { return l.ArrayValues }, "", "",
		},
		record.CutGroup: {
			telemetry.CutAttributeCount,
			"attributes of OTLP resources and scopes left out, which have more than %d bytes together " +
				"and are part of each of their records",
			func(record.Limits) int { return mapping.GroupBytes }, "",
			"shorten or delete them where they are made, or in a processor of Fluent Bit",
		},
		record.CutNesting: {counter: telemetry.CutNesting},
		record.LeftOut:    {counter: telemetry.BytesLeftOut},
		record.Repeated:   {counter: telemetry.BytesRepeated},
		record.BadAnnotation: {
			telemetry.BadAnnotations,
			"records of pods whose annotation metadata.dynatrace.com is not a JSON object " +
				"of at most %d bytes",
			func(record.Limits) int { return source.LongestAnnotation }, "",
			"its attributes are missing; check what wrote it",
		},
	}
}
