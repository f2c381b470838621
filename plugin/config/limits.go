package config

import "out_dynatrace/plugin/record"

// preset is a choice of the option limits. The server cuts what exceeds its limits without a word
// in the response (it only sets dt.ingest.warnings on the stored record), so the plugin cuts and
// counts it before.
type preset struct {
	name   string
	limits record.Limits
	// old marks a server that stores keys in lower case and values as text. The plugin then does
	// both first: it decides, and counts, what happens where two keys differ in case alone, or
	// where a text becomes too long.
	old bool
}

// The presets, by the values of the option limits. Dynatrace writes "10 MB", "512 kB" and "32 kB"
// and does not say whether a kB is 1000 or 1024 bytes. We read 1000: a server that means 1000
// would trim a value between the two readings, while the other mistake costs two percent of the
// last bytes. Where the page gives a figure in bytes (8,192), that figure is used.
var (
	// https://docs.dynatrace.com/docs/analyze-explore-automate/logs/lma-limits
	grail = preset{"grail", record.Limits{
		ContentBytes: 10_000_000, AttributeValueBytes: 32_000, AttributeKeyBytes: 100,
		Attributes: 500, ArrayValues: 32, NestingLevels: 5,
	}, false}
	// The same page, footnote on the Classic pipeline; attributes from the column "Limit" of its
	// older text.
	classicPipeline = preset{"classic_pipeline", record.Limits{
		ContentBytes: 512_000, AttributeValueBytes: 250, AttributeKeyBytes: 100,
		Attributes: 50, ArrayValues: 32, NestingLevels: 5,
	}, true}
	// https://docs.dynatrace.com/docs/analyze-explore-automate/log-monitoring/log-monitoring-limits
	classic = preset{"classic", record.Limits{
		ContentBytes: 8_192, AttributeValueBytes: 250, AttributeKeyBytes: 100,
		Attributes: 50, ArrayValues: 32, NestingLevels: 5,
	}, true}
	// https://docs.dynatrace.com/managed/analyze-explore-automate/log-monitoring/log-monitoring-limits
	managed = preset{"managed", classic.limits, true}

	presets = []preset{grail, classicPipeline, classic, managed}
)

// presetOf returns the preset of that name, grail for a name that is none.
func presetOf(name string) preset {
	for _, p := range presets {
		if p.name == name {
			return p
		}
	}
	return grail
}

func presetNames() []string {
	names := make([]string, 0, len(presets))
	for _, p := range presets {
		names = append(names, p.name)
	}
	return names
}
