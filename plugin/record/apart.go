package record

import (
	"bytes"
	"math"

	"out_dynatrace/plugin/chunk"
)

// Group is the resource and the scope of OTLP records, for a format that writes them once for all of their records.
type Group struct {
	// Resource and Scope are attributes. No key stands in both, nor among the attributes of a member.
	Resource, Scope []Attribute
	// ScopeName and ScopeVersion are the scope's own, empty where it has none.
	ScopeName, ScopeVersion []byte
	// ResourceSchema and ScopeSchema are the URLs of what the names of attributes mean, ResourceDropped and ScopeDropped how many
	// attributes an SDK left out. Only OTLP has a place for them.
	ResourceSchema, ScopeSchema   []byte
	ResourceDropped, ScopeDropped uint32
	// ID and ResourceID are not zero. All groups of one Mapper with the same ID are equal, and those with the same ResourceID have
	// equal resources.
	ID, ResourceID uint64
}

var (
	scopeNameKey     = []byte(scopePrefix + "name")
	scopeVersionKey  = []byte(scopePrefix + "version")
	scopeNameHash    = hashOf(scopeNameKey)
	scopeVersionHash = hashOf(scopeVersionKey)
)

// addTo adds all that the group says to a record.
func (g *Group) addTo(rec *Record) {
	rec.Attributes = append(append(rec.Attributes, g.Resource...), g.Scope...)
	if len(g.ScopeName) > 0 {
		rec.Attributes = append(rec.Attributes, Attribute{Key: scopeNameKey, Value: Value{Kind: String, Text: g.ScopeName}})
	}
	if len(g.ScopeVersion) > 0 {
		rec.Attributes = append(rec.Attributes, Attribute{Key: scopeVersionKey, Value: Value{Kind: String, Text: g.ScopeVersion}})
	}
}

// groupApart is what is known of a group that is kept apart, beside its attributes.
type groupApart struct {
	resource      []byte // as it stands in the chunk
	name, version []byte // of the scope
	of            [2]partApart
	// groups are the group for members that name a level, and for those that do not.
	groups [2]Group
}

// partApart is what only OTLP has a place for.
type partApart struct {
	schema  []byte
	dropped uint32
}

// The parts of a group, as they are numbered in groupApart.of.
const (
	resourcePart = iota
	scopePart
)

// partDetail takes a field of a part that is no attribute.
func (m *Mapper) partDetail(part int, key []byte, tok chunk.Token, c *chunk.Cursor) {
	p := &m.group.apart.of[part]
	switch {
	case tok.Kind == chunk.String && string(key) == "schema_url":
		p.schema = m.scalar(tok, c, false).Text
	case tok.Kind == chunk.Uint && string(key) == "dropped_attributes_count":
		p.dropped = uint32(min(tok.Num, math.MaxUint32))
	default:
		skipElements(tok, c)
	}
}

// scopeText takes the name or the version of the scope in hand. It returns false where something else has the key that it stands for.
func (m *Mapper) scopeText(isName bool, v Value) bool {
	a := &m.group.apart
	to, key, hash := &a.version, scopeVersionKey, scopeVersionHash
	if isName {
		to, key, hash = &a.name, scopeNameKey, scopeNameHash
	}
	if m.shaping && !m.wanted(key, v) {
		return true
	}
	_, isNew := m.keys.insert(key, hash)
	if isNew {
		*to = v.Text
	}
	return isNew
}

// learnApart makes the groups of the one that was just mapped. Of the unnamed attributes so many are the resource's.
func (m *Mapper) learnApart(body []byte, unnamedSplit int) {
	g := &m.group
	a := &g.apart
	before, schema := a.resource, a.groups[0].ResourceSchema
	tok, c, _ := inGroupBody(body, "resource")
	at := c.Pos()
	skipElements(tok, &c)
	a.resource = c.Since(at)
	same := before != nil && bytes.Equal(before, a.resource) && bytes.Equal(schema, a.of[resourcePart].schema)
	a.groups[0].take(g.entry.attributes, g.split, a)
	a.groups[1].take(g.unnamed, unnamedSplit, a)
	a.groups[0].ID, a.groups[1].ID = g.entry.id, g.unnamedID
	if !same {
		m.memo.lastID += 2
		a.groups[0].ResourceID, a.groups[1].ResourceID = m.memo.lastID-1, m.memo.lastID
	}
}

// take makes g the group of so many attributes of a resource and the others of a scope.
func (g *Group) take(attributes []Attribute, split int, a *groupApart) {
	g.Resource, g.Scope = attributes[:split:split], attributes[split:]
	g.ScopeName, g.ScopeVersion = a.name, a.version
	g.ResourceSchema, g.ResourceDropped = a.of[resourcePart].schema, a.of[resourcePart].dropped
	g.ScopeSchema, g.ScopeDropped = a.of[scopePart].schema, a.of[scopePart].dropped
}

// takeKeys makes the keys that the scope's own texts stand for known to a member of the group.
func (a *groupApart) takeKeys(keys *keySet) {
	if a.name != nil {
		keys.insert(scopeNameKey, scopeNameHash)
	}
	if a.version != nil {
		keys.insert(scopeVersionKey, scopeVersionHash)
	}
}
