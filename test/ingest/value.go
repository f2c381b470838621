package ingest

import "unicode/utf8"

// cut shortens s to at most limit bytes without splitting a character.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// text returns a JSON value as the text it is stored as when it must be a
// string: strings decoded, everything else as compact JSON.
func text(value []byte) string {
	if value[0] == '"' {
		return unquote(value)
	}
	return compact(value)
}

// limitedString returns value as a JSON string of at most limit bytes and sets
// warning when it had to be cut.
func limitedString(value []byte, limit int, warning warningSet, warnings *warningSet) []byte {
	// An escape is never shorter than what it stands for, so the usual short
	// string is kept as it was sent, without decoding.
	if value[0] == '"' && len(value)-2 <= limit {
		return value
	}
	s := text(value)
	if short := cut(s, limit); len(short) < len(s) {
		*warnings |= warning
		s = short
	}
	return appendString(make([]byte, 0, len(s)+2), s)
}

// attributeValue turns the JSON value of an attribute into what is stored.
func (b *builder) attributeValue(value []byte) []byte {
	switch value[0] {
	case '"', '{':
		return limitedString(value, b.limits.ValueBytes, attrValSizeTrimmed, &b.warnings)
	case '[':
		return b.array(value)
	case 'n': // null has no string form (inferred)
		return value
	}
	if b.stringify {
		return appendString(nil, string(value))
	}
	return value
}

// array unifies the elements to one type and keeps the first Limits.Values of
// them: any string, object or array makes all of them strings, and so do
// numbers mixed with booleans (inferred); null fits anything. The value limit
// holds for every element (inferred).
func (b *builder) array(value []byte) []byte {
	var kinds [256]bool
	count := 0
	elements(value, func(e []byte) bool {
		count++
		if count > b.limits.Values {
			b.warnings |= attrValCountTrimmed
			return false
		}
		switch c := e[0]; c {
		case 'n':
		case '"', '{', '[':
			kinds['"'] = true
		case 't', 'f':
			kinds['t'] = true
		default:
			kinds['0'] = true
		}
		return true
	})
	asStrings := b.stringify || kinds['"'] || kinds['t'] && kinds['0']
	out := append(make([]byte, 0, min(len(value), 1<<10)+2), '[')
	count = 0
	elements(value, func(e []byte) bool {
		if count++; count > b.limits.Values {
			return false
		}
		if count > 1 {
			out = append(out, ',')
		}
		if asStrings && e[0] != 'n' {
			e = limitedString(e, b.limits.ValueBytes, attrValSizeTrimmed, &b.warnings)
		}
		out = append(out, e...)
		return true
	})
	return append(out, ']')
}
