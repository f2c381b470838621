package record

// Cut is one way in which a record was changed to fit the limits, or made smaller.
type Cut uint8

// The cuts, named after the values that Dynatrace writes into dt.ingest.warnings when it trims a
// record itself.
const (
	// CutContent counts contents longer than Limits.ContentBytes.
	CutContent Cut = iota
	// CutValue counts values longer than Limits.AttributeValueBytes.
	CutValue
	// CutKey counts keys longer than Limits.AttributeKeyBytes.
	CutKey
	// CutAttributes counts attributes left out of records that have more than
	// Limits.Attributes.
	CutAttributes
	// CutArray counts arrays with more elements than Limits.ArrayValues.
	CutArray
	// CutGroup counts attributes of an OTLP resource or scope that are left out because the
	// group would exceed its bound.
	CutGroup
	// CutNesting counts maps deeper than Limits.NestingLevels. Nothing is lost: they become
	// JSON text.
	CutNesting
	// LeftOut counts bytes, not cuts: the keys and values, as encoded in the chunk, that
	// mappings, include, exclude and drop_empty left out.
	LeftOut
	// Repeated counts bytes, not cuts: the texts of fields that are left out because the content
	// of their record is the same.
	Repeated
	// BadAnnotation counts annotations metadata.dynatrace.com that are not a JSON object.
	BadAnnotation
	// NumCuts is the number of cuts.
	NumCuts
)

// Cuts counts the cuts that were made to one record, by kind.
type Cuts [NumCuts]uint64

// Add adds the counts of other to c.
func (c *Cuts) Add(other *Cuts) {
	for cut, n := range other {
		c[cut] += n
	}
}
