package record

// leaving leaves fields out of JSON text. It keeps the path of the value that is written: the keys
// from the top of the event on, with dots between them. The elements of an array have the path of
// the array.
type leaving struct {
	patterns *Patterns // nil if nothing is left out
	lower    bool      // paths are compared in lower case
	path     []byte
	// inContent is where the path within the content begins: there, a field has a shorter name,
	// too. It is 0 in the value of an attribute.
	inContent int
	size      int // of what was left out, as encoded in the chunk
}

func (l *leaving) init(rules *Rules) {
	if rules.Exclude.Any() {
		l.patterns, l.lower = &rules.Exclude, rules.LowercaseKeys
	}
}

// begin begins with the value of a key.
func (l *leaving) begin(key []byte) {
	if l.patterns != nil {
		l.path, l.inContent = append(l.path[:0], key[:min(len(key), longestPath)]...), 0
	}
}

// enter adds a key to the path. It returns what leave needs, and whether the field stays.
func (l *leaving) enter(key []byte) (before int, stays bool) {
	before = len(l.path)
	l.path = l.path[:min(before, longestPath)]
	if before > 0 {
		l.path = append(l.path, '.')
	}
	if l.lower {
		l.path = appendLower(l.path, key, len(key))
	} else {
		l.path = append(l.path, key...)
	}
	stays = !l.patterns.Match(l.path)
	if stays && l.inContent > 0 && l.inContent < len(l.path) {
		stays = !l.patterns.Match(l.path[l.inContent:])
	}
	return before, stays
}

// leave goes back to where enter was called.
func (l *leaving) leave(before int) { l.path = l.path[:before] }
