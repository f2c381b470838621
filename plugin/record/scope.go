package record

import "out_dynatrace/plugin/chunk"

// scopeField is a field of a scope beside its attributes, and the key that OpenTelemetry has for it outside of OTLP.
type scopeField struct {
	name string
	key  []byte
	hash uint32
}

var scopeFields = [...]scopeField{newScopeField("name"), newScopeField("version")}

func newScopeField(name string) scopeField {
	key := []byte("otel.scope." + name)
	return scopeField{name, key, hashOf(key)}
}

// scopeText takes the name or the version of a scope, within a quarter of the group's bound. Where something else has the key that it
// stands for it becomes an attribute under another one.
func (m *Mapper) scopeText(rec *Record, field []byte, tok chunk.Token, c *chunk.Cursor) bool {
	for i := range scopeFields {
		k := &scopeFields[i]
		if string(field) != k.name {
			continue
		}
		if _, isNew := m.keys.insert(k.key, k.hash); !isNew {
			m.add(rec, k.key, tok, c, 1)
			return true
		}
		v := m.scalar(tok, c, false)
		switch {
		case m.shaping && !m.wanted(k.key, v):
		case m.count >= m.opts.Limits.Attributes:
			m.cuts[CutAttributes]++
		case len(v.Text) > GroupBytes/4:
			m.cuts[CutGroup]++
		default:
			m.group.texts[i] = v
			m.count++
		}
		return true
	}
	return false
}
