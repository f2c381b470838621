package ingest

import "math/bits"

// warningSet holds the values of dt.ingest.warnings of one record.
type warningSet uint

// The warnings, in alphabetical order ("Log ingestion warnings").
const (
	attrCountTrimmed warningSet = 1 << iota
	attrKeyCaseMismatch
	attrKeyTrimmed
	attrValCountTrimmed
	attrValSizeTrimmed
	commonAttrCorrected
	contentTrimmed
	timestampCorrected
)

var warningNames = [...]string{
	"attr_count_trimmed",
	"attr_key_case_mismatch",
	"attr_key_trimmed",
	"attr_val_count_trimmed",
	"attr_val_size_trimmed",
	"common_attr_corrected",
	"content_trimmed",
	"timestamp_corrected",
}

// names returns the names of the set in alphabetical order.
func (w warningSet) names() []string {
	names := make([]string, 0, bits.OnesCount(uint(w)))
	for i, name := range warningNames {
		if w&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// json returns the set as a JSON array of strings.
func (w warningSet) json() []byte {
	b := []byte{'['}
	for i, name := range w.names() {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, name)
	}
	return append(b, ']')
}
