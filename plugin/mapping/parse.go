package mapping

import (
	"out_dynatrace/plugin/chunk"
	"out_dynatrace/plugin/jsonread"
	"out_dynatrace/plugin/mapping/source"
	"out_dynatrace/plugin/record"
)

// parseContent parses a content that is a JSON object. Its fields count as those of the event do. A
// field of it that can be the content replaces the whole.
func (m *Mapper) parseContent(rec *record.Record) {
	e := &m.event
	object, ok := jsonread.Append(e.out.Spare(), rec.Content)
	if !ok {
		return
	}
	e.parsed = chunk.NewCursor(e.out.Take(object))
	m.content.best = candidate{}
	c := e.parsed
	for pairs := c.Next().Num; pairs > 0; pairs-- {
		at := parsedAt + c.Pos()
		key := e.out.Key(&c)
		tok := c.Next()
		r := m.roles.find(key)
		if r != nil {
			m.level.parsed |= evidenceOf(r, key, tok)
		}
		if r != nil && r.mayExclude && e.out.Excludes(key) {
			e.out.LeaveOut(key, tok, &c)
			continue
		}
		if r != nil && (m.consider(rec, r, at, tok, &c) ||
			(isIDUse(r.use) || r.use == source.Rename) && m.use(nil, r, at, key, tok, &c)) {
			continue
		}
		e.out.AddField(key, tok, &c)
	}
}
