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

	all []Attribute // with the scope's name and version
}

// groupApart is what is known of a group that is kept apart, beside its attributes.
type groupApart struct {
	resource []byte // as it stands in the chunk
	of       [2]partApart
	// groups are the group for members that name a level, and for those that do not.
	groups [2]Group
}

// partApart is what only OTLP has a place for.
type partApart struct {
	schema  []byte
	dropped uint32
}

// longestSchema bounds the URL of a schema, in bytes.
const longestSchema = 2 << 10

// partDetail takes a field of a part that is no attribute.
func (m *Mapper) partDetail(part int, key []byte, tok chunk.Token, c *chunk.Cursor) {
	p := &m.group.apart.of[part]
	switch {
	case tok.Kind == chunk.String && string(key) == "schema_url" && len(tok.Data) <= longestSchema:
		p.schema = m.scalar(tok, c, false).Text
	case tok.Kind == chunk.Uint && string(key) == "dropped_attributes_count":
		p.dropped = uint32(min(tok.Num, math.MaxUint32))
	default:
		skipElements(tok, c)
	}
}

// learnApart makes the groups of the one that was just mapped, of whose attributes the first split are the resource's, and the first
// unnamedSplit of the unnamed ones. The schema of a resource stands in it or beside it.
func (m *Mapper) learnApart(body []byte, split, unnamedSplit int) {
	g := &m.group
	a := &g.apart
	if tok, c, found := inGroupBody(body, "schema_url"); found && a.of[resourcePart].schema == nil {
		m.partDetail(resourcePart, schemaKey, tok, &c)
	}
	before, schema := a.resource, a.groups[0].ResourceSchema
	tok, c, _ := inGroupBody(body, "resource")
	at := c.Pos()
	skipElements(tok, &c)
	a.resource = c.Since(at)
	same := before != nil && bytes.Equal(before, a.resource) && bytes.Equal(schema, a.of[resourcePart].schema)
	g.make(0, g.entry.attributes, split, g.entry.id)
	g.make(1, g.unnamed, unnamedSplit, g.unnamedID)
	if !same {
		m.memo.lastID += 2
		a.groups[0].ResourceID, a.groups[1].ResourceID = m.memo.lastID-1, m.memo.lastID
	}
}

var schemaKey = []byte("schema_url")

// make fills one of the groups.
func (g *groupMemo) make(i int, all []Attribute, split int, id uint64) {
	texts := 0
	for _, text := range g.texts {
		if text.Kind == String {
			texts++
		}
	}
	to := &g.apart.groups[i]
	*to = Group{
		Resource: all[:split:split], Scope: all[split : len(all)-texts], ScopeName: g.texts[0].Text, ScopeVersion: g.texts[1].Text,
		ID: id, ResourceID: to.ResourceID, all: all,
	}
	resource, scope := &g.apart.of[resourcePart], &g.apart.of[scopePart]
	to.ResourceSchema, to.ResourceDropped = resource.schema, resource.dropped
	to.ScopeSchema, to.ScopeDropped = scope.schema, scope.dropped
}
