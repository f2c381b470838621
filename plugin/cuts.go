package plugin

import (
	"out_dynatrace/plugin/config"
	"out_dynatrace/plugin/encode"
	"out_dynatrace/plugin/mapping"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
	"out_dynatrace/plugin/telemetry"
)

// cutInfo says how a cut of the Mapper is counted and told.
type cutInfo struct {
	counter telemetry.Counter
	what    string                  // how it is told, with the limit
	limit   func(config.Limits) int // nil: a line would tell nothing that the user can act on
	option  string                  // that sets the limit, "" where it is fixed
	hint    string                  // "": Dynatrace would have done the same
}

var cutInfos = [record.NumCuts]cutInfo{
	record.CutContent: {telemetry.CutContent, "contents cut at the limit of %d bytes",
		func(l config.Limits) int { return l.ContentBytes }, "max_content_bytes", ""},
	record.CutValue: {telemetry.CutAttributeValue, "attribute values cut at the limit of %d bytes",
		func(l config.Limits) int { return l.AttributeValueBytes }, "max_attribute_bytes", ""},
	record.CutKey: {telemetry.CutAttributeKey, "attribute keys cut at the limit of %d bytes",
		func(l config.Limits) int { return l.AttributeKeyBytes }, "", ""},
	record.CutAttributes: {telemetry.CutAttributeCount, "attributes left out of records that had more than %d",
		func(l config.Limits) int { return l.Attributes }, "max_attributes", ""},
	record.CutArray: {telemetry.CutAttributeValueCount, "arrays cut at the limit of %d values",
		func(l config.Limits) int { return l.ArrayValues }, "", ""},
	record.CutGroup: {telemetry.CutAttributeCount, "attributes of OTLP resources and scopes left out, which have more than %d bytes together and stand in each of their records",
		func(config.Limits) int { return mapping.GroupBytes }, "", "shorten or delete them where they are made, or in a processor of Fluent Bit"},
	record.CutNesting: {counter: telemetry.CutNesting},
	record.LeftOut:    {counter: telemetry.BytesLeftOut},
	record.BadAnnotation: {telemetry.BadAnnotations, "records of pods whose annotation metadata.dynatrace.com is no JSON object of at most %d bytes",
		func(config.Limits) int { return source.LongestAnnotation }, "", "its attributes are missing; see what has written it"},
}

// forgetCuts starts the counts of a payload.
func (f *flush) forgetCuts() {
	f.builder.TakeCuts()
	f.cuts = record.Cuts{}
	f.restamped = 0
}

// accountCuts counts what was taken away from the records of a payload that was accepted, and says so.
func (f *flush) accountCuts() {
	in := f.in
	oversize := f.builder.TakeCuts()
	for i, n := range f.cuts {
		info := &cutInfos[i]
		if n == 0 {
			continue
		}
		in.counters.Add(info.counter, n)
		if info.limit == nil {
			continue
		}
		hint := info.hint
		if hint == "" {
			hint = "Dynatrace would have done the same without a word"
		}
		if info.option != "" {
			hint += "; the limit is set by limits and " + info.option
		}
		in.log.Sum(telemetry.LevelWarn, "cut "+info.what, n, info.what+" (%s): ", info.limit(in.cfg.Limits), hint)
	}
	in.counters.Add(telemetry.CutContent, oversize.Content)
	in.counters.Add(telemetry.CutAttributeCount, oversize.Attributes+oversize.Header)
	if oversize.Header > 0 {
		in.log.Sum(telemetry.LevelWarn, "cut header", oversize.Header, "attributes left out for which the header of format text has no room (%d bytes); another format, include or exclude helps: ", encode.MaxAttributes)
	}
	if oversize.Content > 0 || oversize.Attributes > 0 {
		in.log.Warn("cut payload", "records too large for a request of max_payload_bytes (%d), or of what the server takes: contents cut: %d, attributes left out: %d",
			in.cfg.Batch.MaxBytes, oversize.Content, oversize.Attributes)
	}
}
