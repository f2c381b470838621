package mapping

import (
	"time"

	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
)

// Options define how events become records. The zero value of a limit is a limit of zero, not
// unlimited: take the limits from a preset.
type Options struct {
	Limits record.Limits
	// ContentKeys are the top-level keys that may hold the log line, best first. Keys are
	// compared without regard to the case of ASCII letters. At most 127 keys are used.
	ContentKeys []string
	// OwnContentKeys reports that somebody chose the ContentKeys: each of them can hold the
	// message in any form. Otherwise some names, which are mostly used for other things, count
	// only if they hold text.
	OwnContentKeys bool
	// SummaryBytes bounds the content of a record without a message, in bytes: a JSON object of
	// its attributes. With 0 such a content is empty.
	SummaryBytes int
	// LevelKeys are the keys that may hold the level, best first: top-level keys, and dotted
	// ones of fields in nested maps. At most 127 keys are used.
	LevelKeys []string
	// Stringify turns numbers and booleans into strings, LowercaseKeys the keys of attributes
	// into lower case.
	Stringify, LowercaseKeys bool

	// Options are those of the sources. If source.Severity is among the sources, the field that
	// names the level becomes loglevel, and log.raw_level if it names it in other words;
	// without it the field stays.
	source.Options
	// LogSource replaces the log.source that a source gives; "" leaves it.
	LogSource string
	// Static are attributes for every record that has none of that name.
	Static []metadata.Fact
	// InHeader reports that Static travels in a header of each request. They win there, so that
	// a field of such a name gets the name that the server would give it.
	InHeader bool
	// GroupsApart leaves the resource and the scope of OTLP records in Record.Group instead of
	// adding their attributes to each record.
	GroupsApart bool
	// Hostname is the host.name of records that have none; "" for none. Machine is the name of
	// this machine, to distinguish its records from those of others, or "".
	Hostname, Machine string

	// Include and Exclude select attributes by their keys as Dynatrace gets them, in lower case
	// with LowercaseKeys. An empty Include selects all. Exclude also leaves out fields by their
	// own keys, or their paths with dots, whatever would become of them.
	Include, Exclude record.Patterns
	// DropEmpty leaves out attributes without a value: null, "", [] and {}.
	DropEmpty bool
	// ParseJSON parses a content that is a JSON object, as if its fields were in the record.
	ParseJSON bool
	// StripANSI removes the control sequences of terminals from the content.
	StripANSI bool
	// Now returns the time of an event that has none; time.Now if it is nil.
	Now func() time.Time
}

// rules returns what every record keeps to.
func (o *Options) rules() record.Rules {
	return record.Rules{
		Limits: o.Limits, Stringify: o.Stringify, LowercaseKeys: o.LowercaseKeys,
		Include: o.Include, Exclude: o.Exclude, DropEmpty: o.DropEmpty,
	}
}

// StaticAttributes returns the Static ones as records get them: within the limits, and with the
// case and the types that others have.
func (o *Options) StaticAttributes() []record.Attribute {
	return record.AttributesOf(factAttributes(o.Static), o.rules())
}
