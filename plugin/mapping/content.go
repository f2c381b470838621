package mapping

import (
	"bytes"
	"strings"

	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/record"
)

// content is the search for the log line.
type content struct {
	best candidate
	// loguru are the ranks of the fields in which loguru writes its message: with what stands
	// around it, and alone. isLoguru reports that the latter was met in a record of loguru.
	loguru   struct{ line, message uint16 }
	isLoguru bool
	// unless is the rank of a message in a map record that is not loguru's.
	unless uint16
	// isApart are the ranks of fields that are not written as a copy of the message: if one of
	// them has the same text, that is a coincidence, and it stays.
	isApart [mostKeys + 2]bool
}

func newContent(o *Options) (k content) {
	keys := o.ContentKeys[:min(len(o.ContentKeys), mostKeys)]
	for i, key := range keys {
		k.isApart[i+1] = isApart(key)
		switch key {
		case "text":
			k.loguru.line = uint16(i + 1)
		case "record.message":
			k.loguru.message = uint16(i + 1)
		}
	}
	if k.unless = k.loguru.message; !o.OwnContentKeys {
		k.unless = uint16(len(keys) + 1)
	}
	return k
}

// isApart reports whether a field of a name says something of its own.
func isApart(key string) bool {
	switch strings.ToLower(key) {
	case "event", "text", "output", "note", "payload", "body":
		return true
	}
	return false
}

// isWeak reports whether fields of a name are seldom messages: what is no text there is none.
func isWeak(key string) bool {
	switch strings.ToLower(key) {
	case "event", "text", "output", "resultdescription", "full_log", "exec", "wasi_stdout", "note":
		return true
	}
	return false
}

// The rank of a content that is no text has one of these added to it: a text under any key is
// better than a map, whose JSON is sent, a map is better than a number, and a number is better than
// an empty text.
const (
	mapContent   = 1 << 8
	otherContent = 2 << 8
	emptyContent = 3 << 8
)

// consider keeps a field that may become the content, and leaves out a text that repeats it. The
// field's key is at the position at. It reports whether it took the field; then it has moved c over
// it.
func (k *content) consider(
	e *event, rec *record.Record, r *role, at int, tok chunk.Token, c *chunk.Cursor,
) bool {
	rank := uint16(r.contentRank)
	var text []byte
	if r.isWeak && !isWeakMessage(e, r, at, tok) {
		return false
	}
	switch tok.Kind {
	case chunk.String:
		text = withoutMark(tok.Data)
	case chunk.Map, chunk.Array:
		if k.isText() || tok.Num == 0 || r.describesLine && tok.Kind == chunk.Map {
			return false
		}
		rank += mapContent
	default:
		var ok bool
		if text, ok = e.out.Text(tok); !ok {
			return false
		}
		text = withoutMark(text)
		if !record.IsText(tok) {
			rank += otherContent
		}
	}
	if rank < mapContent && isBlank(text) {
		rank += emptyContent
	}
	repeats := rank < mapContent && k.isText() && k.repeats(rank, text, rec.Content)
	switch {
	case k.best.rank == 0:
	case rank >= k.best.rank:
		if repeats {
			e.out.Count(record.Repeated, len(text))
			return true
		}
		return k.addWithout(e, at, text)
	case repeats:
		e.out.Count(record.Repeated, len(rec.Content))
	default:
		k.displace(e, rec)
	}
	c.SkipElements(tok)
	k.best = candidate{rank: rank, at: at}
	rec.Content = text
	return true
}

// considerBelow is consider for a text in a map below the top-level key at top, which is hidden
// when the map is flattened. It does not take an empty text.
func (k *content) considerBelow(
	e *event, rec *record.Record, l *leaf, top, at int, hidden []byte,
) bool {
	rank, text := uint16(l.contentRank), withoutMark(hidden)
	if isBlank(text) {
		return false
	}
	if rank == k.loguru.message {
		if k.isLoguru = e.isLoguru(top); !k.isLoguru {
			rank = k.unless
		}
	}
	repeats := k.isText() && k.repeats(rank, text, rec.Content)
	isWorse := k.best.rank != 0 && rank >= k.best.rank
	if isWorse && !repeats || !e.out.Hide(hidden) {
		return false
	}
	switch {
	case k.best.rank == 0:
	case isWorse:
		e.out.Count(record.Repeated, len(text))
		return true
	case repeats:
		e.out.Count(record.Repeated, len(rec.Content))
	default:
		k.displace(e, rec)
	}
	k.best = candidate{rank: rank, at: at, top: top}
	rec.Content = text
	return true
}

