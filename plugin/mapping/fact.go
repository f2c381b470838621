package mapping

import (
	"out_dynatrace/plugin/metadata"
	"out_dynatrace/plugin/record"
)

// factAttributes turns facts into attributes that refer to their memory. Empty texts are left out.
func factAttributes(facts []metadata.Fact) (list []record.Attribute) {
	for _, f := range facts {
		if v, ok := factValue(f); ok {
			list = append(list, record.Attribute{Key: record.View(f.Key), Value: v})
		}
	}
	return list
}

// putFacts adds facts to a composition.
func putFacts(facts []metadata.Fact, out *record.Builder) {
	for _, f := range facts {
		if v, ok := factValue(f); ok {
			out.PutValue(record.View(f.Key), v)
		}
	}
}

// factText returns the text of a fact, or "".
func factText(facts []metadata.Fact, key string) (text string) {
	for _, f := range facts {
		if s, isText := f.Value.(string); isText && f.Key == key {
			text = s
		}
	}
	return text
}

// factValue turns the value of a fact into that of an attribute.
func factValue(f metadata.Fact) (record.Value, bool) {
	switch v := f.Value.(type) {
	case string:
		return record.Text(record.View(v)), len(v) > 0
	case bool:
		if v {
			return record.Value{Kind: record.Bool, Num: 1}, true
		}
		return record.Value{Kind: record.Bool}, true
	case int64:
		if v >= 0 {
			return record.Value{Kind: record.Uint, Num: uint64(v)}, true
		}
		return record.Value{Kind: record.Int, Num: uint64(v)}, true
	case float64:
		return record.FloatValue(v), true
	}
	return record.Value{}, false
}
