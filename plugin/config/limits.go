package config

// Limits are what one record may hold. What goes beyond is cut by the server without a word in its answer (it only sets
// dt.ingest.warnings on the stored record), so we cut and count it before.
type Limits struct {
	ContentBytes        int // content, in bytes of UTF-8
	AttributeValueBytes int // one value of an attribute, in bytes of UTF-8
	AttributeKeyBytes   int // the name of an attribute, in bytes of UTF-8
	Attributes          int // attributes of a record
	ArrayValues         int // values of an attribute that is an array
	NestingLevels       int // levels of nested objects
}

// preset is a choice of the option limits.
type preset struct {
	name   string
	limits Limits
	// old says that the server stores keys in lower case and values as text. Both are done here then: where two keys differ in case
	// alone, or a text becomes too long, it is decided here, and counted.
	old bool
}

// presets, the first of them the default. Dynatrace writes "10 MB", "512 kB" and "32 kB" and does not say whether a kB is 1000 or
// 1024 bytes: we read 1000, because a value between the two readings would be trimmed by a server that means the smaller one, while
// the other mistake costs two percent of the last bytes. Where the page gives a figure in bytes (8,192) that figure is used.
func presets() []preset {
	return []preset{
		// https://docs.dynatrace.com/docs/analyze-explore-automate/logs/lma-limits
		{"grail", Limits{ContentBytes: 10_000_000, AttributeValueBytes: 32_000, AttributeKeyBytes: 100, Attributes: 500, ArrayValues: 32, NestingLevels: 5}, false},
		// The same page, footnote on the Classic pipeline; attributes from the column "Limit" of its older text.
		{"classic_pipeline", Limits{ContentBytes: 512_000, AttributeValueBytes: 250, AttributeKeyBytes: 100, Attributes: 50, ArrayValues: 32, NestingLevels: 5}, true},
		// https://docs.dynatrace.com/docs/analyze-explore-automate/log-monitoring/log-monitoring-limits
		{"classic", Limits{ContentBytes: 8_192, AttributeValueBytes: 250, AttributeKeyBytes: 100, Attributes: 50, ArrayValues: 32, NestingLevels: 5}, true},
		// https://docs.dynatrace.com/managed/analyze-explore-automate/log-monitoring/log-monitoring-limits
		{"managed", Limits{ContentBytes: 8_192, AttributeValueBytes: 250, AttributeKeyBytes: 100, Attributes: 50, ArrayValues: 32, NestingLevels: 5}, true},
	}
}

func presetNames() []string {
	var names []string
	for _, p := range presets() {
		names = append(names, p.name)
	}
	return names
}

// applyLimits takes the chosen preset and puts the single options over it.
func (d *draft) applyLimits() {
	for _, p := range presets() {
		if p.name != d.limits {
			continue
		}
		d.Limits = p.limits
		if !d.given[optStringify] {
			d.Stringify = p.old
		}
		if !d.given[optLowercaseKeys] {
			d.LowercaseKeys = p.old
		}
	}
	override := func(to *int, with int) {
		if with > 0 {
			*to = with
		}
	}
	override(&d.Limits.ContentBytes, d.maxContent)
	override(&d.Limits.AttributeValueBytes, d.maxAttribute)
	override(&d.Limits.Attributes, d.maxAttributes)
}