// isWeakMessage reports whether a field of a weak name can be the message.
func isWeakMessage(e *event, r *role, at int, tok chunk.Token) bool {
	switch tok.Kind {
	case chunk.String:
		return len(tok.Data) > 0
	case chunk.Map:
		return r.key == "event" && e.isCollected(at)
	}
	return false
}

// isCollected reports whether the fields around the one at a position are what a Splunk collector
// takes: an event that can be anything, and what is known about it. One of them must be Splunk's
// own; the others are names of anybody
// (https://docs.splunk.com/Documentation/Splunk/latest/Data/FormateventsforHTTPEventCollector).
func (e *event) isCollected(at int) (isSplunk bool) {
	c := e.body
	if at >= parsedAt {
		c = e.parsed
	}
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		key := c.Next()
		c.SkipElements(key)
		tok := c.Next()
		switch string(key.Data) {
		case "sourcetype", "index", "@splunk_token", "hec_token":
			isSplunk = isSplunk || tok.Kind == chunk.String && len(tok.Data) > 0
		case "event", "time", "host", "source", "fields", "remote_addr":
		default:
			return false
		}
		c.SkipElements(tok)
	}
	return isSplunk
}

// isLoguru reports whether the map under the key at a position is what loguru knows about a line:
// other records have a message in a map of that name, too
// (https://github.com/Delgan/loguru, _handler.py).
func (e *event) isLoguru(at int) bool {
	_, tok, c := e.reread(at)
	if tok.Kind != chunk.Map {
		return false
	}
	for pairs := tok.Num; pairs > 0; pairs-- {
		key := c.Next()
		c.SkipElements(key)
		tok := c.Next()
		if tok.Kind == chunk.Map {
			switch string(key.Data) {
			case "elapsed":
				return true
			case "level":
				if hasKey(tok, c, "no") {
					return true
				}
			}
		}
		c.SkipElements(tok)
	}
	return false
}

// hasKey reports whether a map, whose pairs follow c, has a key.
func hasKey(m chunk.Token, c chunk.Cursor, name string) bool {
	for pairs := m.Num; pairs > 0; pairs-- {
		key := c.Next()
		if string(key.Data) == name {
			return true
		}
		c.SkipElements(key)
		c.SkipElements(c.Next())
	}
	return false
}

// repeats reports whether a text of a rank and the content so far say the same: they are equal, and
// one logger writes both, or the one is loguru's line, which ends in the other.
func (k *content) repeats(rank uint16, text, best []byte) bool {
	switch {
	case !k.isLoguru:
	case rank == k.loguru.message && k.best.rank == k.loguru.line:
		return bytes.HasSuffix(cutLineEnd(best), cutLineEnd(text))
	case rank == k.loguru.line && k.best.rank == k.loguru.message:
		return bytes.HasSuffix(cutLineEnd(text), cutLineEnd(best))
	}
	return !k.isApart[rank] && !k.isApart[k.best.rank] && sameLine(text, best)
}

// displace turns the content so far into an ordinary attribute.
func (k *content) displace(e *event, rec *record.Record) {
	if k.best.top != 0 {
		e.addHidden(k.best.top, k.best.at, e.out.WithoutExcluded(rec.Content))
		return
	}
	if k.isText() && k.addWithout(e, k.best.at, rec.Content) {
		return
	}
	key, tok, c := e.reread(k.best.at)
	e.out.AddField(key, tok, &c)
}

// addWithout adds the field at a position, whose text is JSON, without the fields in it that are
// excluded. It reports false, and adds nothing, if there are none.
func (k *content) addWithout(e *event, at int, text []byte) bool {
	rest := e.out.WithoutExcluded(text)
	if len(rest) == len(text) {
		return false
	}
	key, _ := e.scalar(at)
	e.out.AddField(key, chunk.Token{Kind: chunk.String, Data: rest}, nil)
	return true
}

// set makes a text that has no key the content.
func (k *content) set(rec *record.Record, text []byte) {
	text = withoutMark(text)
	k.best.rank, rec.Content = 1, text
	if len(text) == 0 {
		k.best.rank += emptyContent
	}
}

// isFound reports whether the record has a content.
func (k *content) isFound() bool { return k.best.rank != 0 }

// isText reports whether the content is a text that is not empty.
func (k *content) isText() bool { return k.best.rank != 0 && k.best.rank < mapContent }

// isObject reports whether the content is a map or an array.
func (k *content) isObject() bool { return k.best.rank&^(mapContent-1) == mapContent }

// isEmpty reports whether no field has a content that is not empty.
func (k *content) isEmpty() bool { return k.best.rank == 0 || k.best.rank > emptyContent }

// object returns a map or an array under a content key as JSON. It is sent once, as in the raw data
// model: it becomes no attributes.
func (k *content) object(e *event) []byte {
	key, tok, c := e.reread(k.best.at)
	return e.out.ContentText(e.out.Lowered(key), tok, &c, e.out.Rules().Limits.ContentBytes)
}

// isBlank reports whether a text says nothing.
func isBlank(text []byte) bool {
	for _, c := range text {
		switch c {
		case ' ', '\t', '\n', '\v', '\f', '\r':
		default:
			return false
		}
	}
	return true
}

// sameLine reports whether two texts are the same apart from a line break at their ends.
func sameLine(a, b []byte) bool {
	const longestEnd = len("\r\r\n")
	if len(a) > len(b)+longestEnd || len(b) > len(a)+longestEnd {
		return false
	}
	return bytes.Equal(cutLineEnd(a), cutLineEnd(b))
}

// byteOrderMark is U+FEFF. At the start of a text it says how that is encoded, and is no part of it
// (RFC 5424 has it before the message, editors of Windows before the first line of a file).
const byteOrderMark = "\uFEFF"

// withoutMark removes a byte order mark.
func withoutMark(text []byte) []byte {
	if len(text) >= len(byteOrderMark) && text[0] == byteOrderMark[0] &&
		string(text[:len(byteOrderMark)]) == byteOrderMark {
		return text[len(byteOrderMark):]
	}
	return text
}

// cutLineEnd removes a line break at the end of a text: \n, \r\n, \r, or what a terminal makes of
// \r\n, \r\r\n.
func cutLineEnd(text []byte) []byte {
	n := len(text)
	if n == 0 || text[n-1] > '\r' {
		return text
	}
	if text[n-1] == '\n' {
		if n--; n == 0 || text[n-1] != '\r' {
			return text[:n]
		}
		if n > 1 && text[n-2] == '\r' {
			n--
		}
	}
	if text[n-1] == '\r' {
		n--
	}
	return text[:n]
}

// summarize makes the content of a record without a message. Its fields are attributes with their
// types, as both data models of Dynatrace keep them. The content is a summary of them, to read in a
// list: it is made of attributes that the record has, so that nothing can be in it that a mapping
// used, a limit cut, or include and exclude left out. body is the body
// of the event, and bytes bounds the summary.
func (k *content) summarize(e *event, rec *record.Record, body []byte, bytes int) {
	out := &e.out
	c := chunk.NewCursor(body)
	if root := c.Next(); root.Kind == chunk.Array { // it has no fields
		out.Content(out.ContentText(nil, root, &c, out.Rules().Limits.ContentBytes))
		return
	}
	text := out.Summary(min(bytes, out.Rules().Limits.ContentBytes))
	if len(text) == len("{}") && k.isFound() { // an empty line of a log
		text = cutLineEnd(rec.Content)
	}
	out.Content(text)
}

// finishContent makes the content of the field that won.
func (m *Mapper) finishContent(rec *record.Record) {
	k, out := &m.content, &m.event.out
	if k.isEmpty() {
		return
	}
	if k.isObject() {
		out.Content(k.object(&m.event))
		return
	}
	text := rec.Content
	if m.sections {
		line := text
		var found bool
		if text, found = cutSections(line, out); found {
			m.extra.line = line
			m.trace.considerSections(line, &m.roles, out, &m.late)
		}
	}
	if m.opts.StripANSI {
		text = stripANSI(text, out)
	}
	out.Content(m.event.out.WithoutExcluded(cutLineEnd(text)))
}
